#include "mesh/crd/target_reference.h"

namespace lab::crd {

LAB_CRD_RECORD(TargetReference, "PolicyTargetReference") {
  record.origin(&TargetReference::origin);
  record.field("group", &TargetReference::group);
  record.field("kind", &TargetReference::kind).required();
  record.field("name", &TargetReference::name).required();
  record.field("namespace", &TargetReference::namespace_name);
}

}  // namespace lab::crd
