#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "mesh/compile/scope.h"
#include "mesh/config/route.h"

namespace lab::compile {

/// For whom routes are made: a port, and the gateway ("mesh" in sidecars) whose VirtualServices
/// count.
struct RouteContext {
  const Proxy& proxy;
  std::uint32_t port = 0;
  std::string gateway;
  bool tls = false;  ///< The listener terminates TLS.
  std::function<const model::Service*(const std::string& host)> find_service;
};

/// The routes of one VirtualService for that port and gateway, in order, none behind one that takes
/// everything. What can be known now is decided now: source labels and namespace, port, gateway.
std::vector<config::Route> http_routes(const VirtualService& service, const RouteContext& context);

/// The route of a service that no VirtualService names.
config::Route default_route(const model::Service& service, const model::Port& port,
                            const Proxy& proxy);
/// The one route of an inbound listener.
config::Route inbound_route(const std::string& cluster, const std::string& operation, bool grpc,
                            const Profile& profile);

/// Whether a route takes every request.
bool takes_everything(const config::Route& route);

/// The cluster that a destination names. Without a port it is the service's only one, else the
/// listener's.
std::string destination_cluster(const crd::Destination& destination, const model::Service* service,
                                std::uint32_t listener_port);

/// Conditions of a match.
config::RouteMatch route_match(const crd::HttpMatch* match, const Profile& profile);
/// A text match; nothing when it only asks for presence.
std::optional<config::StringMatcher> string_matcher(const crd::StringMatch& match);

/// Where a request goes, and all that is done on the way.
void set_action(config::Route& out, const crd::HttpRoute& route, const RouteContext& context);
/// Retries, from the rule or else the mesh's and the profile's default.
std::optional<config::RetryPolicy> retry_policy(const std::optional<crd::HttpRetry>& retries,
                                                bool hashed, const Proxy& proxy);
/// What a hash setting looks at in a request.
std::optional<config::HashPolicy> hash_policy(const crd::ConsistentHash* hash);

/// fault, cors: what HTTP filters do on this route alone.
void set_filters(config::Route& out, const crd::HttpRoute& route);

/// "set" and "add" of one direction, in order of names; pseudo headers left out.
std::vector<config::HeaderValueOption> headers_to_add(
    const std::optional<crd::HeaderOperations>& operations);
std::vector<std::string> headers_to_remove(const std::optional<crd::HeaderOperations>& operations);
/// The value that the operations give the authority, or empty.
std::string stated_authority(const std::optional<crd::Headers>& headers);

}  // namespace lab::compile
