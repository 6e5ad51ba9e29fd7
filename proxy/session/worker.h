#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>

#include "proxy/match/route_table.h"
#include "proxy/observe/stats.h"
#include "proxy/observe/trace.h"
#include "proxy/upstream/cluster_manager.h"

namespace lab::proxy {

/// Where the sessions of one worker find the route table of a name; replaced when RDS brings
/// another.
struct RouteSlot {
  RouteTablePtr table;  ///< Null until the first one came.
};
using RouteSlotPtr = std::shared_ptr<RouteSlot>;

/// What all sessions of one thread share. Only that thread touches it.
struct Worker {
  Worker(Loop& event_loop, TraceStore& trace_store, std::uint64_t seed)
      : loop(event_loop), trace(trace_store), random(seed), clusters(event_loop, stats, seed) {}

  /// The slot of that name, made when it is first asked for.
  RouteSlotPtr route_slot(const std::string& name) {
    RouteSlotPtr& slot = route_slots[name];
    if (!slot) slot = std::make_shared<RouteSlot>();
    return slot;
  }

  Loop& loop;
  TraceStore& trace;
  std::mt19937_64 random;
  StatsStore stats;
  ClusterManager clusters;
  std::unordered_map<std::string, RouteSlotPtr> route_slots;
  std::string local_ip = "127.0.0.1";  ///< The host's own address, for x-forwarded-for.
  std::atomic<std::uint64_t> active_requests{
      0};                         ///< Written by this worker alone, read by the main loop.
  std::uint64_t connections = 0;  ///< Downstream connections that are open.
  bool draining = false;          ///< The process is about to end: answers say so.
};

}  // namespace lab::proxy
