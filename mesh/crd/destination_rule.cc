#include "mesh/crd/destination_rule.h"

namespace lab::crd {

LAB_CRD_RECORD(Subset, "Subset") {
  record.origin(&Subset::origin);
  record.field("name", &Subset::name).required();
  record.field("labels", &Subset::labels);
  record.field("trafficPolicy", &Subset::traffic_policy);
}

LAB_CRD_RECORD(DestinationRuleSpec, "DestinationRule") {
  record.field("host", &DestinationRuleSpec::host).required();
  record.field("trafficPolicy", &DestinationRuleSpec::traffic_policy);
  record.field("subsets", &DestinationRuleSpec::subsets);
  record.field("exportTo", &DestinationRuleSpec::export_to);
  record.field("workloadSelector", &DestinationRuleSpec::workload_selector);
}

LAB_CRD_RECORD(DestinationRule, "DestinationRule object") {
  object_fields(record);
  record.field("spec", &DestinationRule::spec);
  skip_status(record);
}

}  // namespace lab::crd
