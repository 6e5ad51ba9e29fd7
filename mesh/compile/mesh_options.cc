#include "base/text.h"
#include "base/yaml.h"
#include "mesh/compile/snapshot.h"

namespace lab::compile {
namespace {

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
    duration("connectTimeout", mesh_.connect_timeout);
    duration("protocolDetectionTimeout", mesh_.protocol_detection_timeout);
    if (const Value* encoding = root_.find("accessLogEncoding"))
      mesh_.access_log_json = is_text(*encoding, "JSON");
    read_unmatched();
    read_retries();
    read_keepalive();
    read_tls();
    flag_at("localityLbSetting/enabled", mesh_.locality_failover);
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
  }

  const Value& root_;
  std::string file_;
  model::MeshOptions& mesh_;
  Diagnostics& out_;
};

}  // namespace

model::MeshOptions mesh_options(const crd::Objects& objects, const Profile& profile,
                                Diagnostics& out) {
  model::MeshOptions mesh = profile.mesh;
  for (const crd::ConfigMap& map : objects.config_maps) {
    if (map.metadata.name != "istio" || map.metadata.namespace_name != mesh.root_namespace)
      continue;
    const auto text = map.data.find("mesh");
    if (text == map.data.end()) continue;
    const auto documents =
        parse_yaml(text->second, map.origin.file + " (ConfigMap istio, key mesh)");
    if (!documents) {
      out.add(map.origin, documents.error().message);
      continue;
    }
    for (const YamlDocument& document : *documents)
      MeshReader(document.root, map.origin.file, mesh, out).read();
  }
  return mesh;
}

}  // namespace lab::compile
