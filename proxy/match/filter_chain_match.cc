#include "proxy/match/filter_chain_match.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace lab::proxy {

/// One criterion's values, each with what decides next; the last criterion's values lead to chains.
struct FilterChainMatcher::Level {
  struct Range {
    std::optional<CidrRange> range;  ///< Nothing: any address.
    std::unique_ptr<Level> next;
  };
  std::map<std::string, std::unique_ptr<Level>> by_text;
  std::vector<Range> by_range;
  std::optional<std::size_t> chain;

  Level& text_child(const std::string& key) {
    auto& child = by_text[key];
    if (!child) child = std::make_unique<Level>();
    return *child;
  }
  Level& range_child(const std::optional<CidrRange>& range);
  const Level* find_text(const std::string& key) const {
    const auto found = by_text.find(key);
    return found == by_text.end() ? nullptr : found->second.get();
  }
  const Level* find_range(const IpAddress& ip) const {
    for (const Range& entry : by_range) {
      if (!entry.range || entry.range->contains(ip)) return entry.next.get();
    }
    return nullptr;
  }
};

namespace {

bool same_range(const std::optional<CidrRange>& a, const std::optional<CidrRange>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || (a->prefix_bits == b->prefix_bits && a->contains(b->address) &&
                a->address.is_v4() == b->address.is_v4());
}

/// Longer prefixes are asked first, "any" last.
int specificity(const std::optional<CidrRange>& range) {
  return range ? range->prefix_bits : -1;
}

Result<std::vector<std::optional<CidrRange>>> ranges_of(
    const std::vector<config::CidrRange>& source) {
  std::vector<std::optional<CidrRange>> result;
  for (const auto& entry : source) {
    const auto range = CidrRange::make(entry.address_prefix, entry.prefix_len.value_or(0));
    if (!range) {
      return fail(Errc::config,
                  "\"" + entry.address_prefix +
                      "\" is not an IP address: write an address "
                      "like 10.0.0.0 in address_prefix and its length in prefix_len.");
    }
    result.emplace_back(*range);
  }
  if (result.empty()) result.emplace_back();
  return result;
}

std::vector<std::string> or_any(std::vector<std::string> values) {
  if (values.empty()) values.emplace_back();
  return values;
}

/// "*.example.com" is kept as ".example.com": the part that a name must end with.
Result<std::vector<std::string>> server_names_of(const config::FilterChainMatch& match) {
  std::vector<std::string> result;
  for (const std::string& name : match.server_names) {
    std::string lower = to_lower(name);
    if (lower.find('*') == std::string::npos) {
      result.push_back(std::move(lower));
    } else if (lower.starts_with("*.") && lower.find('*', 1) == std::string::npos) {
      result.push_back(lower.substr(1));
    } else {
      return fail(Errc::config, "partial wildcards are not supported in server_names (\"" + name +
                                    "\"): write a whole name or \"*.suffix\".");
    }
  }
  return or_any(std::move(result));
}

std::vector<std::string> ports_of(const std::vector<std::uint32_t>& ports) {
  std::vector<std::string> result;
  for (const std::uint32_t port : ports) result.push_back(std::to_string(port));
  return or_any(std::move(result));
}

std::string source_type_text(config::FilterChainMatch::ConnectionSourceType type) {
  using Type = config::FilterChainMatch::ConnectionSourceType;
  if (type == Type::any) return "";
  return type == Type::external ? "external" : "local";
}

/// The values of each criterion of one chain, in order of precedence; a list is either of texts or
/// of ranges.
struct Criterion {
  std::vector<std::string> texts;
  std::vector<std::optional<CidrRange>> ranges;
};

Result<std::vector<Criterion>> criteria_of(const config::FilterChainMatch& match) {
  const std::string port = match.destination_port ? std::to_string(*match.destination_port) : "";
  std::vector<Criterion> result;
  result.push_back({{port}, {}});
  result.push_back({{}, TRY(ranges_of(match.prefix_ranges))});
  result.push_back({TRY(server_names_of(match)), {}});
  result.push_back({{match.transport_protocol}, {}});
  result.push_back({or_any(match.application_protocols), {}});
  result.push_back({{}, TRY(ranges_of(match.direct_source_prefix_ranges))});
  result.push_back({{source_type_text(match.source_type)}, {}});
  result.push_back({{}, TRY(ranges_of(match.source_prefix_ranges))});
  result.push_back({ports_of(match.source_ports), {}});
  return result;
}

}  // namespace

