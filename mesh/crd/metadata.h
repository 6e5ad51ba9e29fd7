#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/record.h"

namespace lab::crd {

using Labels = std::map<std::string, std::string>;

/// What every object says about itself (Kubernetes ObjectMeta).
struct Metadata {
  std::string name;
  std::string namespace_name =
      "default";  ///< "namespace" in the file; cluster-wide kinds keep the default.
  Labels labels;
  Labels annotations;
  std::string creation_timestamp;  ///< RFC 3339, or empty. Where Istio prefers the oldest, an empty
                                   ///< one counts as the oldest.
};
const Record<Metadata>& record_of(const Metadata*);

/// The head that all kinds share.
struct Object {
  Origin origin;  ///< Where the document's first key stands.
  std::string api_version;
  std::string kind;
  Metadata metadata;
};

/// "NAMESPACE/NAME".
std::string qualified_name(const Object& object);

/// Which workloads an object is for: all labels must be there. Empty selects all of its namespace.
struct LabelSelector {
  Origin origin;
  Labels match_labels;
};
const Record<LabelSelector>& record_of(const LabelSelector*);

/// The same under the older spelling: ServiceEntry and Sidecar call the field "labels".
struct WorkloadSelector {
  Origin origin;
  Labels labels;
};
const Record<WorkloadSelector>& record_of(const WorkloadSelector*);

/// True when `labels` has every label of `wanted`.
bool labels_match(const Labels& wanted, const Labels& labels);

/// Registers what all kinds share; `Owner` derives from Object.
template <class Owner>
void object_fields(Record<Owner>& record) {
  record.origin(static_cast<Origin Owner::*>(&Owner::origin));
  record.field("apiVersion", static_cast<std::string Owner::*>(&Owner::api_version)).required();
  record.field("kind", static_cast<std::string Owner::*>(&Owner::kind)).required();
  record.field("metadata", static_cast<Metadata Owner::*>(&Owner::metadata)).required();
}

/// For kinds whose "status" nothing here acts on.
template <class Owner>
void skip_status(Record<Owner>& record) {
  record.skip({"status"}, "Written by a cluster; it says nothing about what is wanted.");
}

/// Kinds of the cluster: fields are spelled in exactly one way.
#define LAB_CRD_RECORD(Type, name) LAB_RECORD_NAMED(Type, name, ::lab::Naming::exact)

}  // namespace lab::crd
