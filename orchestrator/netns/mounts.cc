#include "orchestrator/netns/mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/handle.h"

namespace lab::orchestrator {
namespace {

constexpr char kSourceDirectory[] = "/run/lab/source";

Error mount_error(const std::string& what) {
  Error error = last_errno(what);
  if (errno == EACCES) {
    error.message +=
        ". AppArmor or SELinux forbids it: in a container, start it with "
        "--security-opt apparmor=unconfined";
  } else if (errno == EPERM) {
    error.message += ". In a container, start it with --privileged";
  }
  if (errno == EPERM || errno == EACCES) error.code = Errc::unfit;
  return error;
}

/// Cuts the propagation of mounts to the host.
///
/// In a chroot the root is no mount point, so that its propagation can't be changed from there.
/// Entering the own mount namespace again leads to its real root; from there it can, and the chroot
/// is entered anew.
Result<> make_mounts_private() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return {};
  if (errno != EINVAL) return tl::unexpected(mount_error("make mounts private"));
  const Fd chroot_root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const Fd own(::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
  if (!chroot_root || !own || ::setns(own.get(), CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::fchdir(chroot_root.get()) != 0 || ::chroot(".") != 0) {
    return tl::unexpected(mount_error("make mounts private in a chroot (is /proc mounted in it?)"));
  }
  return {};
}

Result<> stage(const Fd& source, const std::string& place) {
  struct stat status {};
  if (::fstat(source.get(), &status) != 0) return tl::unexpected(last_errno("look at a host path"));
  TRY(S_ISDIR(status.st_mode) ? make_directories(place) : make_mount_point(place));
  return bind_at("/proc/self/fd/" + std::to_string(source.get()), place, true);
}

/// The devices that programs need, the host's own, and the usual links.
Result<> gather_devices() {
  const std::string top = kDevices;
  TRY(make_directories(top));
  TRY(mount_at("tmpfs", top, "tmpfs", MS_NOSUID, "mode=0755"));
  for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"}) {
    TRY(make_mount_point(top + "/" + name));
    TRY(bind_at(std::string("/dev/") + name, top + "/" + name, false));
  }
  for (const char* name : {"pts", "shm"}) TRY(make_directories(top + "/" + name));
  const std::pair<const char*, const char*> links[] = {{"pts/ptmx", "ptmx"},
                                                       {"/proc/self/fd", "fd"},
                                                       {"/proc/self/fd/0", "stdin"},
                                                       {"/proc/self/fd/1", "stdout"},
                                                       {"/proc/self/fd/2", "stderr"}};
  for (const auto& [to, name] : links) {
    if (::symlink(to, (top + "/" + name).c_str()) != 0) {
      return tl::unexpected(last_errno(std::string("make /dev/") + name));
    }
  }
  return {};
}

Result<> cover_with_memory(const char* path, const char* options) {
  struct stat status {};
  if (::stat(path, &status) != 0)
    return {};  // A minimal root may lack /dev/shm: nothing to hide then.
  return mount_at("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

}  // namespace

Result<> mount_at(const std::string& source, const std::string& target, const std::string& type,
                  unsigned long flags, const std::string& options) {
  if (::mount(source.c_str(), target.c_str(), type.empty() ? nullptr : type.c_str(), flags,
              options.empty() ? nullptr : options.c_str()) == 0) {
    return {};
  }
  return tl::unexpected(mount_error("mount " + (type.empty() ? source : type) + " on " + target));
}

Result<> bind_at(const std::string& source, const std::string& target, bool read_only) {
  TRY(mount_at(source, target, "", MS_BIND | MS_REC));
  if (!read_only) return {};
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, target.c_str(), AT_RECURSIVE, &attributes,
                sizeof(attributes)) == 0) {
    return {};
  }
  return tl::unexpected(mount_error("make " + target + " read-only"));
}

Result<> make_read_only(const std::string& target) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, target.c_str(), 0, &attributes, sizeof(attributes)) ==
      0) {
    return {};
  }
  return tl::unexpected(mount_error("make " + target + " read-only"));
}

Result<> make_directories(const std::string& path, unsigned mode) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return {};
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) TRY(make_directories(path.substr(0, slash), 0755));
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  return tl::unexpected(last_errno("make folder " + path));
}

Result<> make_mount_point(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) TRY(make_directories(path.substr(0, slash)));
  const Fd file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  if (!file) return tl::unexpected(last_errno("make " + path));
  return {};
}

Result<StagedPaths> enter_private_mounts(const std::vector<std::string>& host_paths) {
  std::map<std::string, Fd>
      sources;  // Opened before the new mounts hide what is below /tmp and /run.
  for (const std::string& path : host_paths) {
    Fd source(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!source) return fail(Errc::not_found, last_errno("use " + path + " in the lab").message);
    sources.insert_or_assign(path, std::move(source));
  }
  TRY(make_mounts_private());
  TRY(mount_at("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC));
  TRY(cover_with_memory("/run", "mode=0755"));
  TRY(cover_with_memory("/tmp", "mode=1777"));
  TRY(cover_with_memory("/dev/shm", "mode=1777"));
  TRY(gather_devices());
  TRY(make_directories(kSourceDirectory));
  StagedPaths staged;
  for (const auto& [path, source] : sources) {
    const std::string place = std::string(kSourceDirectory) + "/" + std::to_string(staged.size());
    TRY(stage(source, place));
    staged[path] = place;
  }
  return staged;
}

}  // namespace lab::orchestrator
