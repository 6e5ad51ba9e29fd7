#include "mesh/compile/origins.h"

#include <algorithm>

namespace lab::compile {

std::optional<config::Metadata> origins(const std::vector<model::Source>& sources) {
  if (sources.empty()) return {};
  Value list{Value::Array{}};
  for (const model::Source& source : sources) {
    Value entry;
    entry.set("kind", source.kind);
    entry.set("name", source.name);
    entry.set("file", source.origin.file);
    entry.set("line", static_cast<std::int64_t>(source.origin.mark.line));
    entry.set("column", static_cast<std::int64_t>(source.origin.mark.column));
    list.push(std::move(entry));
  }
  config::Metadata metadata;
  metadata.filter_metadata["lab"].set("origins", std::move(list));
  return metadata;
}

std::vector<model::Source> join_sources(std::vector<model::Source> first,
                                        const std::vector<model::Source>& second) {
  for (const model::Source& source : second) {
    const bool known = std::any_of(first.begin(), first.end(), [&](const model::Source& other) {
      return other.kind == source.kind && other.name == source.name;
    });
    if (!known) first.push_back(source);
  }
  return first;
}

model::Source at(const model::Source& source, const Origin& place) {
  return {source.kind, source.name, place.mark.line == 0 ? source.origin : place};
}

}  // namespace lab::compile
