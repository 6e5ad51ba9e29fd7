#include "proxy/upstream/load_balancer.h"

#include <algorithm>
#include <map>

#include "proxy/upstream/picker.h"

namespace lab::proxy {
namespace {

/// The hosts among which a request is decided, once its priority is.
struct Pool {
  std::size_t priority = 0;
  enum class Health : std::uint8_t { all, healthy, degraded } health = Health::healthy;
  std::optional<std::size_t> locality;  ///< Under locality weighting.
  friend auto operator<=>(const Pool&, const Pool&) = default;
};

/// Chooses a priority, then (where configured) a locality, then a host by the policy's own
/// algorithm.
class Balancer final : public LoadBalancer {
 public:
  Balancer(const config::Cluster& cluster, std::uint64_t seed);
  void update(const std::vector<PriorityHosts>& priorities) override;
  HostPtr choose(const LoadBalancerContext& context) override;

 private:
  using Policy = config::Cluster::LbPolicy;
  bool hashes() const { return policy_ == Policy::ring_hash || policy_ == Policy::maglev; }
  const std::vector<HostPtr>& hosts_of(const Pool& pool) const;
  std::vector<WeightedHost> shares_of(const Pool& pool) const;
  HostPtr choose_once(const LoadBalancerContext& context, std::uint32_t attempt);
  std::optional<std::size_t> choose_locality(const Pool& pool);
  double locality_weight(const Pool& pool, std::size_t index) const;
  Picker* picker_for(const Pool& pool);
  std::unique_ptr<Picker> make_picker(const Pool& pool);

