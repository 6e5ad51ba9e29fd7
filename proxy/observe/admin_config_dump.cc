#include <algorithm>
#include <map>

#include "base/text.h"
#include "proxy/observe/admin_internal.h"
#include "proxy/observe/proto_names.h"
#include "proxy/regex.h"

namespace lab::proxy {
namespace {

constexpr std::string_view kAdminType = "type.googleapis.com/envoy.admin.v3.";

/// One list of a section: its field name, the type of its elements, and the elements.
struct DumpList {
  std::string field, element_type;
  Value::Array elements;
};

/// One element of "configs".
struct DumpSection {
  std::string type;
  Value head;  ///< Members before the lists: an object.
  std::vector<DumpList> lists;
};

/// A configuration as it is shown: proto field names, no secrets.
Value shown(const config::Any& any) {
  Value value = with_proto_names(encode(any), nullptr);
  redact_secrets(value);
  return value;
}

using NameFilter = std::function<bool(const std::string&)>;

/// {"version_info","MEMBER":{config},"last_updated"}; static resources have no version.
Value entry_of(const ResourceView& resource, const std::string& member) {
  Value entry;
  if (resource.dynamic) entry.set("version_info", resource.version_info);
  entry.set(member, shown(resource.config));
  if (resource.last_updated != SystemTime{}) {
    entry.set("last_updated", instant_value(resource.last_updated));
  }
  return entry;
}

/// The entries of the static or of the dynamic resources.
Value::Array entries_of(const std::vector<ResourceView>& resources, bool dynamic,
                        const std::string& member, const NameFilter& wanted) {
  Value::Array entries;
  for (const ResourceView& resource : resources) {
    if (resource.dynamic != dynamic || !wanted(resource.name)) continue;
    entries.push_back(entry_of(resource, member));
  }
  return entries;
}

Value error_state(const FailedUpdateView& failed) {
  Value state;
  state.set("last_update_attempt", instant_value(failed.attempted));
  state.set("details", failed.details);
  if (!failed.version_info.empty()) state.set("version_info", failed.version_info);
  return state;
}

/// Dynamic listeners by name: {"name","active_state":{...},"error_state":{...}}.
Value::Array dynamic_listeners(const ConfigView& config, const NameFilter& wanted) {
  std::map<std::string, Value> by_name;
  for (const ResourceView& resource : config.listeners) {
    if (!resource.dynamic || !wanted(resource.name)) continue;
    Value& entry = by_name[resource.name];
    entry.set("name", resource.name);
    entry.set("active_state", entry_of(resource, "listener"));
  }
  for (const FailedUpdateView& failed : config.failed_listeners) {
    if (!wanted(failed.name)) continue;
    Value& entry = by_name[failed.name];
    entry.set("name", failed.name);
    entry.set("error_state", error_state(failed));
  }
  Value::Array entries;
  for (auto& [name, entry] : by_name) entries.push_back(std::move(entry));
  return entries;
}

/// `entries`, and one more for each update that was refused.
Value::Array with_errors(Value::Array entries, const std::vector<FailedUpdateView>& failures,
                         const NameFilter& wanted) {
  for (const FailedUpdateView& failed : failures) {
    if (!wanted(failed.name)) continue;
    Value entry;
    if (!failed.name.empty()) entry.set("name", failed.name);
    entry.set("error_state", error_state(failed));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Value::Array secrets_of(const ConfigView& config, bool dynamic, const NameFilter& wanted) {
  Value::Array entries;
  for (const ResourceView& resource : config.secrets) {
    if (resource.dynamic != dynamic || !wanted(resource.name)) continue;
    Value entry;
    entry.set("name", resource.name);
    Value rest = entry_of(resource, "secret");
    for (Member& member : rest.object()) entry.set(member.key, std::move(member.value));
    for (const FailedUpdateView& failed : config.failed_secrets) {
      if (dynamic && failed.name == resource.name) entry.set("error_state", error_state(failed));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// Dynamic secrets of which no version was good yet.
Value::Array warming_secrets(const ConfigView& config, const NameFilter& wanted) {
  Value::Array entries;
  for (const FailedUpdateView& failed : config.failed_secrets) {
    const bool active = std::any_of(config.secrets.begin(), config.secrets.end(), [&](auto& each) {
      return each.dynamic && each.name == failed.name;
    });
    if (active || !wanted(failed.name)) continue;
    Value entry;
    entry.set("name", failed.name);
    entry.set("error_state", error_state(failed));
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// All sections, in Envoy's order.
std::vector<DumpSection> sections_of(const ConfigView& config, bool with_endpoints,
                                     const NameFilter& wanted) {
  std::vector<DumpSection> result;
  DumpSection bootstrap{"BootstrapConfigDump", Value(Value::Object{}), {}};
  Value shown_bootstrap = with_proto_names(
      config.bootstrap, &record_of(static_cast<const config::Bootstrap*>(nullptr)));
  redact_secrets(shown_bootstrap);
  bootstrap.head.set("bootstrap", std::move(shown_bootstrap));
  bootstrap.head.set("last_updated", instant_value(config.bootstrap_updated));
  result.push_back(std::move(bootstrap));

  DumpSection clusters{"ClustersConfigDump", Value(Value::Object{}), {}};
  if (!config.clusters_version.empty()) clusters.head.set("version_info", config.clusters_version);
  clusters.lists = {
      {"static_clusters", "ClustersConfigDump.StaticCluster",
       entries_of(config.clusters, false, "cluster", wanted)},
      {"dynamic_active_clusters", "ClustersConfigDump.DynamicCluster",
       with_errors(entries_of(config.clusters, true, "cluster", wanted), config.failed_clusters,
                   wanted)},
  };
  result.push_back(std::move(clusters));

  if (with_endpoints) {
    DumpSection endpoints{"EndpointsConfigDump", Value(Value::Object{}), {}};
    endpoints.lists = {
        {"static_endpoint_configs", "EndpointsConfigDump.StaticEndpointConfig",
         entries_of(config.endpoints, false, "endpoint_config", wanted)},
        {"dynamic_endpoint_configs", "EndpointsConfigDump.DynamicEndpointConfig",
         entries_of(config.endpoints, true, "endpoint_config", wanted)},
    };
    result.push_back(std::move(endpoints));
  }

  DumpSection listeners{"ListenersConfigDump", Value(Value::Object{}), {}};
  if (!config.listeners_version.empty()) {
    listeners.head.set("version_info", config.listeners_version);
  }
  listeners.lists = {
      {"static_listeners", "ListenersConfigDump.StaticListener",
       entries_of(config.listeners, false, "listener", wanted)},
      {"dynamic_listeners", "ListenersConfigDump.DynamicListener",
       dynamic_listeners(config, wanted)},
  };
  result.push_back(std::move(listeners));
  result.push_back({"ScopedRoutesConfigDump", Value(Value::Object{}), {}});

  DumpSection routes{"RoutesConfigDump", Value(Value::Object{}), {}};
  routes.lists = {
      {"static_route_configs", "RoutesConfigDump.StaticRouteConfig",
       entries_of(config.routes, false, "route_config", wanted)},
      {"dynamic_route_configs", "RoutesConfigDump.DynamicRouteConfig",
       with_errors(entries_of(config.routes, true, "route_config", wanted), config.failed_routes,
                   wanted)},
  };
  result.push_back(std::move(routes));

  DumpSection secrets{"SecretsConfigDump", Value(Value::Object{}), {}};
  secrets.lists = {
      {"static_secrets", "SecretsConfigDump.StaticSecret", secrets_of(config, false, wanted)},
      {"dynamic_active_secrets", "SecretsConfigDump.DynamicSecret",
       secrets_of(config, true, wanted)},
      {"dynamic_warming_secrets", "SecretsConfigDump.DynamicSecret",
       warming_secrets(config, wanted)},
  };
  result.push_back(std::move(secrets));
  return result;
}

Value typed(const std::string& type) {
  Value value;
  value.set("@type", std::string(kAdminType) + type);
  return value;
}

Value::Array whole_sections(std::vector<DumpSection> sections, const std::string& mask) {
  Value::Array configs;
  for (DumpSection& section : sections) {
    Value config = typed(section.type);
    for (Member& member : section.head.object()) config.set(member.key, std::move(member.value));
    for (DumpList& list : section.lists) {
      if (!list.elements.empty()) config.set(list.field, std::move(list.elements));
    }
    if (!mask.empty()) config = apply_field_mask(config, mask);
    // A mask that names nothing of a section leaves it out.
    if (mask.empty() || config.object().size() > 1) configs.push_back(std::move(config));
  }
  return configs;
}

/// The elements of one list, each with its own type; nothing when no list is called so.
std::optional<Value::Array> elements_of(std::vector<DumpSection> sections,
                                        const std::string& resource, const std::string& mask) {
  for (DumpSection& section : sections) {
    if (section.type == "BootstrapConfigDump" && resource == "bootstrap") {
      return whole_sections({std::move(section)}, mask);
    }
    for (DumpList& list : section.lists) {
      if (list.field != resource) continue;
      Value::Array elements;
      for (Value& element : list.elements) {
        Value config = typed(list.element_type);
        for (Member& member : element.object()) config.set(member.key, std::move(member.value));
        elements.push_back(mask.empty() ? std::move(config) : apply_field_mask(config, mask));
      }
      return elements;
    }
  }
  return {};
}

std::string parameter(const AdminParameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

}  // namespace

AdminResponse answer_config_dump(const AdminParameters& parameters, AdminSource& source) {
  NameFilter wanted = [](const std::string&) { return true; };
  const std::string pattern = parameter(parameters, "name_regex");
  if (!pattern.empty()) {
    auto regex = Regex::compile(pattern);
    if (!regex) return plain_answer("Error while parsing name_regex from " + pattern, 400);
    wanted = [regex = *regex](const std::string& name) { return regex.matches(name); };
  }
  const std::string resource = parameter(parameters, "resource");
  const std::string mask = parameter(parameters, "mask");
  const bool with_endpoints =
      parameters.contains("include_eds") || resource.find("endpoint_configs") != std::string::npos;
  std::vector<DumpSection> sections = sections_of(source.config(), with_endpoints, wanted);
  Value result(Value::Object{});
  if (resource.empty()) {
    result.set("configs", whole_sections(std::move(sections), mask));
    return json_answer(result);
  }
  auto elements = elements_of(std::move(sections), resource, mask);
  if (!elements) {
    AdminResponse response = plain_answer(resource + " not found in config dump", 404);
    response.content_type = "text/plain";
    return response;
  }
  if (!elements->empty()) result.set("configs", *std::move(elements));
  return json_answer(result);
}

}  // namespace lab::proxy
