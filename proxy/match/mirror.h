#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/config/route.h"
#include "proxy/http/message.h"

namespace lab::proxy {

/// One compiled RequestMirrorPolicy. Source: envoy.config.route.v3.RouteAction.RequestMirrorPolicy.
class MirrorPolicy {
 public:
  static MirrorPolicy compile(const config::RequestMirrorPolicy& source);
  /// The cluster that gets a copy of this request; nothing when this request is not mirrored.
  std::optional<std::string> cluster(const RequestHead& head, std::uint64_t random) const;
  /// The authority of the copy: "-shadow" is put behind the host, before a port.
  std::string authority(std::string_view original) const;

 private:
  config::RequestMirrorPolicy config_;
};

}  // namespace lab::proxy
