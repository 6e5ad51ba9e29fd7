#include "orchestrator/process/lab_client.h"

namespace lab::orchestrator {
namespace {

Value program_operation(const char* op, const std::string& program) {
  Value body = operation(op);
  body.set("program", program);
  return body;
}

Value with_time(Value body, std::chrono::milliseconds time) {
  body.set("milliseconds", static_cast<std::int64_t>(time.count()));
  return body;
}

ProgramState program_state(const std::string& node, const Value& value) {
  const Message entry{value, {}};
  ProgramState state;
  state.node = node;
  state.program = entry.text("program");
  state.pid = static_cast<pid_t>(entry.number("pid"));
  state.exit = {static_cast<int>(entry.number("code")), static_cast<int>(entry.number("signal"))};
  state.restarts = static_cast<unsigned>(entry.number("restarts"));
  const std::string name = entry.text("state");
  using State = ProgramState::State;
  state.state = name == "running"  ? State::running
                : name == "ready"  ? State::ready
                : name == "exited" ? State::exited
                                   : State::stopped;
  return state;
}

}  // namespace

Result<> RunningLab::start(const std::string& node, const std::string& program) {
  TRY(state_->call(with_time(program_operation("start", program), std::chrono::seconds(30)), node));
  return {};
}

Result<> RunningLab::stop(const std::string& node, const std::string& program,
                          std::chrono::milliseconds grace) {
  TRY(state_->call(with_time(program_operation("stop", program), grace), node));
  return {};
}

Result<> RunningLab::restart(const std::string& node, const std::string& program) {
  TRY(stop(node, program));
  return start(node, program);
}

Result<> RunningLab::signal(const std::string& node, const std::string& program,
                            int signal_number) {
  Value body = program_operation("signal", program);
  body.set("signal", signal_number);
  TRY(state_->call(std::move(body), node));
  return {};
}

Result<std::string> RunningLab::logs(const std::string& node, const std::string& program,
                                     std::size_t offset) {
  const Message answer = TRY(state_->call(program_operation("logs", program), node));
  if (answer.fds.empty()) return fail(Errc::system, "the lab did not hand over the log");
  return read_descriptor(answer.fds[0].get(), offset);
}

Result<std::vector<ProgramState>> RunningLab::programs() {
  std::vector<ProgramState> all;
  for (const std::string& node : state_->nodes) {
    const Message answer = TRY(state_->call(operation("programs"), node));
    const Value* list = answer.body.find("programs");
    if (list == nullptr) continue;
    for (const Value& entry : list->array()) all.push_back(program_state(node, entry));
  }
  return all;
}

}  // namespace lab::orchestrator
