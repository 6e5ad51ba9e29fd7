#include "mesh/crd/workload_entry.h"

namespace lab::crd {

LAB_CRD_RECORD(WorkloadEntrySpec, "WorkloadEntry") {
  record.origin(&WorkloadEntrySpec::origin);
  record.field("address", &WorkloadEntrySpec::address);
  record.field("ports", &WorkloadEntrySpec::ports);
  record.field("labels", &WorkloadEntrySpec::labels);
  record.field("network", &WorkloadEntrySpec::network);
  record.field("locality", &WorkloadEntrySpec::locality);
  record.field("weight", &WorkloadEntrySpec::weight);
  record.field("serviceAccount", &WorkloadEntrySpec::service_account);
}

LAB_CRD_RECORD(WorkloadEntry, "WorkloadEntry object") {
  object_fields(record);
  record.field("spec", &WorkloadEntry::spec).required();
  skip_status(record);
}

}  // namespace lab::crd
