#pragma once

#include <cstdint>

#include "mesh/crd/destination.h"
#include "mesh/crd/workload_entry.h"

/// ServiceEntry. Source: Istio, networking/v1/service_entry.proto.
namespace lab::crd {

enum class ServiceLocation : std::uint8_t { MESH_EXTERNAL, MESH_INTERNAL };
const std::vector<EnumName<ServiceLocation>>& enum_names(const ServiceLocation*);

enum class ServiceResolution : std::uint8_t { NONE, STATIC, DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS };
const std::vector<EnumName<ServiceResolution>>& enum_names(const ServiceResolution*);

struct ServiceEntrySpec {
  std::vector<std::string> hosts;
  std::vector<std::string> addresses;
  std::vector<Port> ports;
  ServiceLocation location = ServiceLocation::MESH_EXTERNAL;
  ServiceResolution resolution = ServiceResolution::NONE;
  std::vector<WorkloadEntrySpec> endpoints;
  std::optional<WorkloadSelector> workload_selector;
  std::vector<std::string> export_to;
  std::vector<std::string> subject_alt_names;
};
const Record<ServiceEntrySpec>& record_of(const ServiceEntrySpec*);

struct ServiceEntry : Object {
  ServiceEntrySpec spec;
};
const Record<ServiceEntry>& record_of(const ServiceEntry*);

}  // namespace lab::crd
