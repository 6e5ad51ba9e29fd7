#include "mesh/compile/cluster_draft.h"
#include "mesh/compile/names.h"
#include "mesh/compile/peer_authentication.h"
#include "mesh/config/foreign.h"

namespace lab::compile {
namespace {

config::StringMatcher exactly(const std::string& text) {
  config::StringMatcher matcher;
  matcher.exact = text;
  return matcher;
}

std::vector<config::StringMatcher> exactly(const std::vector<std::string>& texts) {
  std::vector<config::StringMatcher> matchers;
  for (const std::string& text : texts) matchers.push_back(exactly(text));
  return matchers;
}

config::CommonTlsContext common_context(const Profile& profile) {
  config::CommonTlsContext common;
  if (profile.stated_versions) {
    config::TlsParameters& versions = common.tls_params.emplace();
    versions.tls_minimum_protocol_version = config::TlsParameters::TlsProtocol::tlsv1_2;
    versions.tls_maximum_protocol_version = config::TlsParameters::TlsProtocol::tlsv1_3;
  }
  return common;
}

config::TransportSocket tls_socket(config::UpstreamTlsContext context) {
  return {"envoy.transport_sockets.tls", config::Any::of(std::move(context))};
}

std::string mutual_sni(const UpstreamTlsInput& input, const Profile& profile) {
  switch (profile.mutual_sni) {
    case MutualSni::host:
      return input.service->host;
    case MutualSni::cluster:
      return cluster_name(input.port, input.subset, input.service->host);
    case MutualSni::dns_cluster:
      return dns_cluster_name(input.port, input.subset, input.service->host);
  }
  return "";
}

/// TLS with the mesh's own certificates.
config::UpstreamTlsContext mesh_context(const ClusterDraft& draft,
                                        const std::vector<std::string>& names,
                                        const std::string& sni, const Profile& profile,
                                        Secrets& secrets) {
  config::UpstreamTlsContext context;
  config::CommonTlsContext common = common_context(profile);
  secrets.add_mesh_identity(common);
  secrets.trust_mesh(common, exactly(names));
  if (profile.peer_exchange) common.alpn_protocols.emplace_back("istio-peer-exchange");
  common.alpn_protocols.emplace_back("istio");
  if (draft.is_http2()) common.alpn_protocols.emplace_back("h2");
  context.common_tls_context = std::move(common);
  context.sni = sni;
  return context;
}

void follow_host(ClusterDraft& draft, const crd::ClientTlsSettings& tls) {
  if (!tls.sni.empty()) return;
  config::UpstreamHttpProtocolOptions& names =
      draft.http_options().upstream_http_protocol_options.emplace();
  names.auto_sni = true;
  names.auto_san_validation =
      tls.subject_alt_names.empty() && !tls.insecure_skip_verify.value_or(false);
}

void add_own_certificates(config::CommonTlsContext& common, const crd::ClientTlsSettings& tls,
                          const std::vector<std::string>& names, const Profile& profile,
                          Secrets& secrets) {
  const bool mutual = tls.mode == crd::ClientTlsMode::MUTUAL;
  const bool unchecked = tls.insecure_skip_verify.value_or(false);
  if (!tls.credential_name.empty()) {
    if (mutual) secrets.add_credential(common, tls.credential_name);
    if (!unchecked) {
      secrets.trust_credential(common, tls.credential_name, exactly(names), tls.ca_crl);
    }
    return;
  }
  if (mutual) secrets.add_files(common, tls.client_certificate, tls.private_key);
  if (unchecked || (tls.ca_certificates.empty() && !profile.system_roots)) {
    if (unchecked) common.validation_context.emplace();
    return;
  }
  secrets.trust_file(common, tls.ca_certificates.empty() ? "system" : tls.ca_certificates,
                     exactly(names), tls.ca_crl);
}

/// SIMPLE and MUTUAL: certificates that the rule names.
config::UpstreamTlsContext own_context(ClusterDraft& draft, const crd::ClientTlsSettings& tls,
                                       const UpstreamTlsInput& input, const Profile& profile,
                                       Secrets& secrets) {
  config::UpstreamTlsContext context;
  config::CommonTlsContext common = common_context(profile);
  if (profile.auto_names) follow_host(draft, tls);
  std::vector<std::string> names = tls.subject_alt_names;
  if (names.empty() && !input.service->kubernetes && profile.auto_names) names = input.identities;
  add_own_certificates(common, tls, names, profile, secrets);
  if (draft.is_http2()) common.alpn_protocols = {"h2"};
  context.common_tls_context = std::move(common);
  context.sni = tls.sni;
  return context;
}

/// MeshConfig.tlsDefaults, for certificates of the rule's own.
void set_upstream_defaults(config::UpstreamTlsContext& context, const model::MeshOptions& mesh) {
  if (mesh.tls_default_ciphers.empty() && mesh.tls_default_curves.empty()) return;
  std::optional<config::TlsParameters>& parameters = context.common_tls_context->tls_params;
  if (!parameters) parameters.emplace();
  parameters->cipher_suites = mesh.tls_default_ciphers;
  parameters->ecdh_curves = mesh.tls_default_curves;
}

/// Only endpoints that are known to speak the mesh's TLS get it.
void use_where_spoken(config::Cluster& cluster, config::TransportSocket socket) {
  config::TransportSocketMatch spoken, other;
  spoken.name = "tlsMode-istio";
  spoken.match.set("tlsMode", "istio");
  spoken.transport_socket = std::move(socket);
  other.name = "tlsMode-disabled";
  other.match = Value(Value::Object{});
  other.transport_socket = {"envoy.transport_sockets.raw_buffer",
                            config::Any::of(config::RawBuffer{})};
  cluster.transport_socket_matches = {std::move(spoken), std::move(other)};
}

}  // namespace

void apply_upstream_tls(ClusterDraft& draft, const crd::TrafficPolicy& policy,
                        const UpstreamTlsInput& input, const Proxy& proxy, Secrets& secrets) {
  const Profile& profile = proxy.profile();
  if (!policy.tls) {
    if (input.service->external || !proxy.mesh().auto_mtls) return;
    if (!service_speaks_mutual_tls(*input.service, policy, input.port, proxy.snapshot)) return;
    config::TransportSocket socket = tls_socket(
        mesh_context(draft, input.identities, mutual_sni(input, profile), profile, secrets));
    if (draft.cluster.type == config::Cluster::DiscoveryType::original_dst) {
      draft.cluster.transport_socket = std::move(socket);
    } else {
      use_where_spoken(draft.cluster, std::move(socket));
    }
    return;
  }
  const crd::ClientTlsSettings& tls = *policy.tls;
  if (tls.mode == crd::ClientTlsMode::DISABLE) return;
  if (tls.mode == crd::ClientTlsMode::ISTIO_MUTUAL) {
    const std::string sni = tls.sni.empty() ? mutual_sni(input, profile) : tls.sni;
    const auto& names = tls.subject_alt_names.empty() ? input.identities : tls.subject_alt_names;
    draft.cluster.transport_socket = tls_socket(mesh_context(draft, names, sni, profile, secrets));
    return;
  }
  // A credential belongs to gateways, and to the sidecars that a rule selects.
  const bool is_secret =
      !tls.credential_name.empty() && tls.credential_name.rfind("configmap://", 0) != 0;
  if (is_secret && !proxy.is_gateway() && !input.rule_selects_workloads) return;
  if (tls.credential_name.empty() && tls.mode == crd::ClientTlsMode::MUTUAL &&
      (tls.client_certificate.empty() || tls.private_key.empty())) {
    return;
  }
  config::UpstreamTlsContext context = own_context(draft, tls, input, profile, secrets);
  set_upstream_defaults(context, proxy.mesh());
  draft.cluster.transport_socket = tls_socket(std::move(context));
}

void wrap_in_proxy_protocol(config::Cluster& cluster, const crd::ProxyProtocol& protocol) {
  const auto wrap = [&](std::optional<config::TransportSocket>& socket) {
    const config::TransportSocket inner =
        socket ? *socket
               : config::TransportSocket{"raw_buffer", config::Any::of(config::RawBuffer{})};
    Value settings{Value::Object{}}, content;
    if (protocol.version == crd::ProxyProtocolVersion::V2) settings.set("version", "V2");
    content.set("config", std::move(settings));
    content.set("transportSocket", *Codec<config::TransportSocket>::encode(inner));
    socket = config::TransportSocket{
        "envoy.transport_sockets.upstream_proxy_protocol",
        config::foreign<config::ProxyProtocolTransport>(std::move(content))};
  };
  for (config::TransportSocketMatch& match : cluster.transport_socket_matches)
    wrap(match.transport_socket);
  if (cluster.transport_socket || cluster.transport_socket_matches.empty())
    wrap(cluster.transport_socket);
}

}  // namespace lab::compile
