#include "proxy/upstream/picker.h"

#include <algorithm>
#include <cmath>

namespace lab::proxy {
namespace {

bool all_weights_equal(const std::vector<HostPtr>& hosts) {
  return std::all_of(hosts.begin(), hosts.end(), [&](const HostPtr& host) {
    return host->weight() == hosts.front()->weight();
  });
}

/// Equal weights: one after the other.
class InTurn final : public Picker {
 public:
  // Workers and restarts begin anywhere, else the first host would get the first request of each.
  InTurn(std::vector<HostPtr> hosts, Random& random)
      : hosts_(std::move(hosts)), next_(random() % hosts_.size()) {}
  HostPtr pick(std::uint64_t, std::uint32_t, Random&) override {
    return hosts_[next_++ % hosts_.size()];
  }

 private:
  std::vector<HostPtr> hosts_;
  std::size_t next_;
};

/// Different weights: turns by weight; for least request the weight shrinks with the load.
class ByWeight final : public Picker {
 public:
  ByWeight(const std::vector<HostPtr>& hosts, double bias, Random& random) : bias_(bias) {
    for (const HostPtr& host : hosts) turns_.add(host, weight_of(*host));
    // Begins anywhere in the sequence.
    for (std::uint64_t skip = random() % hosts.size(); skip > 0; --skip) next();
  }
  HostPtr pick(std::uint64_t, std::uint32_t, Random&) override { return next(); }

 private:
  double weight_of(const Host& host) const {
    if (bias_ == 0) return host.weight();
    const double load = static_cast<double>(host.rq_active.value()) + 1;
    return std::max(1e-9, host.weight() / std::pow(load, bias_));
  }
  HostPtr next() {
    return turns_.next([this](const HostPtr& host) { return weight_of(*host); });
  }
  WeightedTurns<HostPtr> turns_;
  double bias_;
};

/// Equal weights: the least loaded of a few drawn ones.
class LeastOfSome final : public Picker {
 public:
  LeastOfSome(std::vector<HostPtr> hosts, std::uint32_t choices)
      : hosts_(std::move(hosts)), choices_(choices) {}
  HostPtr pick(std::uint64_t, std::uint32_t, Random& random) override {
    HostPtr best;
    for (std::uint32_t i = 0; i < choices_; ++i) {
      const HostPtr& drawn = hosts_[random() % hosts_.size()];
      if (!best || drawn->rq_active.value() < best->rq_active.value()) best = drawn;
    }
    return best;
  }

 private:
  std::vector<HostPtr> hosts_;
  std::uint32_t choices_;
};

class AnyOf final : public Picker {
 public:
  explicit AnyOf(std::vector<HostPtr> hosts) : hosts_(std::move(hosts)) {}
  HostPtr pick(std::uint64_t, std::uint32_t, Random& random) override {
    return hosts_[random() % hosts_.size()];
  }

 private:
  std::vector<HostPtr> hosts_;
};

}  // namespace

std::unique_ptr<Picker> make_round_robin(std::vector<HostPtr> hosts, Random& random) {
  if (!all_weights_equal(hosts)) return std::make_unique<ByWeight>(hosts, 0, random);
  return std::make_unique<InTurn>(std::move(hosts), random);
}

std::unique_ptr<Picker> make_least_request(std::vector<HostPtr> hosts,
                                           const config::LeastRequestLbConfig& config,
                                           Random& random) {
  const double bias = config.active_request_bias ? config.active_request_bias->default_value : 1.0;
  if (!all_weights_equal(hosts)) return std::make_unique<ByWeight>(hosts, bias, random);
  return std::make_unique<LeastOfSome>(std::move(hosts), config.choice_count.value_or(2));
}

std::unique_ptr<Picker> make_random(std::vector<HostPtr> hosts) {
  return std::make_unique<AnyOf>(std::move(hosts));
}

}  // namespace lab::proxy
