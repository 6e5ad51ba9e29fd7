#include "proxy/observe/operators.h"

namespace lab::proxy {
namespace {

using Where = std::function<std::optional<IpPort>(const StreamInfo&)>;

/// "10.0.0.1:80", or "10.0.0.1" when the port is left out.
Operator address(std::string_view name, Where where) {
  return plain(name, [where](const StreamInfo& info) -> Value {
    const auto found = where(info);
    return found ? Value(found->text()) : Value();
  });
}

/// A parameter "PREFIX_BITS" masks the address and appends the length.
Operator without_port(std::string_view name, Where where) {
  return {name, kOptional, [where](std::string_view) -> Result<Fact> {
            return [where](const StreamInfo& info) -> Value {
              const auto found = where(info);
              return found ? Value(found->ip.text()) : Value();
            };
          }};
}

Operator port(std::string_view name, Where where) {
  return plain(name, [where](const StreamInfo& info) -> Value {
    const auto found = where(info);
    return found ? number(found->port) : Value();
  });
}

std::optional<IpPort> local(const StreamInfo& info) {
  return info.connection->local;
}
std::optional<IpPort> direct_local(const StreamInfo& info) {
  return info.connection->direct_local;
}
std::optional<IpPort> remote(const StreamInfo& info) {
  return info.remote_address();
}
std::optional<IpPort> direct_remote(const StreamInfo& info) {
  return info.connection->direct_remote;
}
std::optional<IpPort> upstream_local(const StreamInfo& info) {
  return info.upstream.local;
}
std::optional<IpPort> upstream_remote(const StreamInfo& info) {
  return info.upstream.connected ? info.upstream.connected : info.upstream.host;
}
std::optional<IpPort> upstream_host(const StreamInfo& info) {
  return info.upstream.host;
}

Value host_name(const StreamInfo& info, bool with_port) {
  const std::string_view name = info.upstream.host_name;
  if (with_port) return text_or_null(name);
  const auto colon = name.rfind(':');
  return text_or_null(name.substr(0, colon));
}

}  // namespace

std::vector<Operator> address_operators() {
  return {
      address("UPSTREAM_HOST", upstream_host),
      plain("UPSTREAM_HOST_NAME", [](const StreamInfo& info) { return host_name(info, true); }),
      plain("UPSTREAM_HOST_NAME_WITHOUT_PORT",
            [](const StreamInfo& info) { return host_name(info, false); }),
      address("UPSTREAM_LOCAL_ADDRESS", upstream_local),
      without_port("UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", upstream_local),
      port("UPSTREAM_LOCAL_PORT", upstream_local),
      address("UPSTREAM_REMOTE_ADDRESS", upstream_remote),
      without_port("UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", upstream_remote),
      port("UPSTREAM_REMOTE_PORT", upstream_remote),
      address("DOWNSTREAM_LOCAL_ADDRESS", local),
      without_port("DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", local),
      port("DOWNSTREAM_LOCAL_PORT", local),
      address("DOWNSTREAM_DIRECT_LOCAL_ADDRESS", direct_local),
      without_port("DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT", direct_local),
      port("DOWNSTREAM_DIRECT_LOCAL_PORT", direct_local),
      address("DOWNSTREAM_REMOTE_ADDRESS", remote),
      without_port("DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", remote),
      port("DOWNSTREAM_REMOTE_PORT", remote),
      address("DOWNSTREAM_DIRECT_REMOTE_ADDRESS", direct_remote),
      without_port("DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", direct_remote),
      port("DOWNSTREAM_DIRECT_REMOTE_PORT", direct_remote),
  };
}

}  // namespace lab::proxy
