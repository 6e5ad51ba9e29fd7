#include "mesh/crd/deployment.h"

namespace lab::crd {

LAB_CRD_RECORD(DeploymentSpec, "DeploymentSpec") {
  record.field("replicas", &DeploymentSpec::replicas).at_least(0);
  record.field("selector", &DeploymentSpec::selector);
  record.field("template", &DeploymentSpec::pod_template).required();
  record.field("serviceName", &DeploymentSpec::service_name);
  record.skip(
      {"minReadySeconds", "ordinals", "paused", "persistentVolumeClaimRetentionPolicy",
       "podManagementPolicy", "progressDeadlineSeconds", "revisionHistoryLimit", "rollbackTo",
       "strategy", "templateGeneration", "updateStrategy", "volumeClaimTemplates"},
      "How a cluster replaces pods; a lab starts them once.");
}

LAB_CRD_RECORD(Deployment, "Deployment") {
  object_fields(record);
  record.field("spec", &Deployment::spec).required();
  skip_status(record);
}

}  // namespace lab::crd
