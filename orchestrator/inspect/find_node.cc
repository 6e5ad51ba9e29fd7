#include "orchestrator/inspect/find_node.h"

#include "base/text.h"

namespace lab::orchestrator {
namespace {

std::string name_of(const std::string& id) {
  return id.substr(0, id.find('.'));
}

bool ends_with(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

enum class Match : std::uint8_t { none, suffix, name, id };

/// How well `wanted` names the node; a better way of naming wins over worse ones.
Match match(const std::string& id, const std::string& wanted) {
  if (id == wanted) return Match::id;
  if (name_of(id) == wanted) return Match::name;
  const std::size_t dot = wanted.find('.');
  const bool same_space = dot == std::string::npos || ends_with(id, wanted.substr(dot));
  return same_space && ends_with(name_of(id), name_of(wanted)) ? Match::suffix : Match::none;
}

}  // namespace

Result<NodeAddress> find_node(const std::vector<LabNodes>& labs, const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string lab = slash == std::string::npos ? "" : text.substr(0, slash);
  const std::string wanted = slash == std::string::npos ? text : text.substr(slash + 1);
  std::vector<NodeAddress> found;
  std::vector<std::string> names, lab_names;
  Match best = Match::suffix;
  for (const LabNodes& candidate : labs) {
    lab_names.push_back(candidate.lab);
    if (!lab.empty() && candidate.lab != lab) continue;
    for (const std::string& id : candidate.nodes) {
      names.push_back(name_of(id));
      const Match quality = match(id, wanted);
      if (quality == Match::none || quality < best) continue;
      if (quality > best) found.clear();
      best = quality;
      found.push_back({candidate.lab, id});
    }
  }
  if (found.size() == 1) return found.front();
  if (labs.empty()) return fail(Errc::usage, "no lab is up. Start one with `lab up SCENARIO`.");
  if (names.empty() && !lab.empty()) {
    return fail(Errc::usage, "there is no lab \"" + lab + "\" (up: " + join(lab_names, ", ") +
                                 ")." + did_you_mean(lab, lab_names));
  }
  if (found.empty()) {
    return fail(Errc::usage, "there is no node \"" + wanted + "\" (there is " + join(names, ", ") +
                                 ")." + did_you_mean(wanted, names));
  }
  std::vector<std::string> choices;
  for (const NodeAddress& one : found) choices.push_back(one.lab + "/" + one.node);
  return fail(Errc::usage,
              "\"" + text + "\" may be " + join(choices, " or ") + ". Name one of them.");
}

}  // namespace lab::orchestrator
