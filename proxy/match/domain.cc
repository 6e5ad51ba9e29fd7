#include "proxy/match/domain.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace lab::proxy {

Result<> DomainTable::add(std::string_view domain, std::size_t index) {
  const std::string name = to_lower(domain);
  const auto put = [&](Names& names, std::string_view key) -> Result<> {
    if (names.emplace(std::string(key), index).second) return {};
    return fail(
        Errc::config,
        "Only unique values for domains are permitted. Duplicate entry of domain " + name + ".");
  };
  if (name == "*") {
    if (any_) return fail(Errc::config, "Only a single wildcard domain is permitted.");
    any_ = index;
    return {};
  }
  const std::string_view text = name;
  if (text.starts_with('*')) return put(suffixes_[text.size() - 1], text.substr(1));
  if (text.ends_with('*')) return put(prefixes_[text.size() - 1], text.substr(0, text.size() - 1));
  return put(exact_, text);
}

std::optional<std::size_t> DomainTable::find(std::string_view host) const {
  if (exact_.empty() && suffixes_.empty() && prefixes_.empty()) return any_;
  std::string lower;
  std::string_view text = host;
  if (std::any_of(host.begin(), host.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    text = lower = to_lower(host);
  if (const auto found = exact_.find(text); found != exact_.end()) return found->second;
  // The wildcard stands for at least one character.
  for (const auto& [length, names] : suffixes_) {
    if (length >= text.size()) continue;
    const auto found = names.find(text.substr(text.size() - length));
    if (found != names.end()) return found->second;
  }
  for (const auto& [length, names] : prefixes_) {
    if (length >= text.size()) continue;
    const auto found = names.find(text.substr(0, length));
    if (found != names.end()) return found->second;
  }
  return any_;
}

std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos)
    return host;
  // A bare IPv6 address has no port.
  if (host.find(':') != colon && !host.starts_with('[')) return host;
  return host.substr(0, colon);
}

std::optional<std::uint16_t> port_of(std::string_view host) {
  const std::string_view name = without_port(host);
  if (name.size() == host.size()) return {};
  const std::string_view digits = host.substr(name.size() + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return {};
  return port;
}

}  // namespace lab::proxy
