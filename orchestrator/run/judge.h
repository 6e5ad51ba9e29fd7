#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "orchestrator/run/observation.h"
#include "orchestrator/scenario/expectation.h"

namespace lab::orchestrator {

/// One thing that differs from what was expected.
struct Difference {
  std::string what;      ///< "status", "body", "via", "presented" ...
  std::string expected;  ///< As a person says it.
  std::string got;
};

/// Facts about the scenario's certificates that expectations name: name -> SHA-256 fingerprint.
using Fingerprints = std::map<std::string, std::string>;

/// Compares an observation with an expectation: every difference, in the order of the expectation's
/// fields.
///
/// Pure. `sender` has its own proxy when it is the first hop's node; that hop isn't part of `via`.
std::vector<Difference> judge(const Expectation& expect, const Observation& seen,
                              const std::string& sender, const Fingerprints& certificates);

/// The nodes whose proxies were passed after the sender's own, in order.
std::vector<std::string> via_of(const Observation& seen, const std::string& sender);

/// How many hits out of `total` a share may have at the given two-sided confidence: least and most.
///
/// Exact binomial tails, so that small loads are judged rightly. A fair spread fails with
/// probability 1 - confidence.
std::pair<std::uint32_t, std::uint32_t> binomial_bounds(std::uint32_t total, double share,
                                                        double confidence);

}  // namespace lab::orchestrator
