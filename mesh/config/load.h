#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "mesh/config/bootstrap.h"

/// Files of Envoy configuration, in and out.
namespace lab::config {

/// Reads one message from JSON (when `text` begins with "{") or YAML. `file` is only for messages.
/// Fails with Errc::config and every mistake, a line each: "FILE:LINE:COLUMN: PATH: what".
template <class T>
Result<T> load(std::string_view text, const std::string& file);

/// The file of the -c option. Rules between objects are checked by validate.h, not here.
Result<Bootstrap> load_bootstrap(std::string_view text, const std::string& file);

/// Reads JSON or YAML into a Value.
Result<Value> parse_any_format(std::string_view text, const std::string& file);

/// A DiscoveryResponse of which every resource is a T, as path_config_source names it.
template <class T>
Result<std::vector<T>> load_resources(std::string_view text, const std::string& file);

/// Proto3 JSON in camelCase.
template <class T>
std::string to_json(const T& message, int indent = 0) {
  return write_json(encode(message), indent);
}

/// A DiscoveryResponse of `resources`.
template <class T>
DiscoveryResponse discovery_response(std::string version, const std::vector<T>& resources) {
  DiscoveryResponse response;
  response.version_info = std::move(version);
  for (const T& resource : resources) response.resources.push_back(Any::of(resource));
  return response;
}

template <class T>
Result<T> load(std::string_view text, const std::string& file) {
  const Value value = TRY(parse_any_format(text, file));
  Diagnostics problems;
  T message{};
  decode(value, file, problems, message);
  TRY(problems.result());
  return message;
}

/// Errc::config unless every resource of `response` is of the type named `type_name`.
Result<> expect_resources(const DiscoveryResponse& response, std::string_view type_name,
                          const std::string& file);

template <class T>
Result<std::vector<T>> load_resources(std::string_view text, const std::string& file) {
  const DiscoveryResponse response = TRY(load<DiscoveryResponse>(text, file));
  TRY(expect_resources(response, record_of(static_cast<const T*>(nullptr)).name(), file));
  std::vector<T> resources;
  for (const Any& resource : response.resources) resources.push_back(*resource.get<T>());
  return resources;
}

}  // namespace lab::config
