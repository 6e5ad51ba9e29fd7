#include <algorithm>

#include "base/text.h"
#include "base/yaml.h"
#include "mesh/compile/snapshot.h"

namespace lab::compile {
namespace {

constexpr const char* kRead[] = {"accessLogEncoding",
                                 "accessLogFile",
                                 "accessLogFormat",
                                 "connectTimeout",
                                 "defaultDestinationRuleExportTo",
                                 "defaultHttpRetryPolicy",
                                 "defaultServiceExportTo",
                                 "defaultVirtualServiceExportTo",
                                 "disablePolicyChecks",
                                 "dnsRefreshRate",
                                 "enableAutoMtls",
                                 "extensionProviders",
                                 "h2UpgradePolicy",
                                 "inboundTrafficPolicy",
                                 "localityLbSetting",
                                 "meshMTLS",
                                 "mixerCheckServer",
                                 "mixerReportServer",
                                 "outboundTrafficPolicy",
                                 "pathNormalization",
                                 "policyCheckFailOpen",
                                 "protocolDetectionTimeout",
                                 "proxyHttpPort",
                                 "rootNamespace",
                                 "tcpKeepalive",
                                 "tlsDefaults",
                                 "trustDomain",
                                 "trustDomainAliases"};

/// Telemetry, certificates, the control plane's own affairs, what an injector does, several
/// clusters, ambient mode, and 1.0's installation.
constexpr const char* kWithoutEffect[] = {"ca",
                                          "caCertificates",
                                          "certificates",
                                          "configSources",
                                          "defaultConfig",
                                          "defaultProviders",
                                          "disableEnvoyListenerLog",
                                          "enableClientSidePolicyCheck",
                                          "enableEnvoyAccessLogService",
                                          "enablePrometheusMerge",
                                          "enableTracing",
                                          "hboneIdleTimeout",
                                          "ingressClass",
                                          "ingressControllerMode",
                                          "ingressSelector",
                                          "ingressService",
                                          "outboundClusterStatName",
                                          "inboundClusterStatName",
                                          "proxyInboundListenPort",
                                          "proxyListenPort",
                                          "sdsRefreshDelay",
                                          "sdsUdsPath",
                                          "serviceScopeConfigs",
                                          "serviceSettings",
                                          "sidecarToTelemetrySessionAffinity",
                                          "telemetryConfig",
                                          "thriftConfig",
                                          "verifyCertificateAtClient"};

/// Known to Istio, with an effect on what proxies do.
constexpr const char* kUnsupported[] = {"authPolicy", "discoverySelectors"};

/// Reads fields of one MeshConfig document, as far as they change what proxies do.
class MeshReader {
 public:
  MeshReader(const Value& root, std::string file, model::MeshOptions& mesh, Diagnostics& out)
      : root_(root), file_(std::move(file)), mesh_(mesh), out_(out) {}

  void read() {
    text("trustDomain", mesh_.trust_domain);
    text("rootNamespace", mesh_.root_namespace);
    text("accessLogFile", mesh_.access_log_file);
    text("accessLogFormat", mesh_.access_log_format);
    text("mixerCheckServer", mesh_.mixer_check_server);
    text("mixerReportServer", mesh_.mixer_report_server);
    flag("enableAutoMtls", mesh_.auto_mtls);
    flag("disablePolicyChecks", mesh_.disable_policy_checks);
    flag("policyCheckFailOpen", mesh_.policy_check_fail_open);
    texts("trustDomainAliases", mesh_.trust_domain_aliases);
    texts("defaultServiceExportTo", mesh_.default_service_export_to);
    texts("defaultVirtualServiceExportTo", mesh_.default_virtual_service_export_to);
    texts("defaultDestinationRuleExportTo", mesh_.default_destination_rule_export_to);
    number_at("proxyHttpPort", mesh_.proxy_http_port);
    duration("connectTimeout", mesh_.connect_timeout);
    duration("protocolDetectionTimeout", mesh_.protocol_detection_timeout);
    if (const Value* encoding = root_.find("accessLogEncoding"))
      mesh_.access_log_json = is_text(*encoding, "JSON");
    read_unmatched();
    read_retries();
    read_keepalive();
    read_tls();
    read_inbound();
    read_normalization();
    mesh_.dns_refresh_rate = duration_at("dnsRefreshRate");
    if (const Value* policy = root_.find("h2UpgradePolicy"))
      mesh_.h2_upgrade = is_text(*policy, "UPGRADE");
    read_providers();
    read_topology();
    refuse_others();
  }

