#include "mesh/crd/service_entry.h"

namespace lab::crd {

const std::vector<EnumName<ServiceLocation>>& enum_names(const ServiceLocation*) {
  static const std::vector<EnumName<ServiceLocation>> names = {
      {ServiceLocation::MESH_EXTERNAL, "MESH_EXTERNAL"},
      {ServiceLocation::MESH_INTERNAL, "MESH_INTERNAL"}};
  return names;
}

const std::vector<EnumName<ServiceResolution>>& enum_names(const ServiceResolution*) {
  static const std::vector<EnumName<ServiceResolution>> names = {
      {ServiceResolution::NONE, "NONE"},
      {ServiceResolution::STATIC, "STATIC"},
      {ServiceResolution::DNS, "DNS"},
      {ServiceResolution::DNS_ROUND_ROBIN, "DNS_ROUND_ROBIN"},
      {ServiceResolution::DYNAMIC_DNS, "DYNAMIC_DNS"}};
  return names;
}

LAB_CRD_RECORD(ServiceEntrySpec, "ServiceEntry") {
  record.field("hosts", &ServiceEntrySpec::hosts).required();
  record.field("addresses", &ServiceEntrySpec::addresses);
  record.field("ports", &ServiceEntrySpec::ports);
  record.field("location", &ServiceEntrySpec::location);
  record.field("resolution", &ServiceEntrySpec::resolution);
  record.field("endpoints", &ServiceEntrySpec::endpoints);
  record.field("workloadSelector", &ServiceEntrySpec::workload_selector);
  record.field("exportTo", &ServiceEntrySpec::export_to);
  record.field("subjectAltNames", &ServiceEntrySpec::subject_alt_names);
}

LAB_CRD_RECORD(ServiceEntry, "ServiceEntry object") {
  object_fields(record);
  record.field("spec", &ServiceEntry::spec).required();
  skip_status(record);
}

}  // namespace lab::crd
