#include "mesh/crd/metadata.h"

namespace lab::crd {

LAB_CRD_RECORD(Metadata, "ObjectMeta") {
  record.field("name", &Metadata::name);
  record.field("namespace", &Metadata::namespace_name);
  record.field("labels", &Metadata::labels);
  record.field("annotations", &Metadata::annotations);
  record.field("creationTimestamp", &Metadata::creation_timestamp);
  record.skip({"generateName", "selfLink", "uid", "resourceVersion", "generation",
               "deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences", "finalizers",
               "clusterName", "initializers", "managedFields"},
              "Bookkeeping of a cluster.");
}

LAB_CRD_RECORD(WorkloadSelector, "WorkloadSelector") {
  record.origin(&WorkloadSelector::origin);
  record.field("labels", &WorkloadSelector::labels);
}

LAB_CRD_RECORD(LabelSelector, "WorkloadSelector") {
  record.origin(&LabelSelector::origin);
  record.field("matchLabels", &LabelSelector::match_labels);
}

std::string qualified_name(const Object& object) {
  return object.metadata.namespace_name + "/" + object.metadata.name;
}

bool labels_match(const Labels& wanted, const Labels& labels) {
  for (const auto& [key, value] : wanted) {
    const auto found = labels.find(key);
    if (found == labels.end() || found->second != value) return false;
  }
  return true;
}

}  // namespace lab::crd
