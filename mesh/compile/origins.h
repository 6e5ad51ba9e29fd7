#pragma once

#include <optional>
#include <vector>

#include "mesh/config/core.h"
#include "mesh/model/service.h"

namespace lab::compile {

/// Metadata that names the objects which shaped something: name space "lab",
/// {"origins":[{"kind","name","file","line", "column"}]}. Nothing when there is none.
std::optional<config::Metadata> origins(const std::vector<model::Source>& sources);

/// `first` and `second` in one list, each object once.
std::vector<model::Source> join_sources(std::vector<model::Source> first,
                                        const std::vector<model::Source>& second);

/// The same object with a more exact place in it.
model::Source at(const model::Source& source, const Origin& place);

}  // namespace lab::compile
