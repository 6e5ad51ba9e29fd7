#include <algorithm>
#include <set>

#include "base/text.h"
#include "mesh/crd/validation/common.h"

namespace lab::crd {
namespace {

bool is_prime(std::uint64_t number) {
  if (number == 0) return false;  // Envoy takes 1 for one.
  for (std::uint64_t factor = 2; factor * factor <= number; ++factor) {
    if (number % factor == 0) return false;
  }
  return true;
}

void check_consistent_hash(Checker& checker, const ConsistentHash& hash) {
  checker.with("httpCookie", hash.http_cookie, [&](const HttpCookie& cookie) {
    if (cookie.name.empty()) checker.error("name", "the cookie needs a name.");
    std::set<std::string> seen;
    checker.each("attributes", cookie.attributes, [&](const HttpCookieAttribute& attribute) {
      if (attribute.name.empty()) {
        checker.error("name", "the attribute needs a name.");
      } else if (!seen.insert(attribute.name).second) {
        checker.error("name", "the attribute \"" + attribute.name + "\" is there twice.");
      }
    });
  });
  if (hash.minimum_ring_size != 0 && (hash.ring_hash || hash.maglev)) {
    checker.error("minimumRingSize", "is the older spelling of ringHash; remove one of them.");
  }
  checker.with("maglev", hash.maglev, [&](const MagLev& maglev) {
    // Envoy's limit on a Maglev table.
    if (maglev.table_size >= 5'000'011 || !is_prime(maglev.table_size)) {
      checker.error("tableSize", "must be a prime number below 5000011.");
    }
  });
}

/// Region, zone and sub-zone of "R/Z/S", as far as they are named; none when one of them is empty.
std::vector<std::string> locality_parts(const std::string& locality) {
  std::vector<std::string> parts;
  std::string rest = locality;
  while (parts.size() < 2 && rest.find('/') != std::string::npos) {
    parts.push_back(rest.substr(0, rest.find('/')));
    rest.erase(0, rest.find('/') + 1);
  }
  parts.push_back(rest);
  if (std::find(parts.begin(), parts.end(), "") != parts.end()) return {};
  return parts;
}

/// A place that a locality names must not be named by one before it; "*" and what is left out stand
/// for all.
bool overlaps(const std::vector<std::string>& parts, const std::vector<std::string>& before) {
  if (before[0] == "*") return true;
  if (parts[0] != before[0]) return false;
  if (parts.size() == 1 || before.size() == 1 || before[1] == "*") return true;
  if (parts[1] != before[1]) return false;
  return parts.size() == 2 || before.size() == 2 || before[2] == "*" || parts[2] == before[2];
}

void check_localities(Checker& checker, const std::vector<std::string>& localities) {
  std::vector<std::vector<std::string>> seen;
  for (const std::string& locality : localities) {
    const auto stars = std::count(locality.begin(), locality.end(), '*');
    if (stars > 1 || (stars == 1 && locality.back() != '*')) {
      return checker.error("locality \"" + locality + "\" may hold one \"*\", at its end.");
    }
    std::vector<std::string> parts = locality_parts(locality);
    if (parts.empty())
      return checker.error("locality \"" + locality + "\" has an empty region, zone or sub-zone.");
    for (const auto& before : seen) {
      if (overlaps(parts, before))
        return checker.error("locality \"" + locality + "\" overlaps with one before it.");
    }
    seen.push_back(std::move(parts));
  }
}

void check_distribution(Checker& checker, const LocalityDistribute& distribute) {
  std::uint64_t total = 0;
  std::vector<std::string> targets;
  for (const auto& [locality, weight] : distribute.to) {
    targets.push_back(locality);
    if (weight < 1 || weight > 100)
      return checker.error("to", "each weight must be from 1 to 100.");
    total += weight;
  }
  if (total != 100)
    return checker.error(
        "to", "the weights add up to " + std::to_string(total) + "; they must make 100.");
  const Checker::Step step(checker, "to");
  check_localities(checker, targets);
}

void check_failover(Checker& checker, const LocalityFailover& failover) {
  if (failover.from == failover.to) checker.error("from and to must be different regions.");
  for (const std::string& region : {failover.from, failover.to}) {
    if (region.find('/') != std::string::npos)
      checker.error("\"" + region + "\" must be a region, without a zone.");
    if (region.find('*') != std::string::npos)
      checker.error("\"" + region + "\" must not hold a wildcard.");
  }
}

void check_locality(Checker& checker, const LocalityLoadBalancer& locality,
                    bool has_outlier_detection) {
  if (!locality.distribute.empty() && !locality.failover.empty()) {
    return checker.error("distribute and failover must not be set together.");
  }
  if (!locality.failover.empty()) {
    for (const std::string& label : locality.failover_priority) {
      if (label == "topology.kubernetes.io/region" || label == "topology.kubernetes.io/zone" ||
          label == "topology.istio.io/subzone") {
        return checker.error("failoverPriority",
                             "the label \"" + label + "\" and failover must not be set together.");
      }
    }
  }
  std::vector<std::string> sources;
  checker.each("distribute", locality.distribute, [&](const LocalityDistribute& distribute) {
    sources.push_back(distribute.from);
    check_distribution(checker, distribute);
  });
  {
    const Checker::Step step(checker, "distribute");
    check_localities(checker, sources);
  }
  if ((!locality.failover.empty() || !locality.failover_priority.empty()) &&
      !has_outlier_detection) {
    checker.warn("failover has no effect without outlierDetection.");
  }
  checker.each("failover", locality.failover,
               [&](const LocalityFailover& failover) { check_failover(checker, failover); });
}

}  // namespace

void check_load_balancer(Checker& checker, const LoadBalancer& balancer,
                         bool has_outlier_detection) {
  checker.with("consistentHash", balancer.consistent_hash,
               [&](const ConsistentHash& hash) { check_consistent_hash(checker, hash); });
  checker.with("localityLbSetting", balancer.locality_lb_setting,
               [&](const LocalityLoadBalancer& locality) {
                 check_locality(checker, locality, has_outlier_detection);
               });
  checker.with("warmup", balancer.warmup, [&](const Warmup& warmup) {
    check_duration(checker, "duration", warmup.duration);
    if (warmup.minimum_percent.value_or(0) > 100)
      checker.error("minimumPercent", "must be at most 100.");
    if (warmup.aggression.value_or(1) < 1) checker.error("aggression", "must be at least 1.");
  });
}

}  // namespace lab::crd
