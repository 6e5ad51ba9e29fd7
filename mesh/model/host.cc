#include "mesh/model/host.h"

namespace lab::model {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

bool is_wildcard(std::string_view host) {
  return !host.empty() && host.front() == '*';
}

bool host_within(std::string_view inner, std::string_view outer) {
  if (!is_wildcard(outer)) return inner == outer;
  const std::string_view outer_end = outer.substr(1);
  const std::string_view inner_end = is_wildcard(inner) ? inner.substr(1) : inner;
  return ends_with(inner_end, outer_end);
}

bool hosts_overlap(std::string_view a, std::string_view b) {
  return host_within(a, b) || host_within(b, a);
}

std::string full_host(std::string_view host, std::string_view name_space, std::string_view domain) {
  if (host.find('.') != std::string_view::npos || host.empty() || is_wildcard(host))
    return std::string(host);
  return std::string(host) + "." + std::string(name_space) + ".svc." + std::string(domain);
}

bool more_specific(std::string_view a, std::string_view b) {
  const bool wild_a = is_wildcard(a), wild_b = is_wildcard(b);
  if (wild_a != wild_b) return wild_b;
  if (a.size() != b.size()) return a.size() > b.size();
  return a < b;
}

int most_specific_match(std::string_view host, const std::vector<std::string>& patterns) {
  int best = -1;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (!host_within(host, patterns[i])) continue;
    if (best < 0 || more_specific(patterns[i], patterns[static_cast<std::size_t>(best)]))
      best = static_cast<int>(i);
  }
  return best;
}

}  // namespace lab::model
