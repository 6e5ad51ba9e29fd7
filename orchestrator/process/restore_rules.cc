#include "orchestrator/process/restore_rules.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "orchestrator/process/child.h"

namespace lab::orchestrator {

Result<RulesWriter> RulesWriter::start(const std::string& rules) {
  RulesWriter writer;
  writer.rules_ = rules;
  writer.left_ = {"iptables-legacy-restore", "iptables-nft-restore", "iptables-restore"};
  TRY(writer.start_next());
  return writer;
}

Result<> RulesWriter::start_next() {
  input_ = Fd(::memfd_create("rules", MFD_CLOEXEC));
  output_ = Fd(::memfd_create("complaints", MFD_CLOEXEC));
  if (::write(input_.get(), rules_.data(), rules_.size()) < 0 ||
      ::lseek(input_.get(), 0, SEEK_SET) != 0) {
    return tl::unexpected(last_errno("write the redirect rules"));
  }
  while (!left_.empty()) {
    program_ = left_.back();
    left_.pop_back();
    ChildSpec spec;
    spec.argv = {program_, "--noflush"};
    spec.stdin_fd = input_.get();
    spec.stdout_fd = spec.stderr_fd = output_.get();
    const Result<pid_t> pid = start_child(spec);
    if (pid) {
      pid_ = *pid;
      return {};
    }
    complaints_ += "\n  " + pid.error().message;
  }
  return fail(Errc::unfit,
              "the redirect rules can't be written; install the package iptables:" + complaints_);
}

bool RulesWriter::reaped(pid_t pid, int wait_status) {
  if (pid != pid_) return false;
  pid_ = 0;
  const ExitStatus exit = exit_status(wait_status);
  if (exit.code == 0) return true;
  struct stat status {};
  ::fstat(output_.get(), &status);
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  if (::pread(output_.get(), text.data(), text.size(), 0) < 0) text.clear();
  complaints_ += "\n  " + program_ + ": " + std::string(trim(text));
  if (exit.signal != 0) {
    result_ = fail(Errc::system, program_ + " was ended by signal " + std::to_string(exit.signal));
  } else {
    result_ = start_next();
  }
  return true;
}

}  // namespace lab::orchestrator
