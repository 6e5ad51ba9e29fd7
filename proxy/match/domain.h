#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace lab::proxy {

/// Finds one of several things by host name. The order of search is Envoy's: an exact domain, then
/// the longest
/// "*SUFFIX", then the longest "PREFIX*", then "*". Hosts and domains are compared without case.
/// Source: envoy.config.route.v3.VirtualHost.domains.
class DomainTable {
 public:
  /// Fails with Errc::config when the domain is there already or "*" stands in its middle.
  Result<> add(std::string_view domain, std::size_t index);
  std::optional<std::size_t> find(std::string_view host) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Names = std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>;
  // By length of the fixed part, longest first.
  using ByLength = std::map<std::size_t, Names, std::greater<>>;
  Names exact_;
  ByLength suffixes_, prefixes_;
  std::optional<std::size_t> any_;
};

/// The host without ":PORT" (brackets of IPv6 stay).
std::string_view without_port(std::string_view host);
/// The number after ':', if there is one.
std::optional<std::uint16_t> port_of(std::string_view host);

}  // namespace lab::proxy
