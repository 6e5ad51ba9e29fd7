#include "proxy/match/header_mutation.h"

#include "base/text.h"

namespace lab::proxy {
namespace {

Result<> check_modifiable(const std::string& name) {
  if (!name.empty() && name[0] != ':' && name != "host") return {};
  return fail(Errc::config, "\"" + name + "\": :-prefixed or host headers may not be modified.");
}

config::HeaderValueOption::HeaderAppendAction action_of(const config::HeaderValueOption& option) {
  using Action = config::HeaderValueOption::HeaderAppendAction;
  if (!option.append) return option.append_action;
  return *option.append ? Action::append_if_exists_or_add : Action::overwrite_if_exists_or_add;
}

}  // namespace

Result<HeaderMutation> HeaderMutation::compile(const std::vector<config::HeaderValueOption>& add,
                                               const std::vector<std::string>& remove) {
  HeaderMutation result;
  for (const auto& option : add) {
    const std::string name = to_lower(option.header.key);
    TRY(check_modifiable(name));
    const bool raw = !option.header.raw_value.data.empty();
    const std::string& value = raw ? option.header.raw_value.data : option.header.value;
    result.add_.push_back(
        Addition{name, TRY(Format::compile(value)), action_of(option), option.keep_empty_value});
  }
  for (const std::string& name : remove) {
    result.remove_.push_back(to_lower(name));
    TRY(check_modifiable(result.remove_.back()));
  }
  return result;
}

void HeaderMutation::apply(HeaderMap& headers, const StreamInfo& info) const {
  for (const std::string& name : remove_) headers.remove(name);
  if (add_.empty()) return;
  struct Change {
    const std::string* name;
    std::string value;
    bool overwrite;
  };
  std::vector<Change> changes;
  for (const Addition& addition : add_) {
    std::string value = addition.value.text(info, "");
    if (value.empty() && !addition.keep_empty) continue;
    const bool there = headers.contains(addition.name);
    if (addition.action == Action::add_if_absent && there) continue;
    if (addition.action == Action::overwrite_if_exists && !there) continue;
    const bool overwrite = addition.action == Action::overwrite_if_exists ||
                           addition.action == Action::overwrite_if_exists_or_add;
    changes.push_back(Change{&addition.name, std::move(value), overwrite});
  }
  for (const Change& change : changes) {
    if (!change.overwrite) continue;
    headers.remove(*change.name);  // As Envoy: the new one stands at the end.
    headers.add(*change.name, change.value);
  }
  for (const Change& change : changes) {
    if (!change.overwrite) headers.add(*change.name, change.value);
  }
}

}  // namespace lab::proxy
