#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "orchestrator/scenario/words.h"

namespace lab::orchestrator {

/// What must be true of one proxy on the way; only what is given is compared.
struct HopExpectation {
  std::string node, listener, route, cluster, endpoint, flags, virtual_host;
};
const Record<HopExpectation>& record_of(const HopExpectation*);

/// How much a proxy's counter must have grown during the step.
struct StatExpectation {
  std::string node;  ///< Where the proxy is.
  std::string name;  ///< Envoy's name of the counter.
  std::optional<std::uint32_t> by, at_least, at_most;
  std::string by_status;  ///< "503": by exactly the number of answers with this status.
};
const Record<StatExpectation>& record_of(const StatExpectation*);

/// How many answers of a load must have had one status.
struct CountExpectation {
  std::optional<std::uint32_t> exactly, at_least, at_most;
};
const Record<CountExpectation>& record_of(const CountExpectation*);

/// How a load's answers must be spread over what answered.
struct DistributionExpectation {
  std::string by;                        ///< "endpoint", "node", or "body:REGEX" (first group).
  std::map<std::string, double> shares;  ///< Share of each, in any unit; compared by their ratio.
  double confidence = 0.9999;            ///< Of the statistical bound (two-sided, each share).
};
const Record<DistributionExpectation>& record_of(const DistributionExpectation*);

/// What a step must observe; only what is given is compared.
struct Expectation {
  Numbers status;                      ///< HTTP status; 0 is "no answer".
  Numbers exit;                        ///< The program's exit status.
  Words body;                          ///< Texts that the body contains.
  Words body_not;                      ///< Texts that it doesn't contain.
  Words body_matches;                  ///< Patterns (ECMAScript) that are found in it.
  std::optional<std::string> body_is;  ///< The body exactly.
  std::optional<std::uint32_t> body_bytes;
  std::map<std::string, Value> json;           ///< Path in the body ("headers/Host") -> value.
  std::map<std::string, std::string> headers;  ///< Name -> value, "*" is any.
  Words headers_absent;
  Words error;                       ///< Texts that the program wrote to standard error.
  std::optional<Words> via;          ///< Proxies passed after the sender's own, in order.
  std::vector<HopExpectation> hops;  ///< All proxies passed, in order.
  std::string presented;             ///< Certificate the last proxy showed, or "none".
  std::string server_certificate;    ///< Certificate that the other end showed the last proxy.
  std::vector<StatExpectation> stats;
  std::map<std::string, CountExpectation> counts;  ///< Of a load: status -> how many.
  std::optional<DistributionExpectation> distribution;
  std::optional<std::chrono::nanoseconds> within;
  Origin origin;
};
const Record<Expectation>& record_of(const Expectation*);

}  // namespace lab::orchestrator
