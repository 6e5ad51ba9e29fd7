#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "proxy/upstream/picker.h"

namespace lab::proxy {

std::string hash_key(const Host& host, bool by_hostname) {
  const auto& metadata = host.description().metadata.filter_metadata;
  const auto lb = metadata.find("envoy.lb");
  if (lb != metadata.end()) {
    const Value* key = lb->second.find("hash_key");
    if (key != nullptr && key->is_string() && !key->string().empty()) return key->string();
  }
  return by_hostname && !host.description().hostname.empty() ? host.description().hostname
                                                             : host.address();
}

namespace {

/// Each host has as many places on a ring as its share; a request goes to the first place at or
/// after its hash.
class Ring final : public Picker {
 public:
  Ring(std::vector<WeightedHost> hosts, const config::RingHashLbConfig& config, bool by_hostname) {
    const auto least =
        std::min_element(hosts.begin(), hosts.end(), [](const auto& a, const auto& b) {
          return a.share < b.share;
        })->share;
    const auto minimum = static_cast<double>(config.minimum_ring_size.value_or(1024));
    const auto maximum = static_cast<double>(config.maximum_ring_size.value_or(8 * 1024 * 1024));
    // The least one gets a whole number of places, as long as the ring does not grow beyond its
    // limit.
    const double scale = std::min(std::ceil(least * minimum) / least, maximum);
    places_.reserve(static_cast<std::size_t>(std::ceil(scale)));
    const bool murmur =
        config.hash_function == config::RingHashLbConfig::HashFunction::murmur_hash_2;
    double placed = 0, wanted = 0;
    for (const WeightedHost& entry : hosts) {
      const std::string key = hash_key(*entry.host, by_hostname) + "_";
      wanted += scale * entry.share;
      for (std::uint64_t i = 0; placed < wanted; ++i, ++placed) {
        const std::string text = key + std::to_string(i);
        places_.push_back({murmur ? murmur_hash2_64(text) : xx_hash64(text), entry.host});
      }
    }
    std::sort(places_.begin(), places_.end(),
              [](const Place& a, const Place& b) { return a.hash < b.hash; });
  }

  HostPtr pick(std::uint64_t hash, std::uint32_t attempt, Random&) override {
    const auto at =
        std::lower_bound(places_.begin(), places_.end(), hash,
                         [](const Place& place, std::uint64_t h) { return place.hash < h; });
    const auto index = static_cast<std::size_t>(at - places_.begin()) + attempt;
    return places_[index % places_.size()].host;
  }

 private:
  struct Place {
    std::uint64_t hash;
    HostPtr host;
  };
  std::vector<Place> places_;
};

/// A table that hosts fill in turn, each by its own permutation of the places.
class Maglev final : public Picker {
 public:
  Maglev(std::vector<WeightedHost> hosts, std::uint64_t size, bool by_hostname) : table_(size) {
    struct Filler {
      HostPtr host;
      double share, target;
      std::uint64_t offset, skip, next;
    };
    std::vector<Filler> fillers;
    double most = 0;
    for (const WeightedHost& entry : hosts) {
      const std::string key = hash_key(*entry.host, by_hostname);
      fillers.push_back({entry.host, entry.share, 0, xx_hash64(key) % size,
                         xx_hash64(key, 1) % (size - 1) + 1, 0});
      most = std::max(most, entry.share);
    }
    std::uint64_t filled = 0;
    for (std::uint64_t turn = 1; filled < size; ++turn) {
      for (std::size_t i = 0; i < fillers.size() && filled < size; ++i) {
        Filler& filler = fillers[i];
        // A host of half the greatest share takes every second turn.
        if (static_cast<double>(turn) * filler.share < filler.target) continue;
        filler.target += most;
        std::uint64_t place;
        do {
          place = (filler.offset + filler.skip * filler.next++) % size;
        } while (table_[place]);
        table_[place] = filler.host;
        ++filled;
      }
    }
  }

  HostPtr pick(std::uint64_t hash, std::uint32_t attempt, Random&) override {
    if (attempt > 0) hash ^= ~std::uint64_t{0} - attempt + 1;
    return table_[hash % table_.size()];
  }

 private:
  std::vector<HostPtr> table_;
};

}  // namespace

std::unique_ptr<Picker> make_ring_hash(std::vector<WeightedHost> hosts,
                                       const config::RingHashLbConfig& config, bool by_hostname) {
  return std::make_unique<Ring>(std::move(hosts), config, by_hostname);
}

std::unique_ptr<Picker> make_maglev(std::vector<WeightedHost> hosts, std::uint64_t table_size,
                                    bool by_hostname) {
  return std::make_unique<Maglev>(std::move(hosts), table_size, by_hostname);
}

}  // namespace lab::proxy
