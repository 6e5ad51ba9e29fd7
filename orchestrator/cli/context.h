#pragma once

#include "orchestrator/cli/command.h"
#include "orchestrator/inspect/find_node.h"
#include "orchestrator/process/running_lab.h"
#include "orchestrator/run/prepare.h"
#include "orchestrator/scenario/select.h"

namespace lab::orchestrator {

// What several commands do alike.

/// Paths of the tree around this program: BUILD/bin/lab, three folders below the root; LAB_ROOT
/// overrides.
HostPaths host_paths();

/// Where keys, journals and a real Envoy are kept: $LAB_CACHE or the usual folder.
std::string cache_folder();

/// --profile, --proxy, --variant, --set, --fresh-certs. Errc::usage for a malformed --set.
Result<PrepareOptions> prepare_options(const Arguments& arguments);

/// Writes "lab: MESSAGE" and gives the exit code that the error means.
int report_error(const Error& error);

/// The same for a selector that means nothing: 3 for a pattern or tag.
int report_no_selection(const Error& error);

/// The exit code of a command's result; an error is reported.
int code_of(const Result<int>& result);

/// The format that -o asks for: "text", "wide", "json" or "yaml".
std::string output_format(const Arguments& arguments);

/// Writes a value as -o says: YAML, or JSON for everything else.
void print_value(const Value& value, const std::string& format);

/// All labs that are up, with their nodes.
Result<std::vector<LabNodes>> labs_and_nodes();

/// The lab that is meant: by name, or the only one that is up.
Result<RunningLab> attach_to(const std::string& name);

/// The node that is meant, and its lab.
struct AttachedNode {
  RunningLab lab;
  std::string node;  ///< Id.
};
Result<AttachedNode> attach_to_node(const std::string& text);

/// The scenario that a running lab was made of, loaded and compiled again.
Result<CompiledScenario> scenario_of(RunningLab& lab);
/// Remembers in the lab what scenario_of() needs.
Result<> remember_scenario(RunningLab& lab, const std::string& folder, const Overrides& overrides);

/// Remembers in the lab which certificates it was given, for steps that run against it later.
Result<> remember_pki(RunningLab& lab, const Pki& pki);
/// Replaces the certificates in `facts` by those that the lab remembers.
Result<> recall_pki(RunningLab& lab, LabFacts& facts);

/// The only scenario that a selector names.
Result<Selection> select_only(const std::string& selector);

/// A table with aligned columns; the first row is its head.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace lab::orchestrator