 private:
  static bool is_text(const Value& value, std::string_view text) {
    return value.is_string() && value.string() == text;
  }
  void wrong(const Value& value, const std::string& field, const std::string& wanted) {
    out_.add(Origin{file_, value.mark}, "MeshConfig: " + field + " must be " + wanted + ".");
  }
  void text(const char* field, std::string& target) { text_at(field, target); }
  void text_at(const char* path, std::string& target) {
    const Value* value = root_.at_path(path);
    if (value == nullptr || value->is_null()) return;
    if (!value->is_string()) return wrong(*value, path, "a string");
    target = value->string();
  }
  void number_at(const char* path, std::uint32_t& target) {
    const Value* value = root_.at_path(path);
    if (value == nullptr || value->is_null()) return;
    if (!value->is_integer() || value->integer() < 0) return wrong(*value, path, "a number");
    target = static_cast<std::uint32_t>(value->integer());
  }
  void flag(const char* field, bool& target) { flag_at(field, target); }
  void flag_at(const char* path, bool& target) {
    const Value* value = root_.at_path(path);
    if (value == nullptr || value->is_null()) return;
    if (!value->is_bool()) return wrong(*value, path, "true or false");
    target = value->boolean();
  }
  void texts(const char* path, std::vector<std::string>& target) {
    const Value* value = root_.at_path(path);
    if (value == nullptr || value->is_null()) return;
    if (!value->is_array()) return wrong(*value, path, "a list of strings");
    target.clear();
    for (const Value& element : value->array()) {
      if (element.is_string()) target.push_back(element.string());
    }
  }
  std::optional<std::chrono::nanoseconds> duration_at(const char* path) {
    const Value* value = root_.at_path(path);
    if (value == nullptr || value->is_null()) return {};
    const auto parsed = value->is_string() ? crd::parse_duration(value->string()) : std::nullopt;
    if (parsed) return *parsed;
    wrong(*value, path, "a duration such as 10s");
    return {};
  }
  void duration(const char* path, std::chrono::nanoseconds& target) {
    target = duration_at(path).value_or(target);
  }

  void read_unmatched() {
    const Value* mode = root_.at_path("outboundTrafficPolicy/mode");
    if (mode == nullptr) return;
    if (is_text(*mode, "REGISTRY_ONLY")) {
      mesh_.unmatched = model::UnmatchedTraffic::registry_only;
    } else if (is_text(*mode, "ALLOW_ANY")) {
      mesh_.unmatched = model::UnmatchedTraffic::allow_any;
    } else {
      wrong(*mode, "outboundTrafficPolicy.mode", "REGISTRY_ONLY or ALLOW_ANY");
    }
  }
  void read_retries() {
    const Value* policy = root_.find("defaultHttpRetryPolicy");
    if (policy == nullptr) return;
    mesh_.has_default_retries = true;
    text_at("defaultHttpRetryPolicy/retryOn", mesh_.default_retry_on);
    const Value* attempts = policy->find("attempts");
    mesh_.default_retry_attempts =
        attempts != nullptr && attempts->is_integer() ? attempts->integer() : 0;
  }
  void read_keepalive() {
    mesh_.keepalive = root_.find("tcpKeepalive") != nullptr;
    mesh_.tcp_keepalive_time = duration_at("tcpKeepalive/time");
    mesh_.tcp_keepalive_interval = duration_at("tcpKeepalive/interval");
    const Value* probes = root_.at_path("tcpKeepalive/probes");
    if (probes != nullptr && probes->is_integer()) {
      mesh_.tcp_keepalive_probes = static_cast<std::uint32_t>(probes->integer());
    }
  }
  void read_tls() {
    const Value* least = root_.at_path("meshMTLS/minProtocolVersion");
    mesh_.tls_13 = least != nullptr && is_text(*least, "TLSV1_3");
    texts("meshMTLS/cipherSuites", mesh_.cipher_suites);
    texts("tlsDefaults/cipherSuites", mesh_.tls_default_ciphers);
    texts("tlsDefaults/ecdhCurves", mesh_.tls_default_curves);
    text_at("tlsDefaults/minProtocolVersion", mesh_.tls_default_version);
  }
  void read_inbound() {
    const Value* mode = root_.at_path("inboundTrafficPolicy/mode");
    if (mode == nullptr) return;
    mesh_.inbound_to_localhost = is_text(*mode, "LOCALHOST");
    if (!mesh_.inbound_to_localhost && !is_text(*mode, "PASSTHROUGH"))
      wrong(*mode, "inboundTrafficPolicy.mode", "PASSTHROUGH or LOCALHOST");
  }
  void read_normalization() {
    const Value* stated = root_.at_path("pathNormalization/normalization");
    if (stated == nullptr) return;
    struct Named {
      const char* name;
      model::PathNormalization value;
    };
    using Form = model::PathNormalization;
    static constexpr Named kForms[] = {
        {"DEFAULT", Form::base},
        {"NONE", Form::none},
        {"BASE", Form::base},
        {"MERGE_SLASHES", Form::merge_slashes},
        {"DECODE_AND_MERGE_SLASHES", Form::decode_and_merge_slashes}};
    for (const Named& form : kForms) {
      if (!is_text(*stated, form.name)) continue;
      mesh_.path_normalization = form.value;
      return;
    }
    wrong(*stated, "pathNormalization.normalization",
          "DEFAULT, NONE, BASE, MERGE_SLASHES or DECODE_AND_MERGE_SLASHES");
  }

