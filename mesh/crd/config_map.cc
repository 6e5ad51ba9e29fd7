#include "mesh/crd/config_map.h"

namespace lab::crd {

LAB_CRD_RECORD(ConfigMap, "ConfigMap") {
  object_fields(record);
  record.field("data", &ConfigMap::data);
  record.field("binaryData", &ConfigMap::binary_data);
  record.skip({"immutable"}, "A lab never changes it.");
}

LAB_CRD_RECORD(Secret, "Secret") {
  object_fields(record);
  record.field("type", &Secret::type);
  record.field("data", &Secret::data);
  record.field("stringData", &Secret::string_data);
  record.skip({"immutable"}, "A lab never changes it.");
}

LAB_CRD_RECORD(ServiceAccount, "ServiceAccount") {
  object_fields(record);
  record.skip({"secrets", "imagePullSecrets", "automountServiceAccountToken"},
              "For pulling images and for the cluster's API, which a lab doesn't have.");
}

LAB_CRD_RECORD(Namespace, "Namespace") {
  object_fields(record);
  record.skip({"spec"}, "Finalizers only.");
  skip_status(record);
}

LAB_CRD_RECORD(Node, "Node") {
  object_fields(record);
  record.skip({"spec"}, "Machines are made by the lab.");
  skip_status(record);
}

}  // namespace lab::crd
