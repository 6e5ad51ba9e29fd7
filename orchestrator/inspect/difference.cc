#include "orchestrator/inspect/difference.h"

#include "base/json.h"

namespace lab::orchestrator {
namespace {

using Members = std::vector<std::pair<std::string, const Value*>>;

/// What an element of an array is called, or its position.
std::string label(const Value& element, std::size_t index) {
  for (const char* key : {"name", "clusterName", "cluster_name"}) {
    const Value* name = element.is_object() ? element.find(key) : nullptr;
    if (name != nullptr && name->is_string()) return "[" + name->string() + "]";
  }
  return "[" + std::to_string(index) + "]";
}

Members members_of(const Value& value) {
  Members members;
  if (value.is_object()) {
    for (const Member& member : value.object())
      members.emplace_back("." + member.key, &member.value);
  } else {
    for (const Value& element : value.array())
      members.emplace_back(label(element, members.size()), &element);
  }
  return members;
}

const Value* find(const Members& members, const std::string& name) {
  for (const auto& [label, value] : members) {
    if (label == name) return value;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> difference(const Value& a, const Value& b, const std::string& path) {
  std::vector<std::string> lines;
  if (a == b) return lines;
  const bool both_hold = (a.is_object() && b.is_object()) || (a.is_array() && b.is_array());
  if (!both_hold) return {"~ " + path + ": " + write_json(a) + " -> " + write_json(b)};
  const Members old = members_of(a), now = members_of(b);
  for (const auto& [name, value] : old) {
    const Value* other = find(now, name);
    if (other == nullptr) {
      lines.push_back("- " + path + name + ": " + write_json(*value));
      continue;
    }
    for (std::string& line : difference(*value, *other, path + name))
      lines.push_back(std::move(line));
  }
  for (const auto& [name, value] : now) {
    if (find(old, name) == nullptr) lines.push_back("+ " + path + name + ": " + write_json(*value));
  }
  return lines;
}

}  // namespace lab::orchestrator
