#include "mesh/config/validate.h"

namespace lab::config {
namespace {

constexpr std::int32_t kPortLimit = 65536;

bool valid_address(const std::optional<Address>& address, DecodeContext& context, Mark mark) {
  if (!address || !address->socket_address) return true;
  const SocketAddress& socket = *address->socket_address;
  if (socket.protocol == SocketAddress::Protocol::udp)
    return refuse(context, mark, "UDP listeners are not supported.");
  if (socket.named_port)
    return refuse(context, mark, "a listener needs a port_value; a named_port is for resolvers.");
  if (!socket.resolver_name.empty())
    return refuse(context, mark, "unknown address resolver \"" + socket.resolver_name + "\".");
  return true;
}

bool network_permission(const Permission& permission);
bool network_principal(const Principal& principal);

bool network_permissions(const std::vector<Permission>& all) {
  for (const Permission& each : all) {
    if (!network_permission(each)) return false;
  }
  return true;
}

bool network_principals(const std::vector<Principal>& all) {
  for (const Principal& each : all) {
    if (!network_principal(each)) return false;
  }
  return true;
}

/// Whether a network filter can judge it: it knows no HTTP.
bool network_permission(const Permission& permission) {
  if (permission.header) return false;
  if (permission.and_rules) return network_permissions(permission.and_rules->rules);
  if (permission.or_rules) return network_permissions(permission.or_rules->rules);
  return !permission.not_rule || network_permission(**permission.not_rule);
}

bool network_principal(const Principal& principal) {
  if (principal.header) return false;
  if (principal.and_ids) return network_principals(principal.and_ids->ids);
  if (principal.or_ids) return network_principals(principal.or_ids->ids);
  return !principal.not_id || network_principal(**principal.not_id);
}

bool network_rules(const std::optional<Rbac>& rules) {
  if (!rules) return true;
  for (const auto& [name, policy] : rules->policies) {
    if (!network_permissions(policy.permissions) || !network_principals(policy.principals))
      return false;
  }
  return true;
}

}  // namespace

bool valid_listener(const Listener& listener, DecodeContext& context, Mark mark) {
  if (listener.filter_chains.empty() && !listener.default_filter_chain)
    return refuse(context, mark, "a listener needs filter_chains. Add one.");
  bool good = valid_address(listener.address, context, mark);
  for (const AdditionalAddress& more : listener.additional_addresses)
    good = valid_address(more.address, context, mark) && good;
  return good;
}

bool valid_filter_chain(const FilterChain& chain, DecodeContext& context, Mark mark) {
  for (std::size_t i = 0; i < chain.filters.size(); ++i) {
    const Filter& filter = chain.filters[i];
    if (filter.typed_config.empty())
      return refuse(context, mark, "filter \"" + filter.name + "\" needs a typed_config. Add it.");
    const std::uint32_t roles = filter.typed_config.type()->roles();
    if ((roles & kNetworkFilter) == 0) {
      return refuse(context, mark,
                    "filter \"" + filter.name + "\": " + filter.typed_config.type()->name() +
                        " is not a network filter.");
    }
    const bool last = i + 1 == chain.filters.size();
    if (((roles & kTerminalNetworkFilter) != 0) == last) continue;
    return refuse(context, mark,
                  last ? "the last filter must be a terminal one (like tcp_proxy), and \"" +
                             filter.name + "\" is not."
                       : "the terminal filter \"" + filter.name + "\" must be the last one.");
  }
  return true;
}

bool valid_filter_chain_match(const FilterChainMatch& match, DecodeContext& context, Mark mark) {
  if (match.address_suffix.empty() && !match.suffix_len) return true;
  return refuse(context, mark, "address_suffix and suffix_len are not implemented.");
}

bool valid_listener_filter(const ListenerFilter& filter, DecodeContext& context, Mark mark) {
  if (!filter.typed_config.empty() && (filter.typed_config.type()->roles() & kListenerFilter) != 0)
    return true;
  return refuse(context, mark,
                "\"" + filter.name + "\" needs the typed_config of a listener filter.");
}

bool valid_tcp_proxy(const TcpProxy& proxy, DecodeContext& context, Mark mark) {
  const bool old = proxy.access_log_flush_interval || proxy.flush_access_log_on_connected;
  if (old && proxy.access_log_options) {
    return refuse(context, mark,
                  "access_log_options replaces access_log_flush_interval and "
                  "flush_access_log_on_connected. Remove those.");
  }
  if (proxy.upstream_connect_mode == UpstreamConnectMode::on_downstream_data &&
      !proxy.max_early_data_bytes)
    return refuse(context, mark,
                  "upstream_connect_mode ON_DOWNSTREAM_DATA needs max_early_data_bytes.");
  return true;
}

bool valid_network_rbac(const NetworkRbac& rbac, DecodeContext& context, Mark mark) {
  if (network_rules(rbac.rules) && network_rules(rbac.shadow_rules)) return true;
  return refuse(context, mark, "a network filter can't judge by header. Use the HTTP filter.");
}

bool valid_port_range(const Int32Range& range, DecodeContext& context, Mark mark) {
  if (range.start >= 0 && range.start < range.end && range.end <= kPortLimit) return true;
  return refuse(context, mark, "a range of ports has a start below its end, both up to 65536.");
}

}  // namespace lab::config
