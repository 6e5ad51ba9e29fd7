#include <algorithm>

#include "mesh/crd/lint/index.h"
#include "mesh/crd/validation/names.h"

// Whether a VirtualService and its matches can apply where it is read.

namespace lab::crd {
namespace {

using Servers = std::vector<std::pair<const Gateway*, const Server*>>;

Servers servers_of(const LintIndex& index, const VirtualService& object) {
  Servers result;
  for (const std::string& name : object.spec.gateways) {
    const Gateway* gateway = index.find_gateway(name, object.metadata.namespace_name);
    if (gateway == nullptr) continue;
    for (const Server& server : gateway->spec.servers) result.emplace_back(gateway, &server);
  }
  return result;
}

/// "[NAMESPACE/]HOST" of a server against a host of a VirtualService in `space`.
bool server_takes(const Gateway& gateway, const std::string& text, const std::string& host,
                  const std::string& space) {
  const std::size_t slash = text.find('/');
  const std::string name = slash == std::string::npos ? text : text.substr(slash + 1);
  const std::string wanted = slash == std::string::npos ? "*" : text.substr(0, slash);
  const bool space_fits = wanted == "*" || wanted == space ||
                          (wanted == "." && gateway.metadata.namespace_name == space);
  return space_fits && hosts_overlap(name, host);
}

bool server_fits(const Gateway& gateway, const Server& server, const VirtualService& object) {
  return std::any_of(server.hosts.begin(), server.hosts.end(), [&](const std::string& text) {
    return std::any_of(object.spec.hosts.begin(), object.spec.hosts.end(),
                       [&](const std::string& host) {
                         return server_takes(gateway, text, host, object.metadata.namespace_name);
                       });
  });
}

bool passes_tls(const Server& server) {
  return server.tls &&
         (server.tls->mode == ServerTlsMode::PASSTHROUGH ||
          server.tls->mode == ServerTlsMode::AUTO_PASSTHROUGH) &&
         is_tls_protocol(server.port.protocol);
}

void lint_servers(const LintIndex& index, const VirtualService& object, LintReport& report) {
  const Servers servers = servers_of(index, object);
  if (servers.empty() || object.spec.hosts.empty()) return;
  Servers fitting;
  for (const auto& [gateway, server] : servers) {
    if (server_fits(*gateway, *server, object)) fitting.emplace_back(gateway, server);
  }
  if (fitting.empty()) {
    report.add(
        "LAB0226", object,
        "none of its hosts is one of its gateways' servers, so that they never use its routes.");
    return;
  }
  const bool any_plain = std::any_of(fitting.begin(), fitting.end(),
                                     [](const auto& one) { return !passes_tls(*one.second); });
  const bool any_passing = std::any_of(fitting.begin(), fitting.end(), [](const auto& one) {
    return passes_tls(*one.second) || (!is_http_protocol(one.second->port.protocol) &&
                                       !is_tls_protocol(one.second->port.protocol));
  });
  if (!object.spec.http.empty() && !any_plain && !bound_to_mesh(object)) {
    report.add("LAB0230", object, object.spec.http[0].origin,
               "has http routes, but its gateways pass TLS through (mode PASSTHROUGH), where only "
               "tls routes work.");
  }
  if (!object.spec.tls.empty() && !any_passing && !bound_to_mesh(object)) {
    report.add("LAB0230", object, object.spec.tls[0].origin,
               "has tls routes, but its gateways end TLS themselves or don't use it, where only "
               "http routes work.");
  }
}

/// Ports on which sidecars read HTTP: those that any host declares so, or leaves to detection.
std::set<std::uint32_t> http_ports(const LintIndex& index) {
  std::set<std::uint32_t> ports;
  for (const KnownHost& host : index.hosts()) {
    for (const KnownPort& port : host.ports) {
      if (port.protocol.empty() || is_http_protocol(port.protocol)) ports.insert(port.number);
    }
  }
  return ports;
}

/// Ports that the hosts or gateways of the object listen on. A sidecar's HTTP listeners serve every
/// VirtualService's hosts, whether their own service has the port or not.
std::set<std::uint32_t> known_ports(const LintIndex& index, const VirtualService& object) {
  std::set<std::uint32_t> ports;
  for (const auto& [gateway, server] : servers_of(index, object)) ports.insert(server->port.number);
  if (!bound_to_mesh(object)) return ports;
  if (!object.spec.http.empty()) ports.merge(http_ports(index));
  for (const std::string& host : object.spec.hosts) {
    for (const KnownHost* known :
         index.find_hosts(LintIndex::full_name(host, object.metadata.namespace_name))) {
      for (const KnownPort& port : known->ports) ports.insert(port.number);
    }
  }
  return ports;
}

/// Every http match asks for a port on which sidecars read HTTP.
bool asks_for_http_ports(const LintIndex& index, const VirtualService& object) {
  const std::set<std::uint32_t> ports = http_ports(index);
  return std::all_of(object.spec.http.begin(), object.spec.http.end(), [&](const HttpRoute& route) {
    return !route.match.empty() &&
           std::all_of(route.match.begin(), route.match.end(),
                       [&](const HttpMatch& match) { return ports.count(match.port) != 0; });
  });
}

template <class Match>
void lint_match(const LintIndex& index, const VirtualService& object, const Match& match,
                const std::set<std::uint32_t>& ports, LintReport& report) {
  const auto& own = object.spec.gateways;
  for (const std::string& gateway : match.gateways) {
    const bool known = std::find(own.begin(), own.end(), gateway) != own.end() ||
                       (own.empty() && gateway == "mesh");
    if (known) continue;
    report.add("LAB0221", object, match.origin,
               "asks for the gateway \"" + gateway +
                   "\", which is not in the VirtualService's own list, so that it never matches.");
  }
  if (!match.source_labels.empty() && !bound_to_mesh(object)) {
    report.add("LAB0222", object, match.origin,
               "asks for labels of the client, which a gateway does not know: it never matches. "
               "Add \"mesh\" to gateways, or remove sourceLabels.");
  } else if (!match.source_labels.empty() &&
             index.find_workloads(match.source_labels, match.source_namespace).empty()) {
    report.add("LAB0223", object, match.origin,
               "no workload has these sourceLabels, so that it never matches.");
  }
  if (match.port != 0 && !ports.empty() && ports.count(match.port) == 0) {
    report.add("LAB0225", object, match.origin,
               "asks for port " + std::to_string(match.port) +
                   ", on which neither its hosts, its gateways nor (for http) another service "
                   "listens: it never matches.");
  }
}

void lint_fall_through(const VirtualService& object, LintReport& report) {
  if (object.spec.http.empty() || !bound_to_mesh(object)) return;
  const bool all_labelled =
      std::all_of(object.spec.http.begin(), object.spec.http.end(), [](const HttpRoute& route) {
        return !route.match.empty() &&
               std::all_of(route.match.begin(), route.match.end(),
                           [](const HttpMatch& match) { return !match.source_labels.empty(); });
      });
  if (!all_labelled) return;
  report.add("LAB0224", object,
             "every route asks for sourceLabels: other clients get 404. Add a route without a "
             "match, or mean it.");
}

void lint_host(const LintIndex& index, const VirtualService& object, const std::string& host,
               LintReport& report) {
  const auto hosts = index.find_hosts(LintIndex::full_name(host, object.metadata.namespace_name));
  if (hosts.empty()) {
    // No name without dots is known outside.
    if (host.find('.') == std::string::npos && host != "*") {
      report.add("LAB0232", object,
                 "is for the Service \"" + host + "\", which its namespace does not have: " +
                     "clients can't resolve the name. Correct it, or write the full name.");
      return;
    }
    report.add("LAB0228", object,
               "is for the host \"" + host +
                   "\", which no Service or ServiceEntry defines: it works only on ports that "
                   "others open, "
                   "and only if the name resolves.");
    return;
  }
  const auto only = [&](bool (*kind)(std::string_view)) {
    return std::all_of(hosts.begin(), hosts.end(), [&](const KnownHost* known) {
      return !known->ports.empty() &&
             std::all_of(known->ports.begin(), known->ports.end(),
                         [&](const KnownPort& port) { return kind(port.protocol); });
    });
  };
  if (!object.spec.http.empty() && only(is_tls_protocol) && !asks_for_http_ports(index, object)) {
    report.add("LAB0229", object, object.spec.http[0].origin,
               "has http routes for \"" + host +
                   "\", all of whose ports are HTTPS or TLS: sidecars can't read what clients "
                   "send there. Use tls routes, a port of protocol HTTP, or match the plain port "
                   "that is meant.");
  }
  if (!object.spec.tls.empty() && only(is_http_protocol)) {
    report.add("LAB0231", object, object.spec.tls[0].origin,
               "has tls routes for \"" + host +
                   "\", all of whose ports are plain HTTP: they never match. Use http routes.");
  }
}

void lint_shared_hosts(const LintIndex& index, LintReport& report) {
  std::map<std::string, const VirtualService*> owners;
  for (const VirtualService& object : index.objects().virtual_services) {
    if (!bound_to_mesh(object)) continue;
    for (const std::string& host : object.spec.hosts) {
      const std::string name = LintIndex::full_name(host, object.metadata.namespace_name);
      const auto [found, fresh] = owners.emplace(name, &object);
      if (fresh || found->second == &object) continue;
      report.add("LAB0227", object,
                 "the host \"" + host + "\" belongs to VirtualService \"" +
                     qualified_name(*found->second) +
                     "\" too; in the mesh only the older one's routes are used. Merge them.");
    }
  }
}

}  // namespace

void lint_route_scope(const LintIndex& index, LintReport& report) {
  for (const VirtualService& object : index.objects().virtual_services) {
    lint_servers(index, object, report);
    const std::set<std::uint32_t> ports = known_ports(index, object);
    const auto matches = [&](const auto& routes) {
      for (const auto& route : routes) {
        for (const auto& match : route.match) lint_match(index, object, match, ports, report);
      }
    };
    matches(object.spec.http);
    matches(object.spec.tls);
    matches(object.spec.tcp);
    lint_fall_through(object, report);
    if (!bound_to_mesh(object)) continue;
    for (const std::string& host : object.spec.hosts) lint_host(index, object, host, report);
  }
  lint_shared_hosts(index, report);
}

}  // namespace lab::crd
