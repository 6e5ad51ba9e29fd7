#include "proxy/upstream/dns.h"

#include <algorithm>

#include "proxy/upstream/dns_resolver.h"

namespace lab::proxy {

namespace {

using config::Cluster;
constexpr Duration kRefresh = std::chrono::seconds(5);

DnsResolver::Family family_of(Cluster::DnsLookupFamily family) {
  switch (family) {
    case Cluster::DnsLookupFamily::v4_only:
      return DnsResolver::Family::v4;
    case Cluster::DnsLookupFamily::v6_only:
      return DnsResolver::Family::v6;
    case Cluster::DnsLookupFamily::v4_preferred:
      return DnsResolver::Family::v4_preferred;
    case Cluster::DnsLookupFamily::all:
      return DnsResolver::Family::all;
    case Cluster::DnsLookupFamily::auto_:
      break;
  }
  return DnsResolver::Family::automatic;
}

Result<DnsResolver::Options> resolver_options(const Cluster& cluster) {
  DnsResolver::Options options;
  options.use_tcp = cluster.use_tcp_for_dns_lookups;
  std::vector<config::Address> servers = cluster.dns_resolvers;
  const auto take = [&](const auto& settings) {
    servers = settings.resolvers;
    if (!settings.dns_resolver_options) return;
    options.use_tcp = settings.dns_resolver_options->use_tcp_for_dns_lookups;
    options.no_search_domain = settings.dns_resolver_options->no_default_search_domain;
  };
  // As Envoy: the newest way of saying it wins.
  if (cluster.typed_dns_resolver_config) {
    const auto& settings =
        *cluster.typed_dns_resolver_config->typed_config.get<config::CaresDnsResolverConfig>();
    take(settings);
    options.rotate = settings.rotate_nameservers;
    constexpr std::uint64_t kLongest = 3600;
    if (settings.query_timeout_seconds)
      options.timeout = std::chrono::seconds(std::min(*settings.query_timeout_seconds, kLongest));
    if (settings.query_tries)
      options.tries = static_cast<int>(std::min<std::uint32_t>(*settings.query_tries, 100));
  } else if (cluster.dns_resolution_config) {
    take(*cluster.dns_resolution_config);
  }
  for (const auto& server : servers) {
    if (!server.socket_address) continue;
    options.servers.push_back(TRY(Address::parse(
        server.socket_address->address,
        static_cast<std::uint16_t>(server.socket_address->port_value.value_or(53)))));
  }
  return options;
}

/// All names of a cluster, each asked for by itself; the cluster's endpoints are all answers
/// together.
class Resolution final : public DnsResolution {
 public:
  Resolution(Loop& loop, const Cluster& cluster, const StatsScope& scope, Changed changed)
      : loop_(loop),
        cluster_(cluster),
        changed_(std::move(changed)),
        attempts_(scope.counter("update_attempt")),
        successes_(scope.counter("update_success")),
        failures_(scope.counter("update_failure")) {}

  Result<> open() {
    resolver_ = TRY(DnsResolver::create(loop_, TRY(resolver_options(cluster_))));
    if (!cluster_.load_assignment)
      return fail(Errc::config, "cluster " + cluster_.name + ": load_assignment is missing");
    for (const auto& group : cluster_.load_assignment->endpoints) {
      for (const auto& endpoint : group.lb_endpoints) {
        if (!endpoint.endpoint || !endpoint.endpoint->address ||
            !endpoint.endpoint->address->socket_address) {
          return fail(Errc::config, "cluster " + cluster_.name +
                                        ": a DNS cluster's endpoints need a socket_address");
        }
        targets_.push_back(std::make_unique<Target>(*this, endpoint, group));
        targets_.back()->model = TRY(describe_endpoint(endpoint, group));
      }
    }
    for (const auto& target : targets_) target->ask();
    return {};
  }

