#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/value.h"
#include "orchestrator/scenario/scenario.h"

namespace lab::orchestrator {

using Variables = std::map<std::string, std::string>;

/// `text` with each ${NAME} replaced. A name that `variables` doesn't have stays, and is added to
/// `unknown` when given.
std::string substitute(std::string_view text, const Variables& variables,
                       std::vector<std::string>* unknown = nullptr);

/// The same in every string of a value, keys included.
Value substitute_all(const Value& value, const Variables& variables);

/// What a scenario's strings may refer to, by name; the values of what is only known later are
/// empty: its `variables`, pki.NAME.{sha1,sha256,serial,subject}, node.NAME.address.
Variables known_variables(const Scenario& scenario, const std::vector<std::string>& node_names);

/// The steps as they run: one for each row of for-each and each cell of matrix, with variables put
/// in.
///
/// What is wrong with the result (a text where only a number may stand, for instance) goes to
/// `out`.
std::vector<Step> resolve_steps(const Scenario& scenario, const Variables& variables,
                                Diagnostics& out);

}  // namespace lab::orchestrator
