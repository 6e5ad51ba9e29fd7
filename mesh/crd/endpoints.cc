#include "mesh/crd/endpoints.h"

namespace lab::crd {
namespace {

constexpr const char* kBookkeeping = "Bookkeeping of a cluster.";

}  // namespace

LAB_CRD_RECORD(ObjectReference, "ObjectReference") {
  record.field("kind", &ObjectReference::kind);
  record.field("namespace", &ObjectReference::namespace_name);
  record.field("name", &ObjectReference::name);
  record.skip({"apiVersion", "fieldPath", "resourceVersion", "uid"}, kBookkeeping);
}

LAB_CRD_RECORD(EndpointAddress, "EndpointAddress") {
  record.origin(&EndpointAddress::origin);
  record.field("ip", &EndpointAddress::ip).required();
  record.field("hostname", &EndpointAddress::hostname);
  record.field("nodeName", &EndpointAddress::node_name);
  record.field("targetRef", &EndpointAddress::target_ref);
}

LAB_CRD_RECORD(EndpointPort, "EndpointPort") {
  record.origin(&EndpointPort::origin);
  record.field("name", &EndpointPort::name);
  record.field("port", &EndpointPort::port).at_most(65535);
  record.field("protocol", &EndpointPort::protocol);
  record.field("appProtocol", &EndpointPort::app_protocol);
}

LAB_CRD_RECORD(EndpointSubset, "EndpointSubset") {
  record.origin(&EndpointSubset::origin);
  record.field("addresses", &EndpointSubset::addresses);
  record.field("notReadyAddresses", &EndpointSubset::not_ready_addresses);
  record.field("ports", &EndpointSubset::ports);
}

LAB_CRD_RECORD(Endpoints, "Endpoints") {
  object_fields(record);
  record.field("subsets", &Endpoints::subsets);
}

LAB_CRD_RECORD(EndpointConditions, "EndpointConditions") {
  record.field("ready", &EndpointConditions::ready);
  record.field("serving", &EndpointConditions::serving);
  record.field("terminating", &EndpointConditions::terminating);
}

LAB_CRD_RECORD(SliceEndpoint, "Endpoint") {
  record.origin(&SliceEndpoint::origin);
  record.field("addresses", &SliceEndpoint::addresses).required();
  record.field("conditions", &SliceEndpoint::conditions);
  record.field("hostname", &SliceEndpoint::hostname);
  record.field("nodeName", &SliceEndpoint::node_name);
  record.field("zone", &SliceEndpoint::zone);
  record.field("targetRef", &SliceEndpoint::target_ref);
  record.skip({"deprecatedTopology", "hints", "topology"}, kBookkeeping);
}

LAB_CRD_RECORD(EndpointSlice, "EndpointSlice") {
  object_fields(record);
  record.field("addressType", &EndpointSlice::address_type);
  record.field("endpoints", &EndpointSlice::endpoints);
  record.field("ports", &EndpointSlice::ports);
}

}  // namespace lab::crd
