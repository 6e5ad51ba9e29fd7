#include "orchestrator/run/judge_load.h"

#include <cmath>
#include <regex>

#include "base/text.h"

namespace lab::orchestrator {
namespace {

using Bound = std::optional<std::uint32_t>;

/// "" when `number` is within the bounds, else the bound that it breaks.
std::string broken_bound(std::int64_t number, const Bound& exactly, const Bound& at_least,
                         const Bound& at_most) {
  if (exactly && number != *exactly) return "exactly " + std::to_string(*exactly);
  if (at_least && number < *at_least) return "at least " + std::to_string(*at_least);
  if (at_most && number > *at_most) return "at most " + std::to_string(*at_most);
  return "";
}

std::uint32_t count_of(const Observation& seen, const std::string& status) {
  const auto found = seen.counts.find(status);
  return found == seen.counts.end() ? 0 : found->second;
}

/// The answers whose status the expectation doesn't name.
std::uint32_t count_of_others(const Expectation& expect, const Observation& seen) {
  std::uint32_t number = 0;
  for (const auto& [status, count] : seen.counts) {
    if (expect.counts.count(status) == 0) number += count;
  }
  return number;
}

/// What one answer counts as: the pattern's first group in its body.
std::string key_in_body(const std::string& body, const std::regex& pattern) {
  std::smatch match;
  if (!std::regex_search(body, match, pattern)) return "(no match)";
  return match.size() > 1 ? match[1].str() : match[0].str();
}

/// Who answered: for "node" the workloads that let it in, for "endpoint" where it was sent.
std::map<std::string, std::uint32_t> tally(const std::string& by, const Observation& seen) {
  std::map<std::string, std::uint32_t> result;
  if (by.rfind("body:", 0) == 0) {
    const std::regex pattern(by.substr(5));
    for (const std::string& body : seen.bodies) ++result[key_in_body(body, pattern)];
    return result;
  }
  for (const Hop& hop : seen.hops) {
    const bool arrived = hop.cluster.rfind("inbound|", 0) == 0;  // At the workload itself.
    if (by == "node" && arrived) ++result[hop.node];
    if (by != "node" && !arrived && !hop.endpoint.empty()) ++result[hop.endpoint];
  }
  return result;
}

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

}  // namespace

std::pair<std::uint32_t, std::uint32_t> binomial_bounds(std::uint32_t total, double share,
                                                        double confidence) {
  if (share <= 0) return {0, 0};
  if (share >= 1) return {total, total};
  const double tail = (1 - confidence) / 2;
  std::uint32_t least = 0, most = total;
  double below = 0, above = 0;
  const auto probability = [&](std::uint32_t k) {
    return std::exp(log_choose(total, k) + k * std::log(share) + (total - k) * std::log1p(-share));
  };
  while (least < total && (below += probability(least)) < tail) ++least;
  while (most > 0 && (above += probability(most)) < tail) --most;
  return {least, most};
}

void judge_stats(const Expectation& expect, const Observation& seen, std::vector<Difference>& out) {
  for (const StatExpectation& stat : expect.stats) {
    const std::string what = "counter " + stat.name + " of " + stat.node;
    const auto found = seen.stats.find(stat.node + " " + stat.name);
    if (found == seen.stats.end()) {
      out.push_back({what, "a counter of that name", "none"});
      continue;
    }
    Bound exactly = stat.by;
    if (!stat.by_status.empty()) exactly = count_of(seen, stat.by_status);
    const std::string broken = broken_bound(found->second, exactly, stat.at_least, stat.at_most);
    if (!broken.empty()) out.push_back({what, "grows by " + broken, std::to_string(found->second)});
  }
}

void judge_counts(const Expectation& expect, const Observation& seen,
                  std::vector<Difference>& out) {
  for (const auto& [status, wanted] : expect.counts) {
    const std::uint32_t number =
        status == "other" ? count_of_others(expect, seen) : count_of(seen, status);
    const std::string broken =
        broken_bound(number, wanted.exactly, wanted.at_least, wanted.at_most);
    if (!broken.empty()) out.push_back({"answers with " + status, broken, std::to_string(number)});
  }
}

void judge_distribution(const Expectation& expect, const Observation& seen,
                        std::vector<Difference>& out) {
  if (!expect.distribution) return;
  const auto counts = tally(expect.distribution->by, seen);
  std::uint32_t total = 0;
  double all_shares = 0;
  for (const auto& [key, count] : counts) total += count;
  for (const auto& [key, share] : expect.distribution->shares) all_shares += share;
  if (total == 0) out.push_back({"distribution", "answers", "none"});
  for (const auto& [key, share] : expect.distribution->shares) {
    const auto bounds = binomial_bounds(total, share / all_shares, expect.distribution->confidence);
    const auto found = counts.find(key);
    const std::uint32_t number = found == counts.end() ? 0 : found->second;
    if (number >= bounds.first && number <= bounds.second) continue;
    out.push_back({"distribution: " + key,
                   "between " + std::to_string(bounds.first) + " and " +
                       std::to_string(bounds.second) + " of " + std::to_string(total),
                   std::to_string(number)});
  }
  for (const auto& [key, count] : counts) {
    if (expect.distribution->shares.count(key) != 0) continue;
    out.push_back({"distribution: " + key, "none", std::to_string(count)});
  }
}

}  // namespace lab::orchestrator
