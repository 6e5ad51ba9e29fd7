#include "orchestrator/run/step_runner.h"

#include <algorithm>
#include <thread>

#include "base/json.h"
#include "orchestrator/run/actions.h"
#include "orchestrator/run/load.h"
#include "orchestrator/run/probe.h"

namespace lab::orchestrator {
namespace {

/// How long a record of a proxy may take to appear after curl has ended.
constexpr std::chrono::milliseconds kTracePatience{300};
/// Between two attempts of a step that is asked again.
constexpr std::chrono::milliseconds kRetryInterval{10};

std::chrono::milliseconds until(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

/// How many proxies the expectation says are passed, at least.
std::size_t expected_hops(const Expectation& expect) {
  const std::size_t via = expect.via ? expect.via->all.size() : 0;
  const bool certificate = !expect.presented.empty() || !expect.server_certificate.empty();
  return std::max({via, expect.hops.size(), std::size_t{certificate ? 1u : 0u}});
}

/// Whether an expectation is about the path that was taken.
bool wants_hops(const Expectation& expect) {
  return expect.via || !expect.hops.empty() || !expect.presented.empty() ||
         !expect.server_certificate.empty();
}

}  // namespace

StepResult StepRunner::run(const Step& step) {
  StepResult result;
  result.name = step.name;
  result.from = step.from;
  result.origin = step.origin;
  if (step.expect) {
    result.expected = *step.expect;
    result.has_expectation = true;
  }
  describe(step, result);
  const auto start = Clock::now();
  const bool changes = step.request.empty() && step.curl.empty() && step.command.empty() &&
                       step.config.empty() && !step.load;
  if (changes)
    act(step, result);
  else
    ask(step, result);
  result.duration = Clock::now() - start;
  return result;
}

void StepRunner::describe(const Step& step, StepResult& result) const {
  if (step.load) {
    result.request = step.load->request + "  (" + std::to_string(step.load->requests) +
                     " times on " + std::to_string(step.load->connections) + " connections)";
  } else if (!step.config.empty()) {
    result.request = "configuration " + step.config;
    result.by_hand = "lab config " + options_.shown_lab + "/" + step.from + " " + step.config;
  } else if (const auto probe = probe_of(step); probe && !step.from.empty()) {
    result.request = step.command.empty() ? quote_words(probe->shown) : step.command;
    result.by_hand =
        "lab exec " + options_.shown_lab + "/" + step.from + " -- " + quote_words(probe->shown);
  }
}

void StepRunner::act(const Step& step, StepResult& result) {
  const auto done = run_action(lab_, facts_, step, options_.folder);
  if (done) return;
  result.status = Status::error;
  result.reason = done.error().message;
}

void StepRunner::ask(const Step& step, StepResult& result) {
  const auto start = Clock::now();
  const auto limit = start + step.timeout.value_or(options_.timeout);
  const auto patience = step.eventually ? start + *step.eventually : limit;
  const Expectation expect = step.expect.value_or(Expectation{});
  unsigned in_a_row = 0;
  result.attempts = 0;
  while (true) {
    ++result.attempts;
    result.observed = observe(step, std::max(limit, patience));
    result.differences = judge(expect, result.observed, step.from, facts_.pki.fingerprints);
    const bool held = result.differences.empty();
    in_a_row = held ? in_a_row + 1 : 0;
    const auto now = Clock::now();
    bool more = false;
    if (step.eventually)
      more = !held && now < patience;
    else if (step.consistently)
      more = held && now < start + *step.consistently;
    else if (step.converge != 0)
      more = in_a_row < step.converge && now < limit;
    if (!more) break;
    std::this_thread::sleep_for(kRetryInterval);
  }
  if (step.converge != 0 && in_a_row < step.converge && result.differences.empty()) {
    result.differences.push_back(
        {"converge", std::to_string(step.converge) + " passes in a row", std::to_string(in_a_row)});
  }
  if (!result.differences.empty()) result.status = Status::failed;
}

Observation StepRunner::observe(const Step& step, Clock::time_point deadline) {
  Observation seen;
  const Expectation expect = step.expect.value_or(Expectation{});
  if (!step.config.empty()) {
    read_config(step, seen);
    return seen;
  }
  traces_.skip();
  std::map<std::string, std::map<std::string, std::int64_t>> before;
  for (const StatExpectation& stat : expect.stats) {
    const auto node = facts_.nodes.find(stat.node);
    if (node != facts_.nodes.end() && before.count(stat.node) == 0) {
      before[stat.node] = read_stats(lab_, node->second.id);
    }
  }
  run_probe(step, deadline, seen);
  const bool needs_all = wants_hops(expect);
  seen.hops = traces_.read(step.from, expected_hops(expect),
                           needs_all ? kTracePatience : std::chrono::milliseconds(0));
  std::map<std::string, std::map<std::string, std::int64_t>> after;
  for (const StatExpectation& stat : expect.stats) {
    if (before.count(stat.node) == 0) continue;
    if (after.count(stat.node) == 0)
      after[stat.node] = read_stats(lab_, facts_.nodes.at(stat.node).id);
    const auto value = after[stat.node].find(stat.name);
    if (value == after[stat.node].end()) continue;
    seen.stats[stat.node + " " + stat.name] = value->second - before[stat.node][stat.name];
  }
  return seen;
}

void StepRunner::run_probe(const Step& step, Clock::time_point deadline, Observation& seen) {
  const auto node = facts_.nodes.find(step.from);
  if (node == facts_.nodes.end()) {
    seen.failure = "there is no node \"" + step.from + "\".";
    return;
  }
  const auto start = Clock::now();
  if (step.load) {
    seen = run_load(lab_, node->second.id, *step.load, until(deadline));
    seen.duration = Clock::now() - start;
    return;
  }
  const auto probe = probe_of(step);
  if (!probe) {
    seen.failure = probe.error().message;
    return;
  }
  ExecRequest request;
  request.argv = probe->argv;
  request.timeout = until(deadline);
  const auto result = lab_.exec(node->second.id, request);
  seen.duration = Clock::now() - start;
  if (!result) {
    seen.failure = result.error().message;
    return;
  }
  seen.exit = result->exit.code;
  seen.timed_out = result->timed_out;
  seen.body = result->stdout_text;
  seen.error = result->stderr_text;
  if (probe->is_curl) read_curl(result->stderr_text, seen);
}

void StepRunner::read_config(const Step& step, Observation& seen) {
  const auto value = facts_.config(step.from, step.config);
  if (!value) {
    seen.failure = value.error().message;
    return;
  }
  seen.body = write_json(*value, 2);
}

}  // namespace lab::orchestrator
