#pragma once

#include <cstdint>
#include <memory>
#include <queue>
#include <random>
#include <vector>

#include "mesh/config/cluster.h"
#include "proxy/upstream/host.h"

namespace lab::proxy {

/// The random numbers of one worker's balancer; seeded, so that tests repeat.
using Random = std::mt19937_64;

/// Takes turns by weight: what has twice the weight comes up twice as often, evenly spread
/// (earliest deadline first).
template <class T>
class WeightedTurns {
 public:
  void add(T item, double weight) {
    turns_.push(Turn{now_ + 1 / weight, order_++, std::move(item)});
  }
  bool empty() const { return turns_.empty(); }
  /// Whose turn it is; `weight_of(item)` is its weight from now on.
  template <class WeightOf>
  T next(WeightOf weight_of) {
    Turn turn = turns_.top();
    turns_.pop();
    now_ = turn.deadline;
    T item = turn.item;
    add(std::move(turn.item), weight_of(item));
    return item;
  }

 private:
  struct Turn {
    double deadline;
    std::uint64_t order;
    T item;
    bool operator<(const Turn& other) const {
      return deadline != other.deadline ? deadline > other.deadline : order > other.order;
    }
  };
  std::priority_queue<Turn> turns_;
  double now_ = 0;
  std::uint64_t order_ = 0;
};

/// A host and its share of all load, for the hashing algorithms.
struct WeightedHost {
  HostPtr host;
  double share = 0;  ///< All together are 1.
};

/// One way to choose among given hosts; made anew when they change.
class Picker {
 public:
  virtual ~Picker() = default;
  /// `attempt` counts draws for one request: hashing pickers then give another host.
  virtual HostPtr pick(std::uint64_t hash, std::uint32_t attempt, Random& random) = 0;
};

std::unique_ptr<Picker> make_round_robin(std::vector<HostPtr> hosts, Random& random);
std::unique_ptr<Picker> make_least_request(std::vector<HostPtr> hosts,
                                           const config::LeastRequestLbConfig& config,
                                           Random& random);
std::unique_ptr<Picker> make_random(std::vector<HostPtr> hosts);
/// Source: Envoy's documentation of "Ring hash" and "Maglev"; Eisenbud et al., "Maglev", NSDI 2016,
/// section 3.4.
std::unique_ptr<Picker> make_ring_hash(std::vector<WeightedHost> hosts,
                                       const config::RingHashLbConfig& config, bool by_hostname);
std::unique_ptr<Picker> make_maglev(std::vector<WeightedHost> hosts, std::uint64_t table_size,
                                    bool by_hostname);

/// What hashing takes for a host: metadata envoy.lb / hash_key, or its hostname when asked for, or
/// its address.
std::string hash_key(const Host& host, bool by_hostname);

}  // namespace lab::proxy
