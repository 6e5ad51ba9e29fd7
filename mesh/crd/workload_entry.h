#pragma once

#include <cstdint>

#include "mesh/crd/metadata.h"

/// WorkloadEntry; a ServiceEntry's endpoints have the same form. Source: Istio,
/// networking/v1/workload_entry.proto.
namespace lab::crd {

struct WorkloadEntrySpec {
  Origin origin;
  std::string address;                         ///< IP address, DNS name or "unix://PATH".
  std::map<std::string, std::uint32_t> ports;  ///< By the service's port name.
  Labels labels;
  std::string network;
  std::string locality;  ///< "REGION/ZONE/SUBZONE".
  std::uint32_t weight = 0;
  std::string service_account;
};
const Record<WorkloadEntrySpec>& record_of(const WorkloadEntrySpec*);

struct WorkloadEntry : Object {
  WorkloadEntrySpec spec;
};
const Record<WorkloadEntry>& record_of(const WorkloadEntry*);

}  // namespace lab::crd
