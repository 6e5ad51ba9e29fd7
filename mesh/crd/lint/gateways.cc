#include <algorithm>

#include "mesh/crd/lint/index.h"
#include "mesh/crd/validation/names.h"

namespace lab::crd {
namespace {

/// A server together with where it listens.
struct Placed {
  const Gateway* gateway;
  const Server* server;
};

bool same_workloads(const Gateway& a, const Gateway& b) {
  return a.spec.selector == b.spec.selector;
}

/// The certificate that a server shows, as far as it is named.
std::string certificate_of(const Server& server) {
  return server.tls ? server.tls->credential_name + "|" + server.tls->server_certificate : "";
}

std::string bare_host(const std::string& text) {
  const std::size_t slash = text.find('/');
  return slash == std::string::npos ? text : text.substr(slash + 1);
}

void lint_pair(const Placed& first, const Placed& second, LintReport& report) {
  if (!same_workloads(*first.gateway, *second.gateway) ||
      first.server->port.number != second.server->port.number)
    return;
  if (first.server->bind != second.server->bind) return;
  const std::string other = "Gateway \"" + qualified_name(*first.gateway) + "\"";
  const ProtocolClass a = protocol_class(first.server->port.protocol);
  const ProtocolClass b = protocol_class(second.server->port.protocol);
  if (a != b) {
    report.add("LAB0402", *second.gateway, second.server->origin,
               "port " + std::to_string(second.server->port.number) + " is " +
                   second.server->port.protocol + " here and " + first.server->port.protocol +
                   " in " + other + "; the newer one is ignored.");
    return;
  }
  for (const std::string& left : first.server->hosts) {
    for (const std::string& right : second.server->hosts) {
      if (left != right) continue;
      const bool tls = is_tls_protocol(second.server->port.protocol);
      if (tls && certificate_of(*first.server) != certificate_of(*second.server)) {
        report.add("LAB0405", *second.gateway, second.server->origin,
                   "the server name \"" + bare_host(right) + "\" has another certificate in " +
                       other + ": SNI can't tell them apart, and one is never shown.");
      } else if (first.gateway != second.gateway || tls) {
        report.add("LAB0401", *second.gateway, second.server->origin,
                   "host \"" + right + "\" on port " + std::to_string(second.server->port.number) +
                       " is in " + other + " too.");
      }
    }
  }
}

void lint_server(const Gateway& gateway, const Server& server, LintReport& report) {
  if (!server.tls) return;
  const ServerTlsSettings& tls = *server.tls;
  if (tls.https_redirect && !is_http_protocol(server.port.protocol)) {
    report.add("LAB0406", gateway, tls.origin,
               "httpsRedirect works on servers of protocol HTTP only; this is " +
                   server.port.protocol + ".");
  }
  const bool passing =
      tls.mode == ServerTlsMode::PASSTHROUGH || tls.mode == ServerTlsMode::AUTO_PASSTHROUGH;
  if (passing && (!tls.server_certificate.empty() || !tls.credential_name.empty() ||
                  !tls.ca_certificates.empty())) {
    report.add("LAB0407", gateway, tls.origin,
               "TLS is passed through here; the certificates are ignored.");
  }
  if (tls.min_protocol_version == TlsProtocol::TLSV1_0 ||
      tls.min_protocol_version == TlsProtocol::TLSV1_1) {
    report.add("LAB0408", gateway, tls.origin,
               "allows TLS below 1.2, which is broken; and without cipherSuites for it nobody can "
               "use it.");
  }
}

void lint_mounts(const LintIndex& index, const Gateway& gateway, const Server& server,
                 LintReport& report) {
  if (!server.tls) return;
  const auto workloads = index.find_workloads(gateway.spec.selector, "");
  for (const std::string& file :
       {server.tls->server_certificate, server.tls->private_key, server.tls->ca_certificates}) {
    if (file.empty() || is_installed_file(index, file)) continue;
    for (const KnownWorkload* workload : workloads) {
      if (workload->pod == nullptr) continue;
      bool mounted = true;  // Where nothing is mounted at all, files come otherwise.
      for (const Container& container : workload->pod->containers) {
        if (!container.volume_mounts.empty()) mounted = false;
        for (const VolumeMount& mount : container.volume_mounts) {
          mounted = mounted || file.compare(0, mount.mount_path.size(), mount.mount_path) == 0;
        }
      }
      if (mounted) continue;
      report.add("LAB0409", gateway, server.tls->origin,
                 "reads the file \"" + file + "\", for which " + workload->object->kind + " \"" +
                     workload->object->metadata.name + "\" mounts no volume.");
    }
  }
}

/// Some Service brings the port to the gateway's workloads.
void lint_exposed(const LintIndex& index, const Gateway& gateway, const Server& server,
                  LintReport& report) {
  bool any_service = false;
  for (const KnownWorkload* workload : index.find_workloads(gateway.spec.selector, "")) {
    for (const Service& service : index.objects().services) {
      if (service.spec.selector.empty() ||
          service.metadata.namespace_name != workload->namespace_name)
        continue;
      if (!labels_match(service.spec.selector, workload->labels)) continue;
      any_service = true;
      for (const ServicePort& port : service.spec.ports) {
        if (port.port == server.port.number || port.target_port.number == server.port.number ||
            !port.target_port.name.empty())
          return;
      }
    }
  }
  if (!any_service) return;
  report.add("LAB0403", gateway, server.origin,
             "listens on port " + std::to_string(server.port.number) +
                 ", which no Service of its workloads offers: nobody reaches it.");
}

bool is_used(const LintIndex& index, const Gateway& gateway) {
  if (index.objects().virtual_services.empty()) return true;  // Routes are kept elsewhere.
  for (const VirtualService& object : index.objects().virtual_services) {
    for (const std::string& name : object.spec.gateways) {
      if (index.find_gateway(name, object.metadata.namespace_name) == &gateway) return true;
    }
  }
  return std::all_of(
      gateway.spec.servers.begin(), gateway.spec.servers.end(), [](const Server& server) {
        return server.tls &&
               (server.tls->https_redirect || server.tls->mode == ServerTlsMode::AUTO_PASSTHROUGH);
      });
}

}  // namespace

void lint_gateways(const LintIndex& index, LintReport& report) {
  std::vector<Placed> servers;
  for (const Gateway& gateway : index.objects().gateways) {
    if (!is_used(index, gateway))
      report.add("LAB0404", gateway, "no VirtualService is bound to it: every request gets 404.");
    for (const Server& server : gateway.spec.servers) {
      lint_server(gateway, server, report);
      lint_mounts(index, gateway, server, report);
      lint_exposed(index, gateway, server, report);
      for (const Placed& before : servers) lint_pair(before, {&gateway, &server}, report);
      servers.push_back({&gateway, &server});
    }
  }
}

}  // namespace lab::crd
