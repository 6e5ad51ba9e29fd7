#pragma once

#include "mesh/crd/traffic_policy.h"

namespace lab::crd {

struct Subset {
  Origin origin;
  std::string name;
  Labels labels;
  std::optional<TrafficPolicy> traffic_policy;
};
const Record<Subset>& record_of(const Subset*);

struct DestinationRuleSpec {
  std::string host;
  std::optional<TrafficPolicy> traffic_policy;
  std::vector<Subset> subsets;
  std::vector<std::string> export_to;
  std::optional<LabelSelector> workload_selector;
};
const Record<DestinationRuleSpec>& record_of(const DestinationRuleSpec*);

struct DestinationRule : Object {
  DestinationRuleSpec spec;
};
const Record<DestinationRule>& record_of(const DestinationRule*);

}  // namespace lab::crd
