#pragma once

#include <cstdint>
#include <optional>

#include "mesh/crd/metadata.h"

/// Endpoints and EndpointSlice: a service's addresses. Source: Kubernetes API, core/v1 and
/// discovery.k8s.io/v1.
namespace lab::crd {

/// The object that an address belongs to.
struct ObjectReference {
  std::string kind;
  std::string namespace_name;
  std::string name;
};
const Record<ObjectReference>& record_of(const ObjectReference*);

struct EndpointAddress {
  Origin origin;
  std::string ip;
  std::string hostname;
  std::string node_name;
  std::optional<ObjectReference> target_ref;
};
const Record<EndpointAddress>& record_of(const EndpointAddress*);

struct EndpointPort {
  Origin origin;
  std::string name;
  std::uint32_t port = 0;
  std::string protocol;  ///< "TCP" when empty.
  std::string app_protocol;
};
const Record<EndpointPort>& record_of(const EndpointPort*);

struct EndpointSubset {
  Origin origin;
  std::vector<EndpointAddress> addresses;
  std::vector<EndpointAddress> not_ready_addresses;
  std::vector<EndpointPort> ports;
};
const Record<EndpointSubset>& record_of(const EndpointSubset*);

/// Its name is the service's.
struct Endpoints : Object {
  std::vector<EndpointSubset> subsets;
};
const Record<Endpoints>& record_of(const Endpoints*);

/// All absent mean ready.
struct EndpointConditions {
  std::optional<bool> ready;
  std::optional<bool> serving;
  std::optional<bool> terminating;
};
const Record<EndpointConditions>& record_of(const EndpointConditions*);

struct SliceEndpoint {
  Origin origin;
  std::vector<std::string> addresses;
  EndpointConditions conditions;
  std::string hostname;
  std::string node_name;
  std::string zone;
  std::optional<ObjectReference> target_ref;
};
const Record<SliceEndpoint>& record_of(const SliceEndpoint*);

/// The service is the one that the label kubernetes.io/service-name names.
struct EndpointSlice : Object {
  std::string address_type;  ///< "IPv4", "IPv6" or "FQDN".
  std::vector<SliceEndpoint> endpoints;
  std::vector<EndpointPort> ports;
};
const Record<EndpointSlice>& record_of(const EndpointSlice*);

}  // namespace lab::crd
