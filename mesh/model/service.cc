#include "mesh/model/service.h"

#include <algorithm>

namespace lab::model {

const Port* Service::port(std::uint32_t number) const {
  for (const Port& port : ports) {
    if (port.number == number) return &port;
  }
  return nullptr;
}

const Port* Service::port_named(std::string_view name) const {
  for (const Port& port : ports) {
    if (port.name == name) return &port;
  }
  return nullptr;
}

bool visible(const Visibility& export_to, const std::string& owner, const std::string& name_space) {
  if (export_to.empty()) return true;
  return std::any_of(export_to.begin(), export_to.end(), [&](const std::string& to) {
    if (to == "~") return false;
    return to == "*" || to == name_space || (to == "." && owner == name_space);
  });
}

bool selects(const Labels& wanted, const Labels& labels) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& want) {
    const auto found = labels.find(want.first);
    return found != labels.end() && found->second == want.second;
  });
}

}  // namespace lab::model
