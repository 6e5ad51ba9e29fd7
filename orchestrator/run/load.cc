#include "orchestrator/run/load.h"

#include <mutex>
#include <thread>

#include "base/text.h"
#include "orchestrator/run/probe.h"

namespace lab::orchestrator {
namespace {

/// Stands behind each body in the output.
constexpr std::string_view kLoadMarker = "\n--- lab load ";

/// Adds the answers of one curl's output: BODY MARKER STATUS NEWLINE, again and again.
void add_answers(const std::string& output, Observation& seen) {
  std::size_t at = 0;
  while (true) {
    const std::size_t marker = output.find(kLoadMarker, at);
    if (marker == std::string::npos) return;
    const std::size_t number = marker + kLoadMarker.size();
    const std::size_t end = output.find('\n', number);
    const int status = std::atoi(output.substr(number, end - number).c_str());
    ++seen.counts[std::to_string(status)];
    seen.bodies.push_back(output.substr(at, marker - at));
    if (end == std::string::npos) return;
    at = end + 1;
  }
}

std::vector<std::string> load_arguments(const std::vector<std::string>& request,
                                        std::uint32_t count) {
  std::vector<std::string> argv = {"curl", "-q", "-sS", "-w",
                                   std::string(kLoadMarker) + "%{response_code}\n"};
  std::string url;
  for (const std::string& word : request) {
    const bool is_url = url.empty() && word.find("://") != std::string::npos && word.front() != '-';
    if (is_url)
      url = word;
    else
      argv.push_back(word);
  }
  argv.insert(argv.end(), count, url);
  return argv;
}

}  // namespace

Observation run_load(RunningLab& lab, const std::string& node_id, const LoadSpec& load,
                     std::chrono::milliseconds timeout) {
  Observation seen;
  const auto request = request_arguments(load.request);
  if (!request) {
    seen.failure = request.error().message;
    return seen;
  }
  std::mutex mutex;
  std::vector<std::thread> connections;
  for (std::uint32_t i = 0; i < load.connections; ++i) {
    const std::uint32_t share =
        load.requests / load.connections + (i < load.requests % load.connections ? 1 : 0);
    if (share == 0) break;
    connections.emplace_back([&, share] {
      ExecRequest exec;
      exec.argv = load_arguments(*request, share);
      exec.timeout = timeout;
      const auto result = lab.exec(node_id, exec);
      const std::lock_guard guard(mutex);
      if (!result) {
        seen.failure = result.error().message;
        return;
      }
      add_answers(result->stdout_text, seen);
      seen.error += result->stderr_text;
      seen.timed_out = seen.timed_out || result->timed_out;
      if (seen.exit == 0) seen.exit = result->exit.code;
    });
  }
  for (std::thread& connection : connections) connection.join();
  return seen;
}

}  // namespace lab::orchestrator
