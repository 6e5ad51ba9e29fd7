#include "mesh/config/validate.h"

namespace lab::config {

bool refuse(DecodeContext& context, Mark mark, const std::string& message) {
  context.error(mark, message);
  return false;
}

bool valid_header_option(const HeaderValueOption& option, DecodeContext& context, Mark mark) {
  using Action = HeaderValueOption::HeaderAppendAction;
  if (!option.append || option.append_action == Action::append_if_exists_or_add) return true;
  return refuse(context, mark, "both append and append_action are set. Remove append.");
}

bool valid_transport_socket(const TransportSocket& socket, DecodeContext& context, Mark mark) {
  if (!socket.typed_config.empty()) return true;
  return refuse(context, mark, "a transport socket needs a typed_config. Add it.");
}

bool valid_string_matcher(const StringMatcher& matcher, DecodeContext& context, Mark mark) {
  if (!matcher.ignore_case || !matcher.safe_regex) return true;
  return refuse(context, mark,
                "ignore_case has no effect for safe_regex. Begin the expression with (?i).");
}

bool valid_path_source(const PathConfigSource& source, DecodeContext& context, Mark mark) {
  if (!source.watched_directory) return true;
  std::string watched = source.watched_directory->path;
  while (watched.size() > 1 && watched.back() == '/') watched.pop_back();
  if (watched == source.path.substr(0, source.path.rfind('/'))) return true;
  return refuse(context, mark,
                "watched_directory must be the folder of path: a file is watched there.");
}

namespace {

bool is_ipv6(const SocketAddress& address) {
  return address.address.find(':') != std::string::npos;
}

}  // namespace

bool valid_bind_config(const BindConfig& config, DecodeContext& context, Mark mark) {
  const std::size_t extra = config.extra_source_addresses.size();
  const std::size_t additional = config.additional_source_addresses.size();
  if (extra > 0 && additional > 0) {
    return refuse(context, mark,
                  "extra_source_addresses and additional_source_addresses are alternatives. Remove "
                  "one.");
  }
  if (extra + additional > 1)
    return refuse(context, mark, "only one extra source address is supported.");
  if (extra + additional == 0) return true;
  if (!config.source_address)
    return refuse(context, mark, "an extra source address needs a source_address.");
  const SocketAddress& other = extra > 0 ? config.extra_source_addresses.front().address
                                         : config.additional_source_addresses.front();
  if (is_ipv6(*config.source_address) != is_ipv6(other)) return true;
  return refuse(context, mark,
                "the source addresses are of the same IP version; there can be one of each.");
}

}  // namespace lab::config
