#include "orchestrator/run/load.h"

#include <algorithm>
#include <sstream>

#include "orchestrator/run/probe.h"

namespace lab::orchestrator {
namespace {

/// Stands between the list of answers and their bodies.
constexpr std::string_view kLoadMarker = "--- lab load\n";

/// curl writes each body to a file of its own, as answers come at the same time; they are printed
/// in the order of the list. The node's /tmp is its own and goes with it.
constexpr const char* kLoadScript =
    "folder=$(mktemp -d) && cd \"$folder\" || exit\n"
    "curl \"$@\" >answers || code=$?\n"
    "cat answers\n"
    "echo '--- lab load'\n"
    "cat $(cut -d ' ' -f 3 answers) 2>/dev/null\n"
    "rm -r \"$folder\"\n"
    "exit \"${code:-0}\"\n";

/// Adds the answers of the script's output: a line "STATUS BYTES FILE" for each, then all bodies.
void add_answers(const std::string& output, Observation& seen) {
  const std::size_t marker = std::min(output.find(kLoadMarker), output.size());
  std::size_t body = std::min(marker + kLoadMarker.size(), output.size());
  std::istringstream list(output.substr(0, marker));
  int status = 0;
  std::size_t bytes = 0;
  for (std::string file; list >> status >> bytes >> file;) {
    ++seen.counts[std::to_string(status)];
    seen.bodies.push_back(output.substr(body, bytes));
    body = std::min(body + bytes, output.size());
  }
}

std::vector<std::string> load_arguments(const std::vector<std::string>& request,
                                        const LoadSpec& load) {
  // One curl that has so many requests open at a time: several would not be sure to overlap.
  std::vector<std::string> argv = {"sh",
                                   "-c",
                                   kLoadScript,
                                   "sh",
                                   "-q",
                                   "-sS",
                                   "--parallel",
                                   "--parallel-immediate",
                                   "--parallel-max",
                                   std::to_string(load.connections),
                                   "-w",
                                   "%{response_code} %{size_download} %{filename_effective}\n"};
  std::string url;
  for (const std::string& word : request) {
    const bool is_url = url.empty() && word.find("://") != std::string::npos && word.front() != '-';
    if (is_url)
      url = word;
    else
      argv.push_back(word);
  }
  for (std::uint32_t i = 0; i < load.requests; ++i)
    argv.insert(argv.end(), {"-o", "body" + std::to_string(i), url});
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
  ExecRequest exec;
  exec.argv = load_arguments(*request, load);
  exec.timeout = timeout;
  const auto result = lab.exec(node_id, exec);
  if (!result) {
    seen.failure = result.error().message;
    return seen;
  }
  add_answers(result->stdout_text, seen);
  seen.error = result->stderr_text;
  seen.timed_out = result->timed_out;
  seen.exit = result->exit.code;
  return seen;
}

}  // namespace lab::orchestrator