  void read_topology() {
    number_at("defaultConfig/gatewayTopology/numTrustedProxies", mesh_.trusted_proxies);
    text_at("defaultConfig/gatewayTopology/forwardClientCertDetails", mesh_.forwarded_certificates);
    mesh_.proxy_protocol = root_.at_path("defaultConfig/gatewayTopology/proxyProtocol") != nullptr;
  }
  void read_providers() {
    const Value* all = root_.find("extensionProviders");
    if (all == nullptr || all->is_null()) return;
    if (!all->is_array()) return wrong(*all, "extensionProviders", "a list");
    for (const Value& one : all->array()) {
      const Value* name = one.find("name");
      if (name == nullptr || !name->is_string()) {
        wrong(one, "extensionProviders.name", "a string");
        continue;
      }
      for (const Member& member : one.object()) {
        if (member.key == "name") continue;
        mesh_.extension_providers.push_back({name->string(), member.key, member.value});
      }
    }
  }

  /// Fields that nobody reads: those that change nothing in a lab pass, the others don't.
  void refuse_others() {
    if (!root_.is_object()) return;
    std::vector<std::string> known(std::begin(kRead), std::end(kRead));
    known.insert(known.end(), std::begin(kWithoutEffect), std::end(kWithoutEffect));
    for (const Member& member : root_.object()) {
      if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
      const Mark mark = member.value.mark;
      if (std::find(std::begin(kUnsupported), std::end(kUnsupported), member.key) !=
          std::end(kUnsupported)) {
        out_.add(Origin{file_, mark},
                 "MeshConfig: the compiler does not support " + member.key + " yet. Remove it.");
        continue;
      }
      out_.add(Origin{file_, mark}, "MeshConfig: there is no field \"" + member.key + "\"." +
                                        did_you_mean(member.key, known));
    }
  }

  const Value& root_;
  std::string file_;
  model::MeshOptions& mesh_;
  Diagnostics& out_;
};

/// Calls `read` with the root of each MeshConfig document and its file.
template <class Read>
void each_mesh_config(const crd::Objects& objects, const std::string& root_namespace,
                      Diagnostics& out, const Read& read) {
  for (const crd::ConfigMap& map : objects.config_maps) {
    if (map.metadata.name != "istio" || map.metadata.namespace_name != root_namespace) continue;
    const auto text = map.data.find("mesh");
    if (text == map.data.end()) continue;
    const auto documents =
        parse_yaml(text->second, map.origin.file + " (ConfigMap istio, key mesh)");
    if (!documents) {
      out.add(map.origin, documents.error().message);
      continue;
    }
    for (const YamlDocument& document : *documents) read(document.root, map.origin.file);
  }
}

}  // namespace

std::optional<crd::LocalityLoadBalancer> mesh_locality(const crd::Objects& objects,
                                                       const Profile& profile, Diagnostics& out) {
  std::optional<crd::LocalityLoadBalancer> setting;
  if (profile.mesh.locality_failover) setting.emplace();
  Diagnostics syntax;  // mesh_options reports it.
  each_mesh_config(objects, profile.mesh.root_namespace, syntax,
                   [&](const Value& root, const std::string& file) {
                     const Value* stated = root.find("localityLbSetting");
                     if (stated == nullptr || stated->is_null()) return;
                     DecodeContext context(file, out);
                     crd::LocalityLoadBalancer read;
                     if (!Codec<crd::LocalityLoadBalancer>::decode(*stated, context, read)) return;
                     setting = std::move(read);
                   });
  if (setting && !setting->enabled.value_or(true)) setting.reset();
  return setting;
}

model::MeshOptions mesh_options(const crd::Objects& objects, const Profile& profile,
                                Diagnostics& out) {
  model::MeshOptions mesh = profile.mesh;
  each_mesh_config(objects, profile.mesh.root_namespace, out,
                   [&](const Value& root, const std::string& file) {
                     MeshReader(root, file, mesh, out).read();
                   });
  return mesh;
}

}  // namespace lab::compile
