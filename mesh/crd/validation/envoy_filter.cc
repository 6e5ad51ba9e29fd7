#include <algorithm>

#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/extensions.h"
#include "mesh/crd/validation/names.h"

namespace lab::crd {
namespace {

const Value* object_at(const Value& value, std::string_view path) {
  const Value* found = value.at_path(path);
  return found != nullptr && found->is_object() ? found : nullptr;
}

std::string text_at(const Value& value, std::string_view path) {
  const Value* found = value.at_path(path);
  return found != nullptr && found->is_string() ? found->string() : "";
}

/// Which part of the match may be there for what the patch applies to; "" is any.
std::string_view match_of(const std::string& apply_to) {
  if (apply_to == "LISTENER" || apply_to == "FILTER_CHAIN" || apply_to == "NETWORK_FILTER" ||
      apply_to == "HTTP_FILTER") {
    return "listener";
  }
  if (apply_to == "ROUTE_CONFIGURATION" || apply_to == "VIRTUAL_HOST" || apply_to == "HTTP_ROUTE") {
    return "routeConfiguration";
  }
  return apply_to == "CLUSTER" ? "cluster" : "";
}

/// A filter in a match needs its name; a filter inside it is one of the HTTP connection manager.
void check_filter_match(Checker& checker, const Value& match, const std::string& apply_to) {
  const Value* filter = object_at(match, "listener/filterChain/filter");
  if (filter == nullptr) return;
  const std::string name = text_at(*filter, "name");
  if (name.empty()) return checker.error("match", "the filter to match needs a name.");
  if (object_at(*filter, "subFilter") == nullptr) return;
  if (apply_to != "HTTP_FILTER")
    return checker.error("match", "subFilter is for applyTo HTTP_FILTER only.");
  if (name != "envoy.filters.network.http_connection_manager" &&
      name != "envoy.http_connection_manager") {
    checker.error("match",
                  "subFilter needs the filter envoy.filters.network.http_connection_manager.");
  } else if (text_at(*filter, "subFilter/name").empty()) {
    checker.error("match", "the subFilter to match needs a name.");
  }
}

void check_match(Checker& checker, const Value& patch, const std::string& apply_to) {
  const Value* match = object_at(patch, "match");
  const std::string_view wanted = match_of(apply_to);
  if (match == nullptr || wanted.empty()) return;
  for (const char* other : {"listener", "routeConfiguration", "cluster", "waypoint"}) {
    if (object_at(*match, other) != nullptr && wanted != other) {
      return checker.error("match", "applyTo " + apply_to + " goes with " + std::string(wanted) +
                                        ", not with " + other + ".");
    }
  }
  if (wanted == "listener") check_filter_match(checker, *match, apply_to);
}

/// "type.googleapis.com/PACKAGE.MESSAGE".
bool is_type_url(const std::string& text) {
  const std::size_t slash = text.rfind('/');
  return slash != std::string::npos && text.find('.', slash) != std::string::npos &&
         text.find_first_of(" []{}*:", slash) == std::string::npos;
}

/// What istiod needs to know of each extension's configuration, to read it at all.
bool has_typed_configs(const Value& value) {
  if (value.is_array()) {
    return std::all_of(value.array().begin(), value.array().end(), has_typed_configs);
  }
  if (!value.is_object()) return true;
  return std::all_of(value.object().begin(), value.object().end(), [](const Member& member) {
    const bool typed = member.key == "typed_config" || member.key == "typedConfig";
    if (typed && !member.value.is_null() && text_at(member.value, "@type").empty()) return false;
    if (member.key == "@type" && !(member.value.is_string() && is_type_url(member.value.string())))
      return false;
    return has_typed_configs(member.value);
  });
}

void check_patch(Checker& checker, const Value& patch) {
  const std::string apply_to = text_at(patch, "applyTo");
  const std::string operation = text_at(patch, "patch/operation");
  if (text_at(patch, "match/context") == "WAYPOINT") return;  // Not looked at by istiod, either.
  if (apply_to.empty() || apply_to == "INVALID")
    return checker.error("the field \"applyTo\" is required.");
  if (object_at(patch, "patch") == nullptr)
    return checker.error("the field \"patch\" is required.");
  if (operation.empty() || operation == "INVALID")
    return checker.error("patch", "the field \"operation\" is required.");
  if (operation != "REMOVE" && object_at(patch, "patch/value") == nullptr) {
    return checker.error("patch", "an operation other than REMOVE needs a value.");
  }
  const std::string version = text_at(patch, "match/proxy/proxyVersion");
  if (!version.empty() && !regex_problem(version, "proxyVersion").empty()) {
    return checker.error("match", regex_problem(version, "proxyVersion"));
  }
  check_match(checker, patch, apply_to);
  if (const Value* value = object_at(patch, "patch/value")) {
    const Checker::Step step(checker, "patch");
    if (!has_typed_configs(*value))
      checker.error("value", "each typed_config must be an object with \"@type\".");
  }
}

}  // namespace

void check_envoy_filter(Checker& checker, const Value& spec) {
  const Value* selector = object_at(spec, "workloadSelector/labels");
  if (selector != nullptr) {
    Labels labels;
    for (const Member& label : selector->object())
      labels[label.key] = label.value.is_string() ? label.value.string() : "";
    const Checker::Step step(checker, "workloadSelector");
    check_selector(checker, "labels", labels);
  }
  const Value* patches = spec.find("configPatches");
  if (patches == nullptr || !patches->is_array()) return;
  checker.each("configPatches", patches->array(),
               [&](const Value& patch) { check_patch(checker, patch); });
}

}  // namespace lab::crd
