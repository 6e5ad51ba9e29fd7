#include "mesh/config/load.h"
#include "proxy/xds/discovery.h"

namespace lab::proxy {

namespace {

using Type = config::Cluster::DiscoveryType;

bool names_alpn(const config::UpstreamTlsContext& context) {
  return context.common_tls_context && !context.common_tls_context->alpn_protocols.empty();
}

}  // namespace

Result<TlsSlotPtr> Discovery::bind_transport(const std::optional<config::TransportSocket>& socket,
                                             ClusterEntry& entry, bool* has_alpn) {
  if (!socket || socket->typed_config.empty() ||
      socket->typed_config.get<config::RawBuffer>() != nullptr) {
    return TlsSlotPtr();
  }
  const auto* tls = socket->typed_config.get<config::UpstreamTlsContext>();
  if (tls == nullptr) {
    return fail(Errc::config, "transport socket " + std::string(socket->typed_config.type_name()) +
                                  " is not one for an upstream");
  }
  if (has_alpn != nullptr) *has_alpn = names_alpn(*tls);
  TlsBindingPtr binding = TRY(secrets_.bind_upstream(*tls));
  entry.bindings.push_back(binding);
  return binding->slot();
}

Result<std::unique_ptr<Discovery::ClusterEntry>> Discovery::compile(config::Cluster cluster) {
  const auto& manager = bootstrap_.cluster_manager;
  if (!cluster.upstream_bind_config && manager)
    cluster.upstream_bind_config = manager->upstream_bind_config;
  auto entry = std::make_unique<ClusterEntry>();
  entry->json = config::to_json(cluster);
  entry->source = cluster;
  ClusterTransports transports;
  transports.main =
      TRY(bind_transport(cluster.transport_socket, *entry, &transports.main_has_alpn));
  for (const auto& match : cluster.transport_socket_matches) {
    transports.matched.push_back(
        {match.match, TRY(bind_transport(match.transport_socket, *entry, nullptr))});
  }
  const bool has_load = cluster.load_assignment.has_value();
  if (has_load && cluster.type.value_or(Type::static_) == Type::static_) {
    entry->current = TRY(endpoints_of(*cluster.load_assignment));
    entry->assignment = cluster.load_assignment;
  }
  entry->compiled = TRY(compile_cluster(std::move(cluster), std::move(transports)));
  return entry;
}

Result<> Discovery::take_clusters(std::vector<config::Cluster> clusters, const std::string& version,
                                  bool dynamic) {
  std::map<std::string, std::unique_ptr<ClusterEntry>> fresh;
  std::set<std::string> named;
  Refusals refusals("cluster");
  for (config::Cluster& cluster : clusters) {
    const std::string name = cluster.name;
    if (!named.insert(name).second) {
      return fail(Errc::config, "cluster " + name + ": duplicate cluster name");
    }
    const auto known = clusters_.find(name);
    // A static one can't be replaced.
    if (known != clusters_.end() && known->second->dynamic != dynamic) continue;
    if (known != clusters_.end() && known->second->json == config::to_json(cluster)) continue;
    auto entry = compile(std::move(cluster));
    if (!entry) {
      refusals.add(name, entry.error());
      continue;
    }
    (*entry)->version = version;
    (*entry)->dynamic = dynamic;
    // Endpoint files are asked for before anything is changed: a missing one refuses the cluster.
    const Result<> started = start_endpoints(**entry);
    if (started) {
      fresh[name] = *std::move(entry);
    } else {
      refusals.add(name, started.error());
    }
  }
  if (!dynamic && refusals.any()) return refusals.result();
  for (auto each = clusters_.begin(); each != clusters_.end();) {
    const bool goes = each->second->dynamic && dynamic && named.count(each->first) == 0;
    if (goes && workers_ != nullptr) {
      workers_->each([name = each->first](Workers::One& one) { one.worker.clusters.remove(name); });
    }
    each = goes ? clusters_.erase(each) : std::next(each);
  }
  for (auto& [name, entry] : fresh) {
    ClusterEntry& kept = *(clusters_[name] = std::move(entry));
    if (workers_ == nullptr) continue;
    workers_->each(
        [config = kept.compiled](Workers::One& one) { one.worker.clusters.set(config); });
    if (kept.current) publish_endpoints(name, kept.current);
  }
  return refusals.result();
}

Result<> Discovery::start_endpoints(ClusterEntry& entry) {
  const config::Cluster& source = entry.source;
  const std::string name = source.name;
  const StatsScope scope(stats_, entry.compiled->stats_prefix());
  switch (source.type.value_or(Type::static_)) {
    case Type::static_:
    case Type::original_dst:
      return {};
    case Type::strict_dns:
    case Type::logical_dns: {
      if (workers_ == nullptr) return {};
      entry.dns =
          TRY(DnsResolution::start(loop_, source, scope, [this, name](EndpointSetPtr endpoints) {
            publish_endpoints(name, std::move(endpoints));
          }));
      return {};
    }
    case Type::eds:
      break;
  }
  if (!source.eds_cluster_config || !source.eds_cluster_config->eds_config) {
    return fail(Errc::config,
                "cluster " + name + ": an EDS cluster needs eds_cluster_config.eds_config");
  }
  const std::string path =
      TRY(dynamic_path(*source.eds_cluster_config->eds_config, "cluster " + name));
  ClusterEntry* target = &entry;
  entry.endpoints = std::make_unique<Subscription>(
      watcher_, path, scope,
      [this, target](const std::string& text, const std::string& file) {
        return take_endpoints(*target, text, file);
      },
      log_);
  // A missing file rejects the cluster; a broken one leaves it without hosts until a better one
  // comes.
  const Result<> started = entry.endpoints->start();
  if (!started && entry.endpoints->missing()) return started;
  return {};
}

Result<> Discovery::take_endpoints(ClusterEntry& entry, const std::string& text,
                                   const std::string& path) {
  const std::string& service = entry.source.eds_cluster_config->service_name;
  const std::string wanted = service.empty() ? entry.source.name : service;
  auto resources = TRY(config::load_resources<config::ClusterLoadAssignment>(text, path));
  if (resources.size() != 1) {
    return fail(Errc::config,
                path + ": Unexpected EDS resource length: " + std::to_string(resources.size()));
  }
  if (resources.front().cluster_name != wanted) {
    return fail(Errc::config, path + ": Unexpected EDS cluster (expecting " + wanted +
                                  "): " + resources.front().cluster_name);
  }
  EndpointSetPtr endpoints = TRY(endpoints_of(resources.front()));
  entry.assignment = std::move(resources.front());
  entry.current = endpoints;
  const auto known = clusters_.find(entry.source.name);
  if (known != clusters_.end() && known->second.get() == &entry)
    publish_endpoints(entry.source.name, endpoints);
  return {};
}

void Discovery::publish_endpoints(const std::string& cluster, EndpointSetPtr endpoints) {
  if (workers_ == nullptr) return;
  const auto known = clusters_.find(cluster);
  if (known != clusters_.end()) known->second->current = endpoints;
  workers_->each([cluster, endpoints](Workers::One& one) {
    one.worker.clusters.set_endpoints(cluster, *endpoints);
  });
}

}  // namespace lab::proxy
