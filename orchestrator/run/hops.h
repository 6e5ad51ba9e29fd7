#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "orchestrator/run/observation.h"

namespace lab::orchestrator {

/// The records of one proxy's `GET /lab/trace` answer, as hops of `node`; `next` is where to go on
/// reading.
std::vector<Hop> read_trace(const std::string& node, const Value& answer, std::uint64_t& next);

/// What the growth of a real Envoy's counters tells of one request: the cluster it went to, and the
/// class of its answer (200 stands for any 2xx). A hop without cluster and status: nothing was
/// passed.
Hop hop_of_growth(const std::map<std::string, std::int64_t>& before,
                  const std::map<std::string, std::int64_t>& after);

/// Who has which address: "10.234.1.3" -> node, for nodes that have a proxy.
using ProxyAddresses = std::map<std::string, std::string>;

/// The hops of one request in the order they were passed: by the chain of endpoints, ties by start
/// time.
void order_hops(std::vector<Hop>& hops, const std::string& sender);

/// True when no record can still be on its way: each hop that went to a node with a proxy has that
/// proxy's record, and a sender with a proxy (`sender_has_proxy`) has one too.
bool hops_complete(const std::vector<Hop>& hops, const std::string& sender, bool sender_has_proxy,
                   const ProxyAddresses& proxies);

}  // namespace lab::orchestrator
