#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace lab::orchestrator {

/// A scenario folder that exists.
struct ScenarioFolder {
  std::string id;    ///< As its scenario.yaml says.
  std::string name;  ///< The folder's own: "15-destinationrule-mtls-egress".
  std::string path;
  std::string title;
  std::vector<std::string> tags;
};

/// The scenario folders below `root`, by name.
std::vector<ScenarioFolder> list_scenarios(const std::string& root);

/// One scenario that was asked for.
struct Selection {
  std::string path;  ///< Of the folder.
  std::string step;  ///< Only this step, or "": all.
};

/// What the selectors name: "scenario15", "15", "01..15", a folder's path, a glob, "tag:WORD",
/// "15/STEP". No selector is all of `folders`. Each scenario once, in the order named.
///
/// Fails with Errc::usage for a name or path that does not exist (nearest names told), with
/// Errc::not_found for a glob, range or tag that matches nothing.
Result<std::vector<Selection>> select_scenarios(const std::vector<ScenarioFolder>& folders,
                                                const std::vector<std::string>& selectors);

}  // namespace lab::orchestrator