  Policy policy_;
  config::LeastRequestLbConfig least_request_;
  config::RingHashLbConfig ring_hash_;
  std::uint64_t table_size_ = 65537;
  double panic_percent_ = 50;
  bool fail_on_panic_ = false;
  bool by_locality_ = false;
  bool by_hostname_ = false;
  Random random_;
  std::vector<HealthView> views_;
  PriorityLoad load_;
  std::map<Pool, std::unique_ptr<Picker>> pickers_;
  std::map<Pool, WeightedTurns<std::size_t>> localities_;
};

Balancer::Balancer(const config::Cluster& cluster, std::uint64_t seed)
    : policy_(cluster.lb_policy), random_(seed) {
  least_request_ = cluster.least_request_lb_config.value_or(config::LeastRequestLbConfig{});
  ring_hash_ = cluster.ring_hash_lb_config.value_or(config::RingHashLbConfig{});
  if (cluster.maglev_lb_config) table_size_ = cluster.maglev_lb_config->table_size.value_or(65537);
  if (!cluster.common_lb_config) return;
  const config::CommonLbConfig& common = *cluster.common_lb_config;
  if (common.healthy_panic_threshold) panic_percent_ = common.healthy_panic_threshold->value;
  by_locality_ = common.locality_weighted_lb_config.has_value();
  fail_on_panic_ =
      common.zone_aware_lb_config && common.zone_aware_lb_config->fail_traffic_on_panic;
  by_hostname_ = common.consistent_hashing_lb_config &&
                 common.consistent_hashing_lb_config->use_hostname_for_hashing;
}

void Balancer::update(const std::vector<PriorityHosts>& priorities) {
  views_.clear();
  pickers_.clear();
  localities_.clear();
  for (const PriorityHosts& hosts : priorities) views_.push_back(sort_by_health(hosts));
  load_ = spread_load(views_, panic_percent_);
}

template <class View>
const std::vector<HostPtr>& of_health(const View& view, Pool::Health health) {
  if (health == Pool::Health::all) return view.all;
  return health == Pool::Health::healthy ? view.healthy : view.degraded;
}

const std::vector<HostPtr>& Balancer::hosts_of(const Pool& pool) const {
  const HealthView& view = views_[pool.priority];
  return pool.locality ? of_health(view.localities[*pool.locality], pool.health)
                       : of_health(view, pool.health);
}

/// What a locality gets: its weight, less when too few of its hosts are available to carry it.
double Balancer::locality_weight(const Pool& pool, std::size_t index) const {
  const HealthView& view = views_[pool.priority];
  const HealthView::InLocality& locality = view.localities[index];
  const auto& hosts = of_health(locality, pool.health);
  const auto counted = static_cast<double>(locality.all.size() - locality.excluded);
  if (hosts.empty() || counted == 0) return 0;
  const double availability =
      static_cast<double>(hosts.size()) / counted * view.overprovisioning_factor / 100.0;
  return locality.weight * std::min(1.0, availability);
}

std::optional<std::size_t> Balancer::choose_locality(const Pool& pool) {
  const auto [found, is_new] = localities_.try_emplace(pool);
  WeightedTurns<std::size_t>& turns = found->second;
  const auto weight = [this, &pool](std::size_t index) { return locality_weight(pool, index); };
  if (is_new) {
    for (std::size_t i = 0; i < views_[pool.priority].localities.size(); ++i) {
      if (weight(i) > 0) turns.add(i, weight(i));
    }
  }
  if (turns.empty()) return {};
  return turns.next(weight);
}

/// Each host's share of all load, for the tables that hashing makes: by weight, and by locality
/// where configured.
std::vector<WeightedHost> Balancer::shares_of(const Pool& pool) const {
  std::vector<WeightedHost> result;
  double total = 0;
  const auto add = [&](const std::vector<HostPtr>& hosts, double share) {
    double sum = 0;
    for (const HostPtr& host : hosts) sum += host->weight();
    for (const HostPtr& host : hosts) {
      result.push_back({host, share * host->weight() / sum});
      total += result.back().share;
    }
  };
  const auto& localities = views_[pool.priority].localities;
  for (std::size_t i = 0; by_locality_ && i < localities.size(); ++i) {
    if (locality_weight(pool, i) > 0)
      add(of_health(localities[i], pool.health), locality_weight(pool, i));
  }
  if (result.empty()) add(hosts_of(pool), 1);
  for (WeightedHost& entry : result) entry.share /= total;
  return result;
}

std::unique_ptr<Picker> Balancer::make_picker(const Pool& pool) {
  const auto& hosts = hosts_of(pool);
  if (hosts.empty()) return nullptr;
  switch (policy_) {
    case Policy::least_request:
      return make_least_request(hosts, least_request_, random_);
    case Policy::random:
      return make_random(hosts);
    case Policy::ring_hash:
      return make_ring_hash(shares_of(pool), ring_hash_, by_hostname_);
    case Policy::maglev:
      return make_maglev(shares_of(pool), table_size_, by_hostname_);
    default:
      return make_round_robin(hosts, random_);
  }
}

Picker* Balancer::picker_for(const Pool& pool) {
  auto& picker = pickers_[pool];
  if (!picker) picker = make_picker(pool);
  return picker.get();
}

HostPtr Balancer::choose_once(const LoadBalancerContext& context, std::uint32_t attempt) {
  const bool hashed = hashes() && context.hash.has_value();
  const std::uint64_t draw = hashed ? *context.hash : random_();
  // The same hash always falls into the same priority.
  const PriorityChoice choice = choose_priority(load_, draw);
  Pool pool{choice.priority, choice.degraded ? Pool::Health::degraded : Pool::Health::healthy, {}};
  if (load_.panic[choice.priority]) {
    if (fail_on_panic_) return nullptr;
    pool.health = Pool::Health::all;
  } else if (by_locality_ && !hashes()) {
    pool.locality = choose_locality(pool);
  }
  Picker* picker = picker_for(pool);
  return picker == nullptr ? nullptr : picker->pick(draw, attempt, random_);
}

HostPtr Balancer::choose(const LoadBalancerContext& context) {
  if (views_.empty()) return nullptr;
  HostPtr host;
  const std::uint32_t attempts = context.avoid.empty() ? 0 : context.avoid_attempts;
  for (std::uint32_t attempt = 0; attempt <= attempts; ++attempt) {
    host = choose_once(context, attempt);
    if (!host) return nullptr;
    const auto& avoid = context.avoid;
    if (std::find(avoid.begin(), avoid.end(), host.get()) == avoid.end()) return host;
  }
  return host;
}

}  // namespace

std::unique_ptr<LoadBalancer> make_load_balancer(const config::Cluster& cluster,
                                                 std::uint64_t seed) {
  return std::make_unique<Balancer>(cluster, seed);
}

}  // namespace lab::proxy
