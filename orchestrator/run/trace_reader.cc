#include "orchestrator/run/trace_reader.h"

#include <thread>

#include "base/json.h"
#include "base/text.h"

namespace lab::orchestrator {
namespace {

constexpr std::chrono::microseconds kPollInterval{500};

}  // namespace

void TraceReader::collect(std::vector<Hop>& hops) {
  if (facts_.engine == Engine::envoy) return count(hops);
  std::map<std::string, std::string> paths;
  for (const auto& [name, node] : facts_.nodes) {
    if (node.has_proxy) paths[node.id] = "/lab/trace?since=" + std::to_string(next_[name]);
  }
  const auto answers = admins_.get(paths);
  for (const auto& [name, node] : facts_.nodes) {
    const auto answer = answers.find(node.id);
    if (answer == answers.end()) continue;  // A stopped proxy has nothing to tell.
    const auto parsed = parse_json(answer->second, "trace of " + name);
    if (!parsed) continue;
    for (Hop& hop : read_trace(name, *parsed, next_[name])) hops.push_back(std::move(hop));
  }
}

/// What a real Envoy's counters tell: it was passed when one for requests or connections grew.
void TraceReader::count(std::vector<Hop>& hops) {
  for (const auto& [name, node] : facts_.nodes) {
    if (!node.has_proxy) continue;
    const auto now = read_stats(lab_, node.id);
    Hop hop = hop_of_growth(counters_[name], now);
    hop.node = name;
    hop.knows_certificates = false;
    if (hop.status != 0 || !hop.cluster.empty()) hops.push_back(std::move(hop));
    counters_[name] = now;
  }
}

void TraceReader::skip() {
  std::vector<Hop> ignored;
  collect(ignored);
}

std::vector<Hop> TraceReader::read(const std::string& sender, std::size_t least,
                                   std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto found = facts_.nodes.find(sender);
  const bool has_proxy = found != facts_.nodes.end() && found->second.has_proxy;
  std::vector<Hop> hops;
  while (true) {
    collect(hops);
    const bool complete =
        hops.size() >= least && hops_complete(hops, sender, has_proxy, facts_.proxies);
    if (complete || std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(kPollInterval);
  }
  order_hops(hops, sender);
  return hops;
}

std::map<std::string, std::int64_t> read_stats(RunningLab& lab, const std::string& node_id) {
  std::map<std::string, std::int64_t> result;
  const auto answer = lab.http_get(node_id, kAdminPort, "/stats");
  if (!answer || answer->status != 200) return result;
  for (const std::string& line : split(answer->body, '\n')) {
    const std::size_t colon = line.rfind(": ");
    if (colon == std::string::npos) continue;
    result[line.substr(0, colon)] = std::atoll(line.c_str() + colon + 2);
  }
  return result;
}

}  // namespace lab::orchestrator
