#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/scenario/expectation.h"
#include "orchestrator/scenario/node_spec.h"
#include "orchestrator/scenario/words.h"

namespace lab::orchestrator {

/// Many requests at once, in a closed loop per connection.
struct LoadSpec {
  std::string request;  ///< As a step's `request`.
  std::uint32_t connections = 1;
  std::uint32_t requests = 1;
};
const Record<LoadSpec>& record_of(const LoadSpec*);

/// What is wrong with a node's network from now on.
struct FaultSpec {
  std::string node;
  bool cut = false;  ///< Nothing reaches it: packets are dropped, nobody is told.
};
const Record<FaultSpec>& record_of(const FaultSpec*);

/// A file that a step writes into a node.
struct WriteSpec {
  std::string node;
  std::string path;
  FileSpec content;
};
const Record<WriteSpec>& record_of(const WriteSpec*);

/// "These clients x these hosts -> this table": one probe per cell.
struct MatrixSpec {
  std::vector<std::string> to;  ///< Column heads; ${to} in the request.
  std::map<std::string, std::vector<Value>>
      rows;  ///< Sender -> expected status (or "exit N") per column.
};
const Record<MatrixSpec>& record_of(const MatrixSpec*);

/// One row of a step's for-each table.
struct ForEachSpec {
  std::map<std::string, std::string> with;  ///< Variables of the step.
  std::optional<Expectation> expect;        ///< Added to the step's own, field by field.
};
const Record<ForEachSpec>& record_of(const ForEachSpec*);

/// On which runs a step takes place; an empty list is "on all".
struct WhenSpec {
  Words profile, proxy, variant;
};
const Record<WhenSpec>& record_of(const WhenSpec*);

/// One thing that is done, and what must come of it.
struct Step {
  std::string name;
  std::string from;  ///< Node that acts.
  std::string request, curl, command,
      config;  ///< What it does: at most one of these and those below.
  std::optional<LoadSpec> load;
  std::vector<std::string> apply, remove;
  std::map<std::string, std::map<std::string, std::string>> secrets;  ///< As the scenario's.
  std::vector<WriteSpec> write;
  std::string restart, stop, start;  ///< A node whose server is restarted, stopped, started.
  std::optional<FaultSpec> fault;
  std::optional<MatrixSpec> matrix;
  std::optional<Expectation> expect;
  std::optional<std::chrono::nanoseconds> eventually, consistently, timeout;
  std::uint32_t converge = 0;  ///< So many passes in a row, within `timeout`.
  std::vector<ForEachSpec> for_each;
  WhenSpec when;
  std::vector<std::string> tags;
  Origin origin;
};
const Record<Step>& record_of(const Step*);

}  // namespace lab::orchestrator
