#include "orchestrator/cli/command.h"

namespace lab::orchestrator {

std::string Arguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? "" : found->second.back();
}

const std::vector<std::string>& Arguments::list(const std::string& name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

std::string long_name(const OptionSpec& option) {
  const std::size_t comma = option.name.rfind(',');
  return comma == std::string::npos ? option.name : option.name.substr(comma + 1);
}

}  // namespace lab::orchestrator
