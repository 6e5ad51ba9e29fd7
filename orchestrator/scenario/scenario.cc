#include "orchestrator/scenario/scenario.h"

namespace lab::orchestrator {

LAB_RECORD_NAMED(VariantSpec, "a variant", Naming::exact) {
  record.origin(&VariantSpec::origin);
  record.field("name", &VariantSpec::name).required().not_empty().doc("As --variant names it.");
  record.field("mesh", &VariantSpec::mesh)
      .required()
      .not_empty()
      .doc("Files of objects instead of the scenario's.");
  record.field("note", &VariantSpec::note).doc("What is different about it.");
}

LAB_RECORD_NAMED(MutantSpec, "a mutant", Naming::exact) {
  record.origin(&MutantSpec::origin);
  record.field("name", &MutantSpec::name).required().not_empty().doc("What is wrong in it.");
  record.field("file", &MutantSpec::file)
      .doc("Changed file of the folder; scenario.yaml when absent.");
  record.field("replace", &MutantSpec::replace)
      .required()
      .not_empty()
      .doc("Text that is replaced.");
  record.field("with", &MutantSpec::with).doc("What stands there instead.");
  record.field("times", &MutantSpec::times)
      .at_least(1)
      .doc("How often it occurs; once when absent.");
  record.field("says", &MutantSpec::says).doc("Text in the failure's report.");
}

LAB_RECORD_NAMED(NetworkSpec, "a network", Naming::exact) {
  record.origin(&NetworkSpec::origin);
  record.field("nodes", &NetworkSpec::nodes)
      .required()
      .not_empty()
      .doc("Nodes on it; they get the subnet's addresses .1, .2 ... in this order.");
  record.field("subnet", &NetworkSpec::subnet)
      .required()
      .matches("^([0-9]{1,3}\\.){3}0/24$", "must be A.B.C.0/24.")
      .doc("Its addresses, 10.0.0.0/24. ${network.NAME.NODE} is a node's.");
}

static void head_fields(Record<Scenario>& record) {
  record.field("id", &Scenario::id)
      .required()
      .matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "must be lower-case letters, digits and hyphens.")
      .doc("Name to select it by.");
  record.field("title", &Scenario::title).required().not_empty().doc("One sentence.");
  record.field("summary", &Scenario::summary).doc("A few sentences more.");
  record.field("profile", &Scenario::profile)
      .matches("^(istio-1\\.0|istio-current)$", "must be istio-1.0 or istio-current.")
      .doc("Whose semantics and defaults the compiler follows; istio-current when absent.");
  record.field("proxy", &Scenario::proxy)
      .matches("^(mesh|envoy|both)$", "must be mesh, envoy or both.")
      .doc("Which proxy carries the traffic; mesh when absent.");
  record.field("tags", &Scenario::tags).doc("Words to select by.");
  record.field("requires", &Scenario::requires_).doc("Programs that the host must have.");
}

LAB_RECORD_NAMED(Scenario, "a scenario", Naming::exact) {
  record.origin(&Scenario::origin);
  head_fields(record);
  record.field("mesh", &Scenario::mesh)
      .doc(
          "Files of Kubernetes and Istio objects, patterns such as mesh/*.yaml; "
          "mesh/*.{yaml,yml,json} when absent.");
  record.field("variants", &Scenario::variants).doc("Alternative sets of objects.");
  record.field("variables", &Scenario::variables)
      .doc("${NAME} in steps and templates; --set changes them.");
  record.field("pki", &Scenario::pki).doc("Certificates to make.");
  record.field("secrets", &Scenario::secrets)
      .doc("Kubernetes Secrets, NAMESPACE/NAME -> key -> file of the pki section.");
  record.field("nodes", &Scenario::nodes)
      .doc("Machines that no object makes, and additions to those.");
  record.field("dns", &Scenario::dns)
      .doc("Names that DNS answers, with addresses or the nodes that have them.");
  record.field("networks", &Scenario::networks).doc("Further networks beside the cluster's.");
  record.field("steps", &Scenario::steps).required().doc("What is done and expected, in order.");
  record.field("mutants", &Scenario::mutants).doc("Changes that must make a step fail.");
}

}  // namespace lab::orchestrator
