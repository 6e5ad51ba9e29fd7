#include "base/text.h"
#include "mesh/compile/routes.h"

namespace lab::compile {
namespace {

using Append = config::HeaderValueOption::HeaderAppendAction;

bool is_pseudo(const std::string& name) {
  return name.rfind(':', 0) == 0 || equal_ignore_case(name, "host");
}
bool is_authority(const std::string& name) {
  return equal_ignore_case(name, ":authority") || equal_ignore_case(name, "host");
}

void add(std::vector<config::HeaderValueOption>& out,
         const std::map<std::string, std::string>& headers, Append action) {
  for (const auto& [name, value] : headers) {
    if (is_pseudo(name)) continue;
    config::HeaderValueOption& option = out.emplace_back();
    option.header.key = name;
    option.header.value = value;
    option.append_action = action;
  }
}

std::string authority_in(const std::map<std::string, std::string>& headers) {
  for (const auto& [name, value] : headers) {
    if (is_authority(name)) return value;
  }
  return "";
}

}  // namespace

std::vector<config::HeaderValueOption> headers_to_add(
    const std::optional<crd::HeaderOperations>& operations) {
  std::vector<config::HeaderValueOption> out;
  if (!operations) return out;
  add(out, operations->set, Append::overwrite_if_exists_or_add);
  add(out, operations->add, Append::append_if_exists_or_add);
  return out;
}

std::vector<std::string> headers_to_remove(const std::optional<crd::HeaderOperations>& operations) {
  std::vector<std::string> out;
  if (!operations) return out;
  for (const std::string& name : operations->remove) {
    if (!is_pseudo(name)) out.push_back(name);
  }
  return out;
}

std::string stated_authority(const std::optional<crd::Headers>& headers) {
  if (!headers || !headers->request) return "";
  const std::string set = authority_in(headers->request->set);
  return set.empty() ? authority_in(headers->request->add) : set;
}

}  // namespace lab::compile
