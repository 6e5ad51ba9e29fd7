#include "orchestrator/netns/node_root.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sstream>

#include "base/file.h"
#include "base/handle.h"
#include "base/text.h"
#include "orchestrator/netns/ids.h"

namespace lab::orchestrator {
namespace {

// The same path in each node: each has its own mounts, so they don't see each other's.
constexpr char kNode[] = "/run/lab/node";
constexpr char kRoot[] = "/run/lab/node/root";
constexpr std::array kOverlaid = {"etc", "usr", "var", "opt", "srv", "root"};
constexpr std::array kOwn = {"proc", "sys", "dev", "run", "tmp", "lost+found"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

using OpenDirectory = Handle<DIR, closedir>;

Result<std::vector<std::string>> entries_of(const std::string& directory) {
  const OpenDirectory open(::opendir(directory.c_str()));
  if (!open) return tl::unexpected(last_errno("list " + directory));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  return names;
}

bool is_below(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

/// Builds one node's root below kRoot.
class RootBuilder {
 public:
  explicit RootBuilder(const Node& node) : node_(node) {
    for (const File& file : node.files) placed_.push_back(file.path);
    for (const Directory& directory : node.directories) placed_.push_back(directory.path);
    for (const HostMount& mount : node.mounts) placed_.push_back(mount.path);
    for (const char* path : {"/etc/hosts", "/etc/resolv.conf", "/etc/hostname"}) {
      placed_.emplace_back(path);
    }
  }

  Result<> build() {
    TRY(make_directories(kNode));
    TRY(mount_at("tmpfs", kNode, "tmpfs", MS_NODEV, "mode=0755"));
    TRY(make_directories(kRoot));
    struct stat status {};
    if (::stat("/", &status) != 0) return tl::unexpected(last_errno("look at /"));
    is_whole_ = lay_over("", status).has_value();
    if (!is_whole_) {
      TRY(mount_at(kRoot, kRoot, "", MS_BIND));
      for (const std::string& name : TRY(entries_of("/"))) {
        if (!contains(kOwn, name)) TRY(expose(name));
      }
    }
    TRY(show_mounts());
    return own_file_systems();
  }

 private:
  static std::string inside(const std::string& path) { return kRoot + path; }

  bool leads_to_placed(const std::string& path) const {
    return std::any_of(placed_.begin(), placed_.end(),
                       [&](const std::string& placed) { return is_below(placed, path); });
  }

  Result<> expose(const std::string& name) {
    const std::string path = "/" + name;
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return {};  // Gone since it was listed.
    if (S_ISDIR(status.st_mode) && contains(kOverlaid, name)) return overlay(path, status);
    return leads_to_placed(path) ? spread(path) : show(path);
  }

  Result<> overlay(const std::string& path, const struct stat& status) {
    TRY(make_directories(inside(path)));
    TRY(own_ancestors(path));
    if (lay_over(path, status)) return {};
    overlays_failed_.push_back(path);
    return spread(path);  // Locked mounts below it, or a file system that can't be a lower layer.
  }

  /// The node's changes go to memory, the host's folder ("" is the whole of it) stays as it is.
  Result<> lay_over(const std::string& path, const struct stat& status) {
    const std::string upper = std::string(kNode) + "/upper" + path;
    const std::string work = std::string(kNode) + "/work" + path;
    for (const std::string& directory : {upper, work}) TRY(make_directories(directory));
    // The merged folder takes mode and owner from the upper one.
    if (::chmod(upper.c_str(), status.st_mode & 07777) != 0) {
      return tl::unexpected(last_errno("set the mode of " + path));
    }
    const std::string lower = path.empty() ? "/" : path;
    const std::string options = "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work;
    // User namespaces may only keep overlay's marks in user.* attributes; others fail there.
    if (mount_at("overlay", inside(path), "overlay", 0, options + ",userxattr")) return {};
    return mount_at("overlay", inside(path), "overlay", 0, options);
  }

  /// Folders of the host in which something will be placed are the node's own from the start: in a
  /// user namespace they may belong to nobody that exists there, who would not let us change them
  /// afterwards.
  Result<> own_ancestors(const std::string& top) {
    for (const std::string& placed : placed_) {
      if (!is_below(placed, top)) continue;
      for (std::size_t slash = placed.find('/', top.size() + 1); slash != std::string::npos;
           slash = placed.find('/', slash + 1)) {
        const std::string folder = placed.substr(0, slash);
        const std::string upper = std::string(kNode) + "/upper" + folder;
        struct stat status {};
        if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) break;
        TRY(make_directories(upper));
        ::chmod(upper.c_str(), status.st_mode & 07777);
        (void)!::chown(upper.c_str(), existing_or_root(status.st_uid),
                       existing_or_root(status.st_gid));
      }
    }
    return {};
  }

  /// Shows a folder entry by entry, so that the plan's files can be placed among them.
  Result<> spread(const std::string& path) {
    TRY(make_directories(inside(path)));
    for (const std::string& name : TRY(entries_of(path))) {
      const std::string entry = path + "/" + name;
      struct stat status {};
      if (contains(placed_, entry) || ::lstat(entry.c_str(), &status) != 0) continue;
      TRY(S_ISDIR(status.st_mode) && leads_to_placed(entry) ? spread(entry) : show(entry));
    }
    return {};
  }

  /// Shows one file, folder or symbolic link of the host, read-only.
  Result<> show(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return {};
    const std::string target = inside(path);
    if (S_ISLNK(status.st_mode)) {
      std::string text(4096, '\0');
      const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
      text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
      if (::symlink(text.c_str(), target.c_str()) == 0) return {};
      return tl::unexpected(last_errno("make link " + path));
    }
    if (S_ISDIR(status.st_mode)) {
      TRY(make_directories(target));
      return bind_at(path, target, true);
    }
    if (!S_ISREG(status.st_mode)) return {};
    TRY(make_mount_point(target));
    return bind_at(path, target, true);
  }

  /// An overlay shows one file system: what is mounted below it (a separate /usr/local) is shown
  /// again.
  Result<> show_mounts() {
    std::istringstream lines(TRY(read_file("/proc/self/mountinfo")));
    std::vector<std::string> shown;
    for (std::string line; std::getline(lines, line);) {
      const std::vector<std::string> fields = split(line, ' ');
      if (fields.size() < 5) continue;
      const std::string path = shown_instead(replace_all(fields[4], "\\040", " "));
      const bool known = std::any_of(shown.begin(), shown.end(), [&](const std::string& done) {
        return path == done || is_below(path, done);
      });
      struct stat status {};
      if (path.empty() || known || contains(placed_, path) || ::stat(path.c_str(), &status) != 0)
        continue;
      TRY(bind_at(path, inside(path), true));
      shown.push_back(path);
    }
    return {};
  }

  /// The folder to show for a mount of the host: with everything below it, except where the node's
  /// own changes must be possible around the mount. "" is nothing.
  std::string shown_instead(const std::string& mount) const {
    const std::string top = mount.substr(0, mount.find('/', 1)), name = top.substr(1);
    if (name.empty() || contains(kOwn, name)) return "";
    if (!contains(kOverlaid, name)) return is_whole_ && !leads_to_placed(top) ? top : "";
    return contains(overlays_failed_, top) ? "" : mount;
  }

  Result<> own_file_systems() {
    for (const char* name : {"proc", "sys", "dev", "run", "tmp"}) {
      TRY(make_directories(inside(std::string("/") + name)));
    }
    const unsigned long quiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    TRY(mount_at("tmpfs", inside("/run"), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"));
    TRY(make_directories(inside("/run/lock"), 01777));
    TRY(mount_at("tmpfs", inside("/tmp"), "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"));
    TRY(mount_at("proc", inside("/proc"), "proc", quiet));
    // Some containers forbid a new sysfs. Without one /sys is empty, which no program here needs.
    (void)mount_at("sysfs", inside("/sys"), "sysfs", quiet | MS_RDONLY);
    TRY(protect_kernel_settings());
    return devices();
  }

  /// Settings of the whole kernel are read-only; those of the node's network stay its own to
  /// change.
  Result<> protect_kernel_settings() {
    const std::string all = inside("/proc/sys"), network = inside("/proc/sys/net");
    TRY(mount_at(network, network, "", MS_BIND));
    TRY(bind_at(all, all, true));
    TRY(mount_at("/proc/sys/net", network, "", MS_BIND));
    const std::string trigger = inside("/proc/sysrq-trigger");
    struct stat status {};
    return ::stat(trigger.c_str(), &status) == 0 ? bind_at(trigger, trigger, true) : Result<>();
  }

  /// The same devices for every node; terminals and shared memory of its own.
  Result<> devices() {
    TRY(bind_at(kDevices, inside("/dev"), false));
    TRY(make_read_only(inside("/dev")));
    TRY(mount_at("tmpfs", inside("/dev/shm"), "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"));
    return mount_at("devpts", inside("/dev/pts"), "devpts", MS_NOSUID | MS_NOEXEC,
                    "newinstance,ptmxmode=0666,mode=0620");
  }

  const Node& node_;
  std::vector<std::string> placed_;
  std::vector<std::string> overlays_failed_;
  bool is_whole_ = false;  ///< One overlay shows all of the host's root.
};

/// The new root becomes "/", the host's mounts are let go.
Result<> change_root() {
  if (::chdir(kRoot) != 0) return tl::unexpected(last_errno("enter the node's root"));
  if (::syscall(SYS_pivot_root, ".", ".") == 0) {
    if (::umount2(".", MNT_DETACH) != 0) return tl::unexpected(last_errno("leave the host's root"));
  } else if (::mount(".", "/", nullptr, MS_MOVE, nullptr) != 0 && errno != EINVAL) {
    return tl::unexpected(last_errno("move the node's root"));
  } else if (::chroot(".") != 0) {  // An initial RAM disk or a chroot can't be pivoted away from.
    return tl::unexpected(last_errno("change to the node's root"));
  }
  if (::chdir("/") != 0) return tl::unexpected(last_errno("enter /"));
  return {};
}

/// Memory of its own, or a folder in that of a directory placed before.
Result<> place_directory(const Directory& directory, const std::vector<Directory>& all) {
  const uid_t uid = existing_or_root(directory.uid);
  const gid_t gid = existing_or_root(directory.gid);
  const bool is_inside =
      std::any_of(all.begin(), all.begin() + (&directory - all.data()),
                  [&](const Directory& other) { return is_below(directory.path, other.path); });
  TRY(make_directories(directory.path));
  if (!is_inside) {
    std::ostringstream options;
    options << "mode=" << std::oct << directory.mode << std::dec << ",uid=" << uid
            << ",gid=" << gid;
    return mount_at("tmpfs", directory.path, "tmpfs", MS_NOSUID | MS_NODEV, options.str());
  }
  if (::chmod(directory.path.c_str(), directory.mode) == 0 &&
      ::chown(directory.path.c_str(), uid, gid) == 0) {
    return {};
  }
  return tl::unexpected(last_errno("place folder " + directory.path));
}

std::string hosts_text(const Node& node) {
  std::ostringstream text;
  text << "127.0.0.1 localhost\n";
  const std::string own = node.hostname.empty() ? node.name : node.hostname;
  if (!node.interfaces.empty() && !node.interfaces[0].addresses.empty()) {
    text << node.interfaces[0].addresses[0] << " " << own << "\n";
  }
  for (const HostEntry& entry : node.hosts) {
    text << entry.address;
    for (const std::string& name : entry.names) text << " " << name;
    text << "\n";
  }
  return text.str();
}

std::string resolver_text(const Resolver& resolver) {
  std::ostringstream text;
  for (const std::string& server : resolver.servers) text << "nameserver " << server << "\n";
  if (!resolver.search.empty()) text << "search " << join(resolver.search, " ") << "\n";
  if (!resolver.options.empty()) text << "options " << join(resolver.options, " ") << "\n";
  return text.str();
}

/// A new file at `path`; folders above it are made. Nothing is left after a failure.
Result<> create_file(const File& file, const std::string& path) {
  const auto open_new = [&path] {
    return Fd(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  };
  Fd open = open_new();
  if (!open && errno == ENOENT) {
    TRY(make_directories(path.substr(0, path.rfind('/'))));
    open = open_new();
  }
  if (!open) return tl::unexpected(last_errno("write " + file.path));
  std::string_view left = file.content;
  bool good = true;
  while (good && !left.empty()) {
    const ssize_t written = ::write(open.get(), left.data(), left.size());
    if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
    good = written > 0 || (written < 0 && errno == EINTR);
  }
  good = good &&
         ::fchown(open.get(), existing_or_root(file.uid), existing_or_root(file.gid)) == 0 &&
         ::fchmod(open.get(), file.mode) == 0;
  if (good) return {};
  const Error error = last_errno("write " + file.path);
  ::unlink(path.c_str());
  return tl::unexpected(error);
}

/// For a node in which nothing runs yet: a file that is not there needs no rename.
Result<> place_first(const File& file) {
  struct stat status {};
  return ::lstat(file.path.c_str(), &status) == 0 ? place_file(file) : create_file(file, file.path);
}

Result<> place_mount(const HostMount& mount, const StagedPaths& staged) {
  struct stat status {};
  const std::string& from = staged.at(mount.host_path);
  const std::string target = kRoot + mount.path;
  if (::stat(from.c_str(), &status) != 0)
    return tl::unexpected(last_errno("find " + mount.host_path));
  TRY(S_ISDIR(status.st_mode) ? make_directories(target) : make_mount_point(target));
  return bind_at(from, target, true);
}

}  // namespace

Result<> place_file(const File& file) {
  const std::string temporary = file.path + ".lab-new";
  TRY(create_file(file, temporary));
  if (::rename(temporary.c_str(), file.path.c_str()) == 0) return {};
  const Error error = last_errno("place " + file.path);
  ::unlink(temporary.c_str());
  return tl::unexpected(error);
}

Result<> enter_node_root(const Node& node, const StagedPaths& staged) {
  TRY(RootBuilder(node).build());
  for (const HostMount& mount : node.mounts) TRY(place_mount(mount, staged));
  TRY(change_root());
  for (const Directory& directory : node.directories) {
    TRY(place_directory(directory, node.directories));
  }
  TRY(place_first(
      File{"/etc/hostname", (node.hostname.empty() ? node.name : node.hostname) + "\n"}));
  TRY(place_first(File{"/etc/hosts", hosts_text(node)}));
  TRY(place_first(File{"/etc/resolv.conf", resolver_text(node.resolver)}));
  for (const File& file : node.files) TRY(place_first(file));
  return {};
}

}  // namespace lab::orchestrator
