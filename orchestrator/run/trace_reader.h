#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "orchestrator/run/admin_connections.h"
#include "orchestrator/run/lab_facts.h"

namespace lab::orchestrator {

/// Reads what the lab's proxies recorded since the last time.
class TraceReader {
 public:
  TraceReader(RunningLab& lab, const LabFacts& facts) : lab_(lab), facts_(facts), admins_(lab) {}

  /// Forgets everything that was recorded so far.
  void skip();
  /// The hops of what `sender` did since skip(): waits until no record can be missing and there are
  /// `least`, at most `patience`. (A sender without a proxy doesn't tell whether any record will
  /// come; a TCP record is written when the connection ends, which may be after curl has.)
  std::vector<Hop> read(const std::string& sender, std::size_t least,
                        std::chrono::milliseconds patience);

 private:
  void collect(std::vector<Hop>& hops);
  void count(std::vector<Hop>& hops);

  RunningLab& lab_;
  const LabFacts& facts_;
  AdminConnections admins_;
  std::map<std::string, std::uint64_t> next_;  ///< Node -> where to go on.
  std::map<std::string, std::map<std::string, std::int64_t>>
      counters_;  ///< Node -> Envoy's, at skip().
};

/// The values of all counters and gauges of a node's proxy; empty when it can't be asked.
std::map<std::string, std::int64_t> read_stats(RunningLab& lab, const std::string& node_id);

}  // namespace lab::orchestrator
