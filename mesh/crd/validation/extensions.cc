#include "mesh/crd/validation/extensions.h"

#include <set>

#include "base/text.h"
#include "mesh/crd/validation/cel.h"
#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"

namespace lab::crd {
namespace {

const Value kNothing;

const Value& member(const Value& object, std::string_view name) {
  const Value* found = object.find(name);
  return found == nullptr ? kNothing : *found;
}

std::string text(const Value& object, std::string_view name) {
  const Value& value = member(object, name);
  return value.is_string() ? value.string() : "";
}

const Value::Array& list(const Value& object, std::string_view name) {
  static const Value::Array kEmpty;
  const Value& value = member(object, name);
  return value.is_array() ? value.array() : kEmpty;
}

std::map<std::string, Value> entries(const Value& object, std::string_view name) {
  std::map<std::string, Value> result;
  const Value& value = member(object, name);
  if (!value.is_object()) return result;
  for (const Member& entry : value.object()) result[entry.key] = entry.value;
  return result;
}

/// selector, targetRef and targetRefs, as all policies have them.
void check_attachment(Checker& checker, const Value& spec) {
  struct Attachment {
    std::optional<LabelSelector> selector;
    std::optional<TargetReference> target;
    std::vector<TargetReference> targets;
  } attachment;
  Diagnostics ignored;  // The schema has reported what does not decode.
  const auto read = [&](const char* name, auto& target) {
    const Value& value = member(spec, name);
    if (!value.is_null()) decode(value, "", ignored, target);
  };
  read("selector", attachment.selector);
  read("targetRef", attachment.target);
  read("targetRefs", attachment.targets);
  check_targets(checker, attachment.selector, attachment.target, attachment.targets);
}

void check_providers(Checker& checker, const Value& owner) {
  checker.each("providers", list(owner, "providers"), [&](const Value& provider) {
    if (text(provider, "name").empty()) checker.error("name", "a provider needs a name.");
  });
}

void check_custom_tag(Checker& checker, const std::string& name, const Value& tag) {
  if (name.empty()) checker.error("a tag needs a name.");
  for (const auto& [type, field] :
       {std::pair{"literal", "value"}, {"header", "name"}, {"environment", "name"}}) {
    const Value& source = member(tag, type);
    if (source.is_object() && text(source, field).empty())
      checker.error(type, std::string("its ") + field + " must not be empty.");
  }
}

void check_metric_override(Checker& checker, const Value& change) {
  checker.each_entry("tagOverrides", entries(change, "tagOverrides"),
                     [&](const std::string&, const Value& tag) {
                       const std::string operation = text(tag, "operation");
                       const bool has_value = !text(tag, "value").empty();
                       if (operation == "REMOVE" && has_value)
                         checker.error("value", "has no use with operation REMOVE.");
                       if (operation != "REMOVE" && !has_value)
                         checker.error("value", "is required with operation UPSERT.");
                     });
  const Value& match = member(change, "match");
  if (match.find("customMetric") != nullptr && text(match, "customMetric").empty()) {
    checker.error("match", "customMetric must not be empty.");
  }
}

/// Only the file's own errors are refused; what a plugin says, only the proxy knows.
void check_wasm_url(Checker& checker, const std::string& url) {
  static const std::set<std::string> kSchemes = {"", "file", "http", "https", "oci"};
  if (url.empty()) return checker.error("url", "is required.");
  auto scheme = absolute_url_scheme(url);
  if (!scheme) scheme = absolute_url_scheme("http://" + url);
  if (!scheme) return checker.error("url", "\"" + url + "\" is no URL.");
  if (kSchemes.count(*scheme) == 0)
    checker.error("url", "the scheme must be file, http, https or oci.");
}

void check_wasm(Checker& checker, const Value& plugin) {
  check_wasm_url(checker, text(plugin, "url"));
  const std::string hash = text(plugin, "sha256");
  if (!hash.empty() &&
      (hash.size() != 64 || hash.find_first_not_of("0123456789abcdef") != std::string::npos)) {
    checker.error("sha256", "must be 64 of 0-9 and a-f.");
  }
  if (text(plugin, "imagePullSecret").size() > 253)
    checker.error("imagePullSecret", "is longer than 253 characters.");
  if (text(plugin, "pluginName").size() > 256)
    checker.error("pluginName", "is longer than 256 characters.");
  const Checker::Step step(checker, "vmConfig");
  std::set<std::string> names;
  checker.each("env", list(member(plugin, "vmConfig"), "env"), [&](const Value& variable) {
    const std::string name = text(variable, "name");
    if (name.empty() || name.size() > 256) checker.error("name", "must have 1 to 256 characters.");
    if (!names.insert(name).second) checker.error("name", "\"" + name + "\" is there twice.");
    if (text(variable, "valueFrom") == "HOST" && !text(variable, "value").empty()) {
      checker.error("value", "has no use with valueFrom HOST.");
    }
  });
}

void check_matched_ports(Checker& checker, const Value& spec) {
  checker.each("match", list(spec, "match"), [&](const Value& match) {
    checker.each("ports", list(match, "ports"), [&](const Value& port) {
      const Value& number = member(port, "number");
      if (number.is_integer())
        checker.expect("number", port_problem(static_cast<std::uint64_t>(number.integer())));
    });
  });
}

void check_probe(Checker& checker, const Value& probe) {
  bool has_method = false;
  for (const char* method : {"httpGet", "tcpSocket", "exec"})
    has_method = has_method || probe.find(method) != nullptr;
  if (!has_method) return checker.error("a probe needs one of httpGet, tcpSocket and exec.");
  for (const char* method : {"httpGet", "tcpSocket"}) {
    const Value& check = member(probe, method);
    if (!check.is_object()) continue;
    const Checker::Step step(checker, method);
    const Value& port = member(check, "port");
    // What the schema lets through fits.
    checker.expect("port", port_problem(port.is_number() && port.number() >= 0
                                            ? static_cast<std::uint64_t>(port.number())
                                            : 0));
  }
  const Value& http = member(probe, "httpGet");
  const std::string scheme = text(http, "scheme");
  if (!scheme.empty() && scheme != "HTTP" && scheme != "HTTPS")
    checker.error("httpGet", "its scheme must be HTTP or HTTPS.");
  for (const Value& header : list(http, "httpHeaders")) {
    checker.expect("httpGet", header_name_problem(text(header, "name"), kProbeMarks));
  }
  const Value& exec = member(probe, "exec");
  if (exec.is_object() && list(exec, "command").empty()) checker.error("exec", "needs a command.");
}

}  // namespace

void check_proxy_config(Checker& checker, const Value& spec) {
  const Value& concurrency = member(spec, "concurrency");
  if (concurrency.is_integer() && concurrency.integer() < 0)
    checker.error("concurrency", "must not be negative.");
  check_attachment(checker, spec);
}

void check_telemetry(Checker& checker, const Value& spec) {
  check_attachment(checker, spec);
  checker.each("metrics", list(spec, "metrics"), [&](const Value& metrics) {
    check_providers(checker, metrics);
    checker.each("overrides", list(metrics, "overrides"),
                 [&](const Value& change) { check_metric_override(checker, change); });
  });
  checker.each("tracing", list(spec, "tracing"), [&](const Value& tracing) {
    check_providers(checker, tracing);
    checker.each_entry(
        "customTags", entries(tracing, "customTags"),
        [&](const std::string& name, const Value& tag) { check_custom_tag(checker, name, tag); });
  });
  checker.each("accessLogging", list(spec, "accessLogging"), [&](const Value& logging) {
    check_providers(checker, logging);
    const Value& filter = member(logging, "filter");
    if (filter.is_object() && !cel::is_syntax(text(filter, "expression")))
      checker.error("filter", "its expression must be CEL.");
  });
}

void check_wasm_plugin(Checker& checker, const Value& spec) {
  check_attachment(checker, spec);
  check_wasm(checker, spec);
  check_matched_ports(checker, spec);
}

void check_traffic_extension(Checker& checker, const Value& spec) {
  check_attachment(checker, spec);
  const Value& wasm = member(spec, "wasm");
  const Value& lua = member(spec, "lua");
  if (wasm.is_object() == lua.is_object())
    checker.error("exactly one of wasm and lua must be set.");
  if (wasm.is_object()) {
    const Checker::Step step(checker, "wasm");
    check_wasm(checker, wasm);
  }
  if (lua.is_object() && text(lua, "inlineCode").empty()) checker.error("lua", "needs inlineCode.");
  if (text(lua, "inlineCode").size() > 65536)
    checker.error("lua", "inlineCode must not be longer than 64 KiB.");
  check_matched_ports(checker, spec);
}

void check_workload_group(Checker& checker, const Value& spec) {
  if (!member(spec, "template").is_object())
    return checker.error("the field \"template\" is required.");
  Labels labels;
  for (const auto& [key, value] : entries(member(spec, "metadata"), "labels")) {
    if (value.is_string()) labels[key] = value.string();
  }
  checker.expect("metadata", labels_problem(labels));
  const Value& probe = member(spec, "probe");
  if (!probe.is_object()) return;
  const Checker::Step step(checker, "probe");
  check_probe(checker, probe);
}

}  // namespace lab::crd
