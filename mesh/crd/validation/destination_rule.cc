#include <set>

#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/networking.h"

namespace lab::crd {

void check_spec(Checker& checker, const DestinationRuleSpec& spec) {
  checker.expect("host", wildcard_domain_problem(spec.host));
  checker.with("trafficPolicy", spec.traffic_policy,
               [&](const TrafficPolicy& policy) { check_traffic_policy(checker, policy); });
  std::set<std::string> names;
  checker.each("subsets", spec.subsets, [&](const Subset& subset) {
    if (!names.insert(subset.name).second)
      checker.error("name", "the subset \"" + subset.name + "\" is there twice.");
    checker.expect("name", subset_name_problem(subset.name));
    checker.expect("labels", labels_problem(subset.labels));
    checker.with("trafficPolicy", subset.traffic_policy,
                 [&](const TrafficPolicy& policy) { check_traffic_policy(checker, policy); });
  });
  check_export_to(checker, spec.export_to, false, spec.workload_selector.has_value());
  checker.with("workloadSelector", spec.workload_selector, [&](const LabelSelector& selector) {
    check_selector(checker, "matchLabels", selector.match_labels);
  });
}

}  // namespace lab::crd
