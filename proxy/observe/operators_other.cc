#include <unistd.h>

#include <cstdlib>

#include "proxy/observe/operators.h"

namespace lab::proxy {

std::pair<std::string_view, std::string_view> split_once(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

Value metadata_at(const Value* root, std::string_view path) {
  while (root != nullptr && !path.empty()) {
    const auto [step, rest] = split_once(path, ':');
    root = root->find(step);
    path = rest;
  }
  return root == nullptr ? Value() : *root;
}

Value metadata_at(const config::Metadata* metadata, std::string_view path) {
  if (metadata == nullptr) return {};
  const auto [name, rest] = split_once(path, ':');
  const auto found = metadata->filter_metadata.find(std::string(name));
  if (found == metadata->filter_metadata.end()) return {};
  return metadata_at(&found->second, rest);
}

namespace {

using ReadMetadata = Value (*)(const StreamInfo&, std::string_view path);

Value dynamic_metadata(const StreamInfo& info, std::string_view path) {
  return metadata_at(&info.dynamic_metadata, path);
}
Value cluster_metadata(const StreamInfo& info, std::string_view path) {
  return metadata_at(info.upstream.cluster_metadata, path);
}
Value upstream_metadata(const StreamInfo& info, std::string_view path) {
  return metadata_at(info.upstream.endpoint_metadata, path);
}
Value route_metadata(const StreamInfo& info, std::string_view path) {
  return metadata_at(info.route_metadata, path);
}

Fact metadata_fact(ReadMetadata read, std::string_view path) {
  return [read, path = std::string(path)](const StreamInfo& info) { return read(info, path); };
}

Operator metadata(std::string_view name, OperatorSyntax syntax, ReadMetadata read) {
  return {name, syntax,
          [read](std::string_view path) -> Result<Fact> { return metadata_fact(read, path); }};
}

/// %METADATA(KIND:NAMESPACE:KEY)%.
Result<Fact> make_metadata(std::string_view parameters) {
  const auto [kind, path] = split_once(parameters, ':');
  if (kind == "DYNAMIC") return metadata_fact(dynamic_metadata, path);
  if (kind == "CLUSTER") return metadata_fact(cluster_metadata, path);
  if (kind == "UPSTREAM_HOST") return metadata_fact(upstream_metadata, path);
  if (kind == "ROUTE") return metadata_fact(route_metadata, path);
  return fail(Errc::config, std::string(kind) +
                                " is not supported type of metadata: use DYNAMIC, CLUSTER, "
                                "UPSTREAM_HOST or ROUTE.");
}

Result<Fact> make_filter_state(std::string_view parameters) {
  const auto [key, kind] = split_once(parameters, ':');
  const auto [form, field] = split_once(kind, ':');
  if (!form.empty() && form != "PLAIN" && form != "TYPED" && form != "FIELD") {
    return fail(Errc::config,
                "Invalid filter state serialize type, only support PLAIN/TYPED/FIELD.");
  }
  return [key = std::string(key)](const StreamInfo& info) -> Value {
    const auto found = info.filter_state.find(key);
    return found == info.filter_state.end() ? Value() : Value(found->second);
  };
}

Result<Fact> make_environment(std::string_view name) {
  // Read once: the environment of a process does not change.
  const char* value = std::getenv(std::string(name).c_str());
  return [text = value == nullptr ? Value() : Value(value)](const StreamInfo&) { return text; };
}

Value host_name_of_machine() {
  char buffer[256] = {};
  if (gethostname(buffer, sizeof(buffer) - 1) != 0) return {};
  return Value(std::string(buffer));
}

Result<Fact> make_server_name(std::string_view parameters) {
  const auto [choice, host] = split_once(parameters, ':');
  if (!choice.empty() && choice != "SNI_ONLY" && choice != "SNI_FIRST" && choice != "HOST_FIRST") {
    return fail(Errc::config, "Invalid REQUESTED_SERVER_NAME option: '" + std::string(choice) +
                                  "', only 'SNI_ONLY'/'SNI_FIRST'/'HOST_FIRST' are allowed.");
  }
  return [choice = std::string(choice)](const StreamInfo& info) -> Value {
    const Value sni = text_or_null(info.connection->requested_server_name);
    const Value host = info.request == nullptr ? Value() : text_or_null(info.request->authority);
    if (choice == "SNI_FIRST") return sni.is_null() ? host : sni;
    if (choice == "HOST_FIRST") return host.is_null() ? sni : host;
    return sni;
  };
}

template <class Text>
Operator name(std::string_view operator_name, Text StreamInfo::*member) {
  return plain(operator_name,
               [member](const StreamInfo& info) { return text_or_null(info.*member); });
}

/// Known to Envoy, and without a value in a proxy that has no such thing.
Operator never(std::string_view operator_name) {
  return plain(operator_name, [](const StreamInfo&) { return Value(); });
}

}  // namespace

std::vector<Operator> other_operators() {
  return {
      metadata("DYNAMIC_METADATA", kRequiredWithLength, dynamic_metadata),
      metadata("CLUSTER_METADATA", kRequired, cluster_metadata),
      metadata("UPSTREAM_METADATA", kRequired, upstream_metadata),
      {"METADATA", kRequired, make_metadata},
      {"FILTER_STATE", kRequiredWithLength, make_filter_state},
      {"UPSTREAM_FILTER_STATE", kRequiredWithLength, make_filter_state},
      {"ENVIRONMENT", kRequiredWithLength, make_environment},
      plain("HOSTNAME", [host = host_name_of_machine()](const StreamInfo&) { return host; }),
      {"REQUESTED_SERVER_NAME", kOptional, make_server_name},
      name("ROUTE_NAME", &StreamInfo::route),
      name("VIRTUAL_CLUSTER_NAME", &StreamInfo::virtual_cluster),
      plain("FILTER_CHAIN_NAME",
            [](const StreamInfo& info) { return text_or_null(info.connection->filter_chain); }),
      plain("LISTENER_NAME",
            [](const StreamInfo& info) { return text_or_null(info.connection->listener); }),
      plain("UPSTREAM_CLUSTER",
            [](const StreamInfo& info) { return text_or_null(info.upstream.cluster); }),
      plain("UPSTREAM_CLUSTER_RAW",
            [](const StreamInfo& info) { return text_or_null(info.upstream.cluster_raw); }),
      plain("UPSTREAM_REQUEST_ATTEMPT_COUNT",
            [](const StreamInfo& info) { return number(info.attempts); }),
      plain("UPSTREAM_CONNECTION_ID",
            [](const StreamInfo& info) {
              const auto id = info.upstream.connection_id;
              return id == 0 ? Value() : number(id);
            }),
      plain("CONNECTION_ID", [](const StreamInfo& info) { return number(info.connection->id); }),
      plain("ACCESS_LOG_TYPE",
            [](const StreamInfo& info) {
              return Value(info.protocol.empty() ? "TcpConnectionEnd" : "DownstreamEnd");
            }),
      never("CUSTOM_FLAGS"),
      never("TRACE_ID"),
      never("SPAN_ID"),
      never("TLS_JA3_FINGERPRINT"),
      never("TLS_JA4_FINGERPRINT"),
  };
}

}  // namespace lab::proxy
