#pragma once

#include <cstdint>
#include <optional>

#include "mesh/crd/metadata.h"

/// PeerAuthentication. Source: Istio, security/v1beta1/peer_authentication.proto.
namespace lab::crd {

enum class MutualTlsMode : std::uint8_t { UNSET, DISABLE, PERMISSIVE, STRICT };
const std::vector<EnumName<MutualTlsMode>>& enum_names(const MutualTlsMode*);

struct MutualTls {
  Origin origin;
  MutualTlsMode mode = MutualTlsMode::UNSET;
};
const Record<MutualTls>& record_of(const MutualTls*);

struct PeerAuthenticationSpec {
  std::optional<LabelSelector> selector;
  std::optional<MutualTls> mtls;
  std::map<std::string, MutualTls> port_level_mtls;  ///< By the workload's port number.
};
const Record<PeerAuthenticationSpec>& record_of(const PeerAuthenticationSpec*);

struct PeerAuthentication : Object {
  PeerAuthenticationSpec spec;
};
const Record<PeerAuthentication>& record_of(const PeerAuthentication*);

}  // namespace lab::crd