 private:
  struct Target {
    Target(Resolution& resolution, const config::LbEndpoint& lb,
           const config::LocalityLbEndpoints& locality)
        : owner(resolution),
          endpoint(lb),
          group(locality),
          timer(resolution.loop_, Callback::to<&Target::ask>(this)) {
      const auto& socket = *endpoint.endpoint->address->socket_address;
      name = socket.address;
      port = static_cast<std::uint16_t>(socket.port_value.value_or(0));
    }

    void ask() {
      owner.attempts_.add();
      if (const auto fixed = Address::parse(name, port)) {
        addresses = {*fixed};
        known = true;
        owner.loop_.defer([weak = std::weak_ptr<int>(alive), this] {
          if (!weak.expired()) owner.publish();
        });
        return;
      }
      question = owner.resolver_->ask(name, family_of(owner.cluster_.dns_lookup_family),
                                      [this](const DnsResolver::Answer& answer) { take(answer); });
    }

    void take(const DnsResolver::Answer& answer) {
      const Cluster& cluster = owner.cluster_;
      (answer.answered ? owner.successes_ : owner.failures_).add();
      Duration wait = cluster.dns_refresh_rate.value_or(kRefresh);
      if (answer.answered) {
        failures = 0;
        if (cluster.respect_dns_ttl && answer.ttl > std::chrono::seconds(0)) wait = answer.ttl;
        std::vector<Address> fresh;
        for (const Address& address : answer.addresses) fresh.push_back(address.with_port(port));
        if (cluster.type == Cluster::DiscoveryType::logical_dns) {
          // As Envoy: the last address stays in use when the name is gone.
          if (fresh.empty()) fresh = addresses;
          if (fresh.size() > 1) fresh.resize(1);
        }
        const bool changed = !known || fresh != addresses;
        known = true;
        addresses = std::move(fresh);
        if (changed) owner.publish();
      } else if (cluster.dns_failure_refresh_rate) {
        // What was known stays in use while DNS fails.
        const Duration base = cluster.dns_failure_refresh_rate->base_interval.value_or(kRefresh);
        const Duration longest = cluster.dns_failure_refresh_rate->max_interval.value_or(base * 10);
        wait = std::min(longest, base * (1u << std::min(failures++, 10u)));
      }
      if (!answer.answered && !known) {
        known = true;
        owner.publish();
      }
      timer.start(wait);
    }

    Resolution& owner;
    const config::LbEndpoint& endpoint;
    const config::LocalityLbEndpoints& group;
    HostDescription model;  ///< Without the address.
    std::string name;
    std::uint16_t port = 0;
    std::vector<Address> addresses;
    Timer timer;
    DnsResolver::Question question;
    std::shared_ptr<int> alive = std::make_shared<int>(0);
    unsigned failures = 0;
    bool known = false;
  };

  void publish() {
    auto set = std::make_shared<EndpointSet>();
    for (const auto& target : targets_) {
      add_locality_weight(target->group, *set);
      for (const Address& address : target->addresses) {
        HostDescription host = target->model;
        if (host.hostname.empty()) host.hostname = target->name;
        host.address = address.text();
        host.ip = ip_port(address);
        set->hosts.push_back(std::move(host));
      }
    }
    changed_(std::move(set));
  }

  Loop& loop_;
  const Cluster cluster_;
  Changed changed_;
  Counter &attempts_, &successes_, &failures_;
  std::unique_ptr<DnsResolver> resolver_;
  std::vector<std::unique_ptr<Target>> targets_;
};

}  // namespace

Result<std::unique_ptr<DnsResolution>> DnsResolution::start(Loop& loop,
                                                            const config::Cluster& cluster,
                                                            const StatsScope& scope,
                                                            Changed changed) {
  auto resolution = std::make_unique<Resolution>(loop, cluster, scope, std::move(changed));
  TRY(resolution->open());
  return std::unique_ptr<DnsResolution>(std::move(resolution));
}

}  // namespace lab::proxy
