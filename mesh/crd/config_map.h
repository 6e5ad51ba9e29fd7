#pragma once

#include "mesh/crd/metadata.h"

/// Kinds that hold data or only exist: ConfigMap, Secret, ServiceAccount, Namespace, Node. Source:
/// Kubernetes API, core/v1.
namespace lab::crd {

struct ConfigMap : Object {
  std::map<std::string, std::string> data;
  std::map<std::string, std::string> binary_data;  ///< Base64.
  std::map<std::string, Mark> data_marks;  ///< Where each text of `data` begins; filled by load.
};
const Record<ConfigMap>& record_of(const ConfigMap*);

struct Secret : Object {
  std::string type;
  std::map<std::string, std::string> data;  ///< Base64.
  std::map<std::string, std::string> string_data;
};
const Record<Secret>& record_of(const Secret*);

struct ServiceAccount : Object {};
const Record<ServiceAccount>& record_of(const ServiceAccount*);

struct Namespace : Object {};
const Record<Namespace>& record_of(const Namespace*);

/// Its labels tell the locality of the pods on it.
struct Node : Object {};
const Record<Node>& record_of(const Node*);

}  // namespace lab::crd
