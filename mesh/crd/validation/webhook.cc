#include "mesh/crd/validation/webhook.h"

#include <algorithm>

#include "mesh/crd/validation/extensions.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/networking.h"
#include "mesh/crd/validation/security.h"

namespace lab::crd {
namespace {

/// Decodes the document; what is wrong becomes findings.
template <class Kind>
bool decode_document(const Value& document, Kind& object, Findings& findings) {
  Diagnostics problems;
  if (decode(document, "", problems, object)) return true;
  for (const Diagnostic& problem : problems.sorted()) {
    findings.push_back(
        Finding{Finding::Half::webhook, false, problem.origin.mark, "", problem.message});
  }
  return false;
}

void check_object_spec(Checker& checker, const Object& object, const GatewaySpec& spec) {
  if (!is_dns_label(object.metadata.name)) {
    checker.error("the name \"" + object.metadata.name +
                  "\" of a Gateway must be 1 to 63 letters, digits and \"-\".");
  }
  const Checker::Step step(checker, "spec");
  check_spec(checker, spec);
}

/// The annotation that makes a policy only tell what it would do.
void check_dry_run(Checker& checker, const Object& object, const AuthorizationPolicySpec& spec) {
  const auto found = object.metadata.annotations.find("istio.io/dry-run");
  if (found == object.metadata.annotations.end()) return;
  static const std::vector<std::string> kBooleans = {"1", "t", "T", "TRUE",  "true",  "True",
                                                     "0", "f", "F", "FALSE", "false", "False"};
  if (spec.action != AuthorizationAction::ALLOW && spec.action != AuthorizationAction::DENY) {
    checker.error("the annotation istio.io/dry-run is for the actions ALLOW and DENY.");
  } else if (std::find(kBooleans.begin(), kBooleans.end(), found->second) == kBooleans.end()) {
    checker.error("the annotation istio.io/dry-run must be \"true\" or \"false\".");
  }
}

void check_object_spec(Checker& checker, const Object& object,
                       const AuthorizationPolicySpec& spec) {
  check_dry_run(checker, object, spec);
  const Checker::Step step(checker, "spec");
  check_spec(checker, spec);
}

template <class Spec>
void check_object_spec(Checker& checker, const Object&, const Spec& spec) {
  const Checker::Step step(checker, "spec");
  check_spec(checker, spec);
}

void check_annotations(Checker& checker, const Object& object) {
  const auto& annotations = object.metadata.annotations;
  if (annotations.count("istio.io/dry-run") != 0 && object.kind != "AuthorizationPolicy") {
    checker.error("the annotation istio.io/dry-run is for AuthorizationPolicy only. Remove it.");
  }
  for (const char* internal : {"internal.istio.io/webhook-always-reject",
                               "internal.istio.io/parent-namespace", "internal.istio.io/parents"}) {
    if (annotations.count(internal) != 0)
      checker.error("the annotation " + std::string(internal) + " is not for users. Remove it.");
  }
}

template <class Kind>
void check_typed(const Value& document, Findings& findings) {
  Kind object;
  if (!decode_document(document, object, findings)) return;
  Checker checker(document, object.metadata, findings);
  check_annotations(checker, object);
  check_object_spec(checker, object, object.spec);
}

template <void (*Rule)(Checker&, const Value&)>
void check_untyped(const Value& document, Findings& findings) {
  static const Value kEmpty{Value::Object{}};
  Object object;
  if (const Value* metadata = document.find("metadata")) {
    Diagnostics ignored;  // What is wrong with it, the check of the object's head has said.
    decode(*metadata, "", ignored, object.metadata);
  }
  Checker checker(document, object.metadata, findings);
  check_annotations(checker, object);
  const Value* spec = document.find("spec");
  const Checker::Step step(checker, "spec");
  Rule(checker, spec != nullptr && spec->is_object() ? *spec : kEmpty);
}

struct Entry {
  std::string_view kind;
  void (*check)(const Value& document, Findings& findings);
};

constexpr Entry kKinds[] = {
    {"VirtualService", check_typed<VirtualService>},
    {"DestinationRule", check_typed<DestinationRule>},
    {"Gateway", check_typed<Gateway>},
    {"ServiceEntry", check_typed<ServiceEntry>},
    {"WorkloadEntry", check_typed<WorkloadEntry>},
    {"Sidecar", check_typed<Sidecar>},
    {"AuthorizationPolicy", check_typed<AuthorizationPolicy>},
    {"PeerAuthentication", check_typed<PeerAuthentication>},
    {"RequestAuthentication", check_typed<RequestAuthentication>},
    {"EnvoyFilter", check_untyped<check_envoy_filter>},
    {"ProxyConfig", check_untyped<check_proxy_config>},
    {"Telemetry", check_untyped<check_telemetry>},
    {"WasmPlugin", check_untyped<check_wasm_plugin>},
    {"TrafficExtension", check_untyped<check_traffic_extension>},
    {"WorkloadGroup", check_untyped<check_workload_group>},
};

}  // namespace

void check_webhook(const Value& document, Findings& findings) {
  const Value* kind = document.find("kind");
  for (const Entry& entry : kKinds) {
    if (kind != nullptr && kind->is_string() && kind->string() == entry.kind)
      entry.check(document, findings);
  }
}

}  // namespace lab::crd
