#pragma once

#include <cstdint>
#include <optional>

#include "mesh/crd/metadata.h"

/// Policy and MeshPolicy of Istio 1.0 to 1.5. Source: Istio 1.0,
/// authentication/v1alpha1/policy.proto.
namespace lab::crd {

struct LegacyPortSelector {
  std::optional<std::uint32_t> number;
  std::optional<std::string> name;
};
const Record<LegacyPortSelector>& record_of(const LegacyPortSelector*);

struct PolicyTarget {
  Origin origin;
  std::string name;  ///< Short name of a service in the policy's namespace.
  Labels labels;
  std::vector<LegacyPortSelector> ports;  ///< Empty: all.
};
const Record<PolicyTarget>& record_of(const PolicyTarget*);

enum class LegacyMutualTlsMode : std::uint8_t { STRICT, PERMISSIVE };
const std::vector<EnumName<LegacyMutualTlsMode>>& enum_names(const LegacyMutualTlsMode*);

struct LegacyMutualTls {
  LegacyMutualTlsMode mode = LegacyMutualTlsMode::STRICT;
  bool allow_tls = false;
};
const Record<LegacyMutualTls>& record_of(const LegacyMutualTls*);

struct LegacyJwt {
  std::string issuer;
  std::vector<std::string> audiences;
  std::string jwks_uri;
  std::string jwks;
  std::vector<std::string> jwt_headers;
  std::vector<std::string> jwt_params;
  Value trigger_rules;
};
const Record<LegacyJwt>& record_of(const LegacyJwt*);

/// "mtls: {}", "mtls: null" and a bare "mtls:" all ask for strict mutual TLS.
struct PeerMethod {
  Origin origin;
  std::optional<LegacyMutualTls> mtls;
  std::optional<LegacyJwt> jwt;
};
const Record<PeerMethod>& record_of(const PeerMethod*);

struct OriginMethod {
  std::optional<LegacyJwt> jwt;
};
const Record<OriginMethod>& record_of(const OriginMethod*);

enum class PrincipalBinding : std::uint8_t { USE_PEER, USE_ORIGIN };
const std::vector<EnumName<PrincipalBinding>>& enum_names(const PrincipalBinding*);

struct AuthenticationPolicySpec {
  std::vector<PolicyTarget> targets;  ///< Empty: the whole namespace (Policy) or mesh (MeshPolicy).
  std::vector<PeerMethod> peers;      ///< Empty: plain text.
  bool peer_is_optional = false;
  std::vector<OriginMethod> origins;
  bool origin_is_optional = false;
  PrincipalBinding principal_binding = PrincipalBinding::USE_PEER;
};
const Record<AuthenticationPolicySpec>& record_of(const AuthenticationPolicySpec*);

/// Kind tells: "Policy" or "MeshPolicy".
struct AuthenticationPolicy : Object {
  AuthenticationPolicySpec spec;
};
const Record<AuthenticationPolicy>& record_of(const AuthenticationPolicy*);

}  // namespace lab::crd
