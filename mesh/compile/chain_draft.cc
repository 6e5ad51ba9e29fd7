#include <algorithm>
#include <set>

#include "mesh/compile/listeners.h"
#include "mesh/compile/origins.h"

namespace lab::compile {
namespace {

std::set<std::string> without_star(const std::vector<std::string>& names) {
  std::set<std::string> kept(names.begin(), names.end());
  kept.erase("*");
  return kept;
}

config::CidrRange cidr(const std::string& text) {
  config::CidrRange range;
  const std::size_t slash = text.find('/');
  range.address_prefix = text.substr(0, slash);
  const bool is_v6 = text.find(':') != std::string::npos;
  range.prefix_len = slash == std::string::npos
                         ? (is_v6 ? 128u : 32u)
                         : static_cast<std::uint32_t>(std::stoul(text.substr(slash + 1)));
  return range;
}

}  // namespace

bool ChainDraft::takes_everything() const {
  const bool any_name = server_names.empty() || std::find(server_names.begin(), server_names.end(),
                                                          "*") != server_names.end();
  return any_name && destination_ranges.empty() && application_protocols.empty() &&
         transport_protocol.empty();
}

bool ChainDraft::conflicts_with(const ChainDraft& other) const {
  return transport_protocol == other.transport_protocol &&
         application_protocols == other.application_protocols &&
         without_star(server_names) == without_star(other.server_names) &&
         without_star(destination_ranges) == without_star(other.destination_ranges);
}

std::optional<config::FilterChainMatch> ChainDraft::match() const {
  if (takes_everything()) return {};
  config::FilterChainMatch match;
  match.transport_protocol = transport_protocol;
  match.application_protocols = application_protocols;
  if (std::find(server_names.begin(), server_names.end(), "*") == server_names.end()) {
    match.server_names = server_names;
    std::sort(match.server_names.begin(), match.server_names.end());
  }
  std::vector<std::string> ranges = destination_ranges;
  std::sort(ranges.begin(), ranges.end());
  for (const std::string& range : ranges) {
    if (range.rfind("0.0.0.0", 0) != 0) match.prefix_ranges.push_back(cidr(range));
  }
  return match;
}

config::FilterChain finish_chain(ChainDraft draft, const Profile& profile) {
  config::FilterChain chain;
  chain.filter_chain_match = draft.match();
  chain.filters = std::move(draft.filters);
  chain.transport_socket = std::move(draft.transport_socket);
  chain.name = std::move(draft.name);
  chain.metadata = origins(draft.sources);
  if (profile.connect_deadline) chain.transport_socket_connect_timeout = std::chrono::seconds(15);
  return chain;
}

config::ListenerFilter tls_inspector() {
  config::TlsInspector inspector;
  inspector.initial_read_buffer_size = 512;
  config::ListenerFilter filter;
  filter.name = "envoy.filters.listener.tls_inspector";
  filter.typed_config = config::Any::of(std::move(inspector));
  return filter;
}

config::ListenerFilter http_inspector() {
  config::ListenerFilter filter;
  filter.name = "envoy.filters.listener.http_inspector";
  filter.typed_config = config::Any::of(config::HttpInspector{});
  return filter;
}

config::ListenerFilter original_destination() {
  config::ListenerFilter filter;
  filter.name = "envoy.filters.listener.original_dst";
  filter.typed_config = config::Any::of(config::OriginalDst{});
  return filter;
}

}  // namespace lab::compile
