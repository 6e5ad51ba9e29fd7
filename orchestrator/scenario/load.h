#pragma once

#include <string>
#include <vector>

#include "orchestrator/scenario/variables.h"

namespace lab::orchestrator {

/// What the command line changes about a scenario.
struct Overrides {
  std::string profile;  ///< Empty: as the scenario says.
  std::string proxy;
  std::string variant;
  Variables set;  ///< --set NAME=VALUE.
};

/// Reads FOLDER/scenario.yaml. What is wrong with it goes to `out`, everything at once; the result
/// is usable when nothing did. References to nodes are checked by check_references(), which needs
/// the objects.
Scenario load_scenario(const std::string& folder, const Overrides& overrides, Diagnostics& out);

/// Reads a scenario from a text: load_scenario() without the file.
Scenario parse_scenario(const std::string& text, const std::string& path,
                        const Overrides& overrides, Diagnostics& out);

/// The files of objects that the scenario (or the variant) names, sorted; a pattern without match
/// goes to `out`.
std::vector<std::string> object_files(const Scenario& scenario, const std::string& variant,
                                      Diagnostics& out);

/// Where a template is: in the scenario's folder, else in `shared` (nginx-conf/); "" when nowhere.
std::string find_template(const Scenario& scenario, const std::string& name,
                          const std::string& shared);

/// Checks every name that the scenario uses: nodes (`node_names` are all that will exist),
/// certificates, secrets, files, templates, variables, variants.
void check_references(const Scenario& scenario, const std::vector<std::string>& node_names,
                      const std::string& shared_templates, Diagnostics& out);

}  // namespace lab::orchestrator
