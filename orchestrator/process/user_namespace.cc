#include "orchestrator/process/user_namespace.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "base/file.h"
#include "base/handle.h"
#include "base/text.h"
#include "orchestrator/process/host_program.h"

namespace lab::orchestrator {
namespace {

constexpr unsigned long kWanted = 65535;  // Ids 1 to 65535; 1337 is among them.

/// The range that a file like /etc/subuid ("USER:FIRST:COUNT") gives to this user.
std::optional<unsigned long> first_subordinate(const char* path) {
  const Result<std::string> text = read_file(path);
  if (!text) return {};
  const passwd* self = ::getpwuid(::geteuid());
  const std::string name = self != nullptr ? self->pw_name : "",
                    number = std::to_string(::geteuid());
  for (const std::string& line : split(*text, '\n')) {
    const std::vector<std::string> fields = split(line, ':');
    if (fields.size() != 3 || (fields[0] != name && fields[0] != number)) continue;
    if (std::strtoul(fields[2].c_str(), nullptr, 10) >= kWanted) {
      return std::strtoul(fields[1].c_str(), nullptr, 10);
    }
  }
  return {};
}

Result<> write_map(pid_t pid, const char* file, const std::string& text) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
  const Fd map(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (map && ::write(map.get(), text.data(), text.size()) >= 0) return {};
  return fail(Errc::unfit, last_errno("write " + path).message + ". " + user_namespace_advice());
}

Result<> map_with_helper(const char* helper, pid_t pid, uid_t own, unsigned long first) {
  const HostProgramResult result =
      TRY(run_host_program({helper, std::to_string(pid), "0", std::to_string(own), "1", "1",
                            std::to_string(first), std::to_string(kWanted)}));
  if (result.exit_code == 0) return {};
  return fail(Errc::unfit, std::string(helper) + " refused to map user ids (" +
                               std::string(trim(result.output)) +
                               "); compare /etc/subuid and "
                               "/etc/subgid with `man newuidmap`");
}

bool helpers_installed() {
  return ::access("/usr/bin/newuidmap", X_OK) == 0 && ::access("/usr/bin/newgidmap", X_OK) == 0;
}

/// What a lab does with each, and no other capability: namespaces and mounts; links and rules;
/// programs as other users; files of other users, written and signalled by root.
constexpr std::array kNeeded = {std::pair{CAP_SYS_ADMIN, "SYS_ADMIN"},
                                std::pair{CAP_NET_ADMIN, "NET_ADMIN"},
                                std::pair{CAP_SETUID, "SETUID"},
                                std::pair{CAP_SETGID, "SETGID"},
                                std::pair{CAP_CHOWN, "CHOWN"},
                                std::pair{CAP_FOWNER, "FOWNER"},
                                std::pair{CAP_DAC_OVERRIDE, "DAC_OVERRIDE"},
                                std::pair{CAP_KILL, "KILL"}};

bool limit_is_zero() {
  const Result<std::string> limit = read_file("/proc/sys/user/max_user_namespaces");
  return limit && trim(*limit) == "0";
}

}  // namespace

bool rootless_maps_users() {
  return ::geteuid() == 0 || (helpers_installed() && first_subordinate("/etc/subuid") &&
                              first_subordinate("/etc/subgid"));
}

Result<> write_id_maps(pid_t pid) {
  if (::geteuid() == 0) {
    TRY(write_map(pid, "uid_map", "0 0 4294967295"));
    return write_map(pid, "gid_map", "0 0 4294967295");
  }
  if (rootless_maps_users()) {
    TRY(map_with_helper("newuidmap", pid, ::geteuid(), *first_subordinate("/etc/subuid")));
    return map_with_helper("newgidmap", pid, ::getegid(), *first_subordinate("/etc/subgid"));
  }
  TRY(write_map(pid, "setgroups", "deny"));
  TRY(write_map(pid, "uid_map", "0 " + std::to_string(::geteuid()) + " 1"));
  return write_map(pid, "gid_map", "0 " + std::to_string(::getegid()) + " 1");
}

std::string user_namespace_advice() {
  if (limit_is_zero()) return "Set the sysctl user.max_user_namespaces above 0, or run with sudo.";
  const Result<std::string> apparmor =
      read_file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
  if (apparmor && trim(*apparmor) == "1") {
    return "Set the sysctl kernel.apparmor_restrict_unprivileged_userns to 0, or run with sudo.";
  }
  const Result<std::string> clone = read_file("/proc/sys/kernel/unprivileged_userns_clone");
  if (clone && trim(*clone) == "0") {
    return "Set the sysctl kernel.unprivileged_userns_clone to 1, or run with sudo.";
  }
  return "Run with sudo; in a container, start it with --privileged or with "
         "--security-opt seccomp=unconfined.";
}

std::vector<std::string> missing_capabilities() {
  const Result<std::string> status = read_file("/proc/self/status");
  if (!status) return {};  // Then the attempt itself has to tell.
  const std::size_t line = status->find("CapEff:");
  if (line == std::string::npos) return {};
  const std::uint64_t effective = std::strtoull(status->c_str() + line + 7, nullptr, 16);
  std::vector<std::string> missing;
  for (const auto& [bit, name] : kNeeded) {
    if ((effective >> bit & 1) == 0) missing.emplace_back(name);
  }
  return missing;
}

std::string namespace_advice(bool rootless) {
  if (rootless) return user_namespace_advice();
  const std::vector<std::string> missing = missing_capabilities();
  if (::geteuid() != 0) return "CAP_SYS_ADMIN is missing. Run with sudo, or use --rootless.";
  if (missing.empty()) {
    return "In a container, start it with --privileged, or with --security-opt seccomp=unconfined "
           "--security-opt apparmor=unconfined.";
  }
  std::string flags;
  for (const std::string& name : missing) flags += " --cap-add " + name;
  return "CAP_" + join(missing, ", CAP_") + (missing.size() == 1 ? " is" : " are") +
         " missing although this is root: in a container, start it with --privileged or with" +
         flags +
         " --security-opt seccomp=unconfined --security-opt apparmor=unconfined, or use "
         "--rootless.";
}

}  // namespace lab::orchestrator