FilterChainMatcher::Level& FilterChainMatcher::Level::range_child(
    const std::optional<CidrRange>& range) {
  for (Range& entry : by_range) {
    if (same_range(entry.range, range)) return *entry.next;
  }
  const auto at = std::find_if(by_range.begin(), by_range.end(), [&](const Range& entry) {
    return specificity(entry.range) < specificity(range);
  });
  return *by_range.insert(at, Range{range, std::make_unique<Level>()})->next;
}

Result<FilterChainMatcher> FilterChainMatcher::compile(
    const std::vector<config::FilterChain>& chains) {
  auto root = std::make_shared<Level>();
  // Every combination of a chain's values leads to it.
  struct Inserter {
    static bool insert(Level& level, const std::vector<Criterion>& criteria, std::size_t at,
                       std::size_t chain) {
      if (at == criteria.size()) {
        if (level.chain) return false;
        level.chain = chain;
        return true;
      }
      bool good = true;
      for (const std::string& text : criteria[at].texts) {
        good = insert(level.text_child(text), criteria, at + 1, chain) && good;
      }
      for (const auto& range : criteria[at].ranges) {
        good = insert(level.range_child(range), criteria, at + 1, chain) && good;
      }
      return good;
    }
  };
  for (std::size_t i = 0; i < chains.size(); ++i) {
    const config::FilterChain& chain = chains[i];
    const auto match = chain.filter_chain_match.value_or(config::FilterChainMatch{});
    if (Inserter::insert(*root, TRY(criteria_of(match)), 0, i)) continue;
    return fail(Errc::config,
                "filter chain '" + chain.name +
                    "' has the same matching rules as an earlier one. Remove one of them or make "
                    "their filter_chain_match differ.");
  }
  FilterChainMatcher table;
  table.root_ = std::move(root);
  return table;
}

std::optional<std::size_t> FilterChainMatcher::find(const ConnectionInfo& connection) const {
  const auto text_or_any = [](const Level& level, const std::string& key) {
    const Level* found = key.empty() ? nullptr : level.find_text(key);
    return found != nullptr ? found : level.find_text("");
  };
  const Level* level = text_or_any(*root_, std::to_string(connection.local.port));
  if (level != nullptr) level = level->find_range(connection.local.ip);
  if (level == nullptr) return {};

  const std::string name = to_lower(connection.requested_server_name);
  const Level* named = name.empty() ? nullptr : level->find_text(name);
  for (std::size_t dot = name.find('.', 1); named == nullptr && dot != std::string::npos;
       dot = name.find('.', dot + 1)) {
    named = level->find_text(name.substr(dot));
  }
  level = named != nullptr ? named : level->find_text("");
  if (level == nullptr) return {};

  const std::string& transport = connection.transport_protocol;
  level = text_or_any(*level, transport.empty() ? "raw_buffer" : transport);
  if (level == nullptr) return {};

  const Level* protocol = nullptr;
  for (const std::string& offered : connection.application_protocols) {
    if (protocol == nullptr && !offered.empty()) protocol = level->find_text(offered);
  }
  level = protocol != nullptr ? protocol : level->find_text("");
  if (level != nullptr) level = level->find_range(connection.direct_remote.ip);
  if (level == nullptr) return {};

  const IpAddress& remote = connection.remote.ip;
  const bool local = remote.is_loopback() || remote == connection.local.ip;
  level = text_or_any(*level, local ? "local" : "external");
  if (level != nullptr) level = level->find_range(remote);
  if (level != nullptr) level = text_or_any(*level, std::to_string(connection.remote.port));
  return level != nullptr && level->chain ? level->chain : std::nullopt;
}

bool listener_filter_disabled(const config::ListenerFilterChainMatchPredicate& predicate,
                              std::uint16_t destination_port) {
  const auto holds = [destination_port](const config::ListenerFilterChainMatchPredicate& rule) {
    return listener_filter_disabled(rule, destination_port);
  };
  if (predicate.or_match) {
    const auto& rules = predicate.or_match->rules;
    return std::any_of(rules.begin(), rules.end(), holds);
  }
  if (predicate.and_match) {
    const auto& rules = predicate.and_match->rules;
    return std::all_of(rules.begin(), rules.end(), holds);
  }
  if (predicate.not_match) return !holds(**predicate.not_match);
  if (predicate.destination_port_range) {
    const auto& range = *predicate.destination_port_range;
    return destination_port >= range.start && destination_port < range.end;
  }
  return predicate.any_match.value_or(false);
}

}  // namespace lab::proxy
