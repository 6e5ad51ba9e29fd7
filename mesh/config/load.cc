#include "mesh/config/load.h"

#include "base/text.h"
#include "base/yaml.h"

namespace lab::config {

Result<Value> parse_any_format(std::string_view text, const std::string& file) {
  if (const std::string_view start = trim(text); !start.empty() && start.front() == '{') {
    return parse_json(text, file);
  }
  std::vector<YamlDocument> documents = TRY(parse_yaml(text, file));
  if (documents.size() == 1) return std::move(documents.front().root);
  return fail(Errc::config, file + ": expected one YAML document, found " +
                                std::to_string(documents.size()) + ".");
}

Result<Bootstrap> load_bootstrap(std::string_view text, const std::string& file) {
  return load<Bootstrap>(text, file);
}

Result<> expect_resources(const DiscoveryResponse& response, std::string_view type_name,
                          const std::string& file) {
  for (std::size_t i = 0; i < response.resources.size(); ++i) {
    const std::string found(response.resources[i].type_name());
    if (found == type_name) continue;
    return fail(Errc::config, file + ": resources[" + std::to_string(i) + "] is a " + found +
                                  ", expected " + std::string(type_name) + ".");
  }
  return {};
}

}  // namespace lab::config
