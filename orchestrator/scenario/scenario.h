#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/scenario/node_spec.h"
#include "orchestrator/scenario/pki_spec.h"
#include "orchestrator/scenario/step.h"

namespace lab::orchestrator {

/// An alternative set of objects of the same lesson.
struct VariantSpec {
  std::string name;
  std::vector<std::string> mesh;  ///< Files instead of the scenario's own.
  std::string note;
  Origin origin;
};
const Record<VariantSpec>& record_of(const VariantSpec*);

/// A change that makes at least one expectation fail: proof that the steps test something.
struct MutantSpec {
  std::string name;
  std::string file;     ///< File of the folder; empty: scenario.yaml.
  std::string replace;  ///< Text that stands in it exactly once (or `times` times).
  std::string with;
  std::uint32_t times = 1;
  std::string says;  ///< Text that the report of the failure contains.
  Origin origin;
};
const Record<MutantSpec>& record_of(const MutantSpec*);

/// A further path between nodes: a bridge of its own.
struct NetworkSpec {
  std::vector<std::string> nodes;
  std::string subnet;  ///< "10.99.0.0/24".
  Origin origin;
};
const Record<NetworkSpec>& record_of(const NetworkSpec*);

/// One scenario.yaml.
struct Scenario {
  std::string id, title, summary;
  std::string profile = "istio-current";
  std::string proxy = "mesh";
  std::vector<std::string> tags;
  std::vector<std::string> requires_;
  std::vector<std::string> mesh;  ///< Patterns; mesh/*.yaml and the like when empty.
  std::vector<VariantSpec> variants;
  std::map<std::string, std::string> variables;
  PkiSpec pki;
  std::map<std::string, std::map<std::string, std::string>>
      secrets;  ///< "NAMESPACE/NAME" -> key -> pki file.
  std::map<std::string, NodeSpec> nodes;
  std::map<std::string, Words> dns;  ///< Name -> addresses that the cluster's DNS answers.
  std::map<std::string, NetworkSpec> networks;
  std::vector<Step> steps;
  std::vector<MutantSpec> mutants;

  // Not fields of the file:
  std::string folder;  ///< Where scenario.yaml is.
  std::string path;    ///< scenario.yaml itself, as it is shown to people.
  Value raw_steps;     ///< `steps` as written: resolve_steps() puts variables into them.
  Origin origin;
};
const Record<Scenario>& record_of(const Scenario*);

}  // namespace lab::orchestrator
