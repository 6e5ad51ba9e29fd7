#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "mesh/crd/metadata.h"

/// Service. Source: Kubernetes API, core/v1.
namespace lab::crd {

/// A port by number or by the name that a container gives it.
struct IntOrString {
  std::uint32_t number = 0;  ///< 0: by name, or absent when that is empty too.
  std::string name;
};

struct ServicePort {
  Origin origin;
  std::string name;
  std::uint32_t port = 0;
  IntOrString target_port;  ///< Absent: the same as `port`.
  std::string protocol;     ///< "TCP" when empty.
  std::string app_protocol;
  std::uint32_t node_port = 0;
};
const Record<ServicePort>& record_of(const ServicePort*);

struct ServiceSpec {
  std::vector<ServicePort> ports;
  Labels selector;
  std::string type;        ///< "ClusterIP" when empty.
  std::string cluster_ip;  ///< "None" for a headless service.
  std::vector<std::string> cluster_ips;
  std::string external_name;
  std::vector<std::string> external_ips;
  bool publish_not_ready_addresses = false;
};
const Record<ServiceSpec>& record_of(const ServiceSpec*);

struct Service : Object {
  ServiceSpec spec;
};
const Record<Service>& record_of(const Service*);

}  // namespace lab::crd

namespace lab {

template <>
struct Codec<crd::IntOrString> {
  static bool decode(const Value& value, DecodeContext& context, crd::IntOrString& target);
  static std::optional<Value> encode(const crd::IntOrString& source);
  static TypeInfo type() { return {}; }
};

}  // namespace lab
