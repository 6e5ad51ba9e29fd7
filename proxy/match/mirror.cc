#include "proxy/match/mirror.h"

#include "base/text.h"
#include "proxy/match/domain.h"
#include "proxy/match/route_match.h"

namespace lab::proxy {

MirrorPolicy MirrorPolicy::compile(const config::RequestMirrorPolicy& source) {
  MirrorPolicy result;
  result.config_ = source;
  result.config_.cluster_header = to_lower(source.cluster_header);
  return result;
}

std::optional<std::string> MirrorPolicy::cluster(const RequestHead& head,
                                                 std::uint64_t random) const {
  const auto& fraction = config_.runtime_fraction;
  if (fraction && !falls_into(fraction->default_value, random)) return {};
  if (!config_.cluster.empty()) return config_.cluster;
  const auto named = head.headers.get(config_.cluster_header);
  if (!named || named->empty()) return {};
  return std::string(*named);
}

std::string MirrorPolicy::authority(std::string_view original) const {
  if (!config_.host_rewrite_literal.empty()) return config_.host_rewrite_literal;
  if (config_.disable_shadow_host_suffix_append) return std::string(original);
  const std::string_view host = without_port(original);
  return std::string(host) + "-shadow" + std::string(original.substr(host.size()));
}

}  // namespace lab::proxy
