#include "mesh/crd/peer_authentication.h"

namespace lab::crd {

const std::vector<EnumName<MutualTlsMode>>& enum_names(const MutualTlsMode*) {
  static const std::vector<EnumName<MutualTlsMode>> names = {
      {MutualTlsMode::UNSET, "UNSET"},
      {MutualTlsMode::DISABLE, "DISABLE"},
      {MutualTlsMode::PERMISSIVE, "PERMISSIVE"},
      {MutualTlsMode::STRICT, "STRICT"}};
  return names;
}

LAB_CRD_RECORD(MutualTls, "PeerAuthentication.MutualTLS") {
  record.origin(&MutualTls::origin);
  record.field("mode", &MutualTls::mode);
}

LAB_CRD_RECORD(PeerAuthenticationSpec, "PeerAuthentication") {
  record.field("selector", &PeerAuthenticationSpec::selector);
  record.field("mtls", &PeerAuthenticationSpec::mtls);
  record.field("portLevelMtls", &PeerAuthenticationSpec::port_level_mtls);
}

LAB_CRD_RECORD(PeerAuthentication, "PeerAuthentication object") {
  object_fields(record);
  record.field("spec", &PeerAuthentication::spec);
  skip_status(record);
}

}  // namespace lab::crd
