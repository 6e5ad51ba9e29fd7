#include "orchestrator/process/gc.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/handle.h"
#include "base/json.h"
#include "orchestrator/netns/mounts.h"
#include "orchestrator/process/message.h"

namespace lab::orchestrator {
namespace {

constexpr char kNames[] = "/run/netns";

using Listing = Handle<DIR, closedir>;

std::string journal_path(const std::string& folder, const std::string& lab) {
  return folder + "/" + lab + ".json";
}

/// What a journal says: the lab's supervisor, by id and start time so that a reused id is not taken
/// for it, and the names.
struct Journal {
  std::int64_t supervisor = 0;
  std::string started;
  std::vector<std::string> names;
};

/// The 22nd field of /proc/PID/stat: ticks since boot; "" when there is no such process.
std::string start_time(std::int64_t pid) {
  const Result<std::string> text = read_file("/proc/" + std::to_string(pid) + "/stat");
  if (!text) return "";
  std::size_t at = text->rfind(')');  // The name before it may contain anything.
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = text->find(' ', at + 1);
  if (at == std::string::npos) return "";
  return text->substr(at + 1, text->find(' ', at + 1) - at - 1);
}

Result<> write_journal(const std::string& folder, const std::string& lab, const Journal& journal) {
  TRY(make_directories(folder, 0700));
  Value body, names{Value::Array()};
  for (const std::string& name : journal.names) names.push(name);
  body.set("supervisor", journal.supervisor);
  body.set("started", journal.started);
  body.set("names", std::move(names));
  return write_file(journal_path(folder, lab), write_json(body, 2) + "\n", 0600);
}

Result<Journal> read_journal(const std::string& path) {
  const Message body{TRY(parse_json(TRY(read_file(path)), path)), {}};
  Journal journal{body.number("supervisor"), body.text("started"), {}};
  if (const Value* names = body.body.find("names"); names != nullptr && names->is_array()) {
    for (const Value& name : names->array()) {
      if (name.is_string()) journal.names.push_back(name.string());
    }
  }
  return journal;
}

/// Only a name below /run/netns is ever removed, whatever a journal says.
bool remove_name(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos) return false;
  const std::string path = std::string(kNames) + "/" + name;
  const bool unmounted = ::umount2(path.c_str(), MNT_DETACH) == 0;
  return ::unlink(path.c_str()) == 0 || unmounted;
}

Result<> make_name(RunningLab& lab, const std::string& node, const std::string& name) {
  const Fd space = TRY(lab.network_namespace(node));
  const std::string path = std::string(kNames) + "/" + name;
  const Fd file(::open(path.c_str(), O_CREAT | O_EXCL | O_RDONLY | O_CLOEXEC, 0444));
  if (!file && errno == EEXIST) return fail(Errc::usage, "the name " + path + " is taken");
  if (!file) return tl::unexpected(last_errno("make " + path));
  return mount_at("/proc/self/fd/" + std::to_string(space.get()), path, "", MS_BIND);
}

}  // namespace

Result<std::vector<std::string>> name_on_host(RunningLab& lab, const std::string& journal_folder) {
  TRY(make_directories(kNames));
  Journal journal{lab.supervisor(), start_time(lab.supervisor()), {}};
  for (const std::string& node : lab.nodes()) {
    const std::string name = lab.name() + "." + node;
    journal.names.push_back(name);
    TRY(write_journal(journal_folder, lab.name(), journal));
    if (const Result<> made = make_name(lab, node, name); !made) {
      journal.names.pop_back();  // Another's, or none: not ours to remove.
      for (const std::string& done : journal.names) remove_name(done);
      ::unlink(journal_path(journal_folder, lab.name()).c_str());
      return tl::unexpected(made.error());
    }
  }
  return journal.names;
}

Result<std::vector<std::string>> collect_garbage(const std::string& journal_folder) {
  std::vector<std::string> removed;
  const Listing folder(::opendir(journal_folder.c_str()));
  if (!folder && errno == ENOENT) return removed;
  if (!folder) return tl::unexpected(last_errno("list " + journal_folder));
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string path = journal_folder + "/" + entry->d_name;
    if (!path.ends_with(".json")) continue;
    const Journal journal = TRY(read_journal(path));
    if (!journal.started.empty() && start_time(journal.supervisor) == journal.started) continue;
    for (const std::string& name : journal.names) {
      if (remove_name(name)) removed.push_back(std::string(kNames) + "/" + name);
    }
    ::unlink(path.c_str());
  }
  return removed;
}

}  // namespace lab::orchestrator
