#include <algorithm>

#include "base/json.h"
#include "mesh/crd/lint/index.h"

// What one VirtualService says about itself.

namespace lab::crd {
namespace {

/// The match as text, without what has no part in matching.
template <class Match>
std::string identity(Match match) {
  if constexpr (std::is_same_v<Match, HttpMatch>) match.name.clear();
  return write_json(encode(match));
}

std::string route_name(std::size_t index) {
  return "route " + std::to_string(index + 1);
}

/// Routes that an earlier one leaves nothing to.
template <class Route>
void lint_reach(const VirtualService& object, const std::vector<Route>& routes,
                LintReport& report) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (i > 0 && routes[i - 1].match.empty()) {
      report.add("LAB0201", object, routes[i].origin,
                 route_name(i) + " is never reached: " + route_name(i - 1) +
                     " has no match and takes everything. Move that to the end.");
      return;
    }
    for (const auto& match : routes[i].match) {
      const auto [found, fresh] = seen.emplace(identity(match), i);
      if (fresh) continue;
      report.add("LAB0202", object, match.origin,
                 "this match stands in " + route_name(found->second) + " already, which wins.");
    }
  }
}

/// True when `earlier` holds for whatever `later` holds for, as far as prefixes tell.
bool covers(HttpMatch earlier, HttpMatch later) {
  const auto path_of = [](const HttpMatch& match) {
    return match.uri ? (match.uri->prefix ? match.uri->prefix : match.uri->exact)
                     : std::optional<std::string>();
  };
  if (!earlier.uri || !earlier.uri->prefix || !path_of(later) || earlier.ignore_uri_case ||
      later.ignore_uri_case)
    return false;
  const std::string prefix = *earlier.uri->prefix;
  if (path_of(later)->compare(0, prefix.size(), prefix) != 0) return false;
  earlier.uri.reset();
  later.uri.reset();
  return identity(HttpMatch(earlier)) == identity(HttpMatch()) ||
         identity(earlier) == identity(later);
}

void lint_shadows(const VirtualService& object, LintReport& report) {
  const auto& routes = object.spec.http;
  // The number of pairs is bounded: beyond it nobody reads the findings.
  constexpr std::size_t kMostRoutes = 500;
  if (routes.size() > kMostRoutes) return;
  for (std::size_t later = 1; later < routes.size(); ++later) {
    for (const HttpMatch& match : routes[later].match) {
      for (std::size_t earlier = 0; earlier < later; ++earlier) {
        const auto& before = routes[earlier].match;
        const bool covered = std::any_of(before.begin(), before.end(), [&](const HttpMatch& other) {
          return identity(other) != identity(match) && covers(other, match);
        });
        if (!covered) continue;
        report.add("LAB0203", object, match.origin,
                   "this match is never reached: " + route_name(earlier) +
                       " takes a shorter prefix of its path. Put the longer one first.");
        break;
      }
    }
  }
}

bool is_lower(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

void lint_match(const VirtualService& object, const HttpMatch& match, LintReport& report) {
  if (match.method && match.method->exact && is_lower(*match.method->exact)) {
    report.add("LAB0204", object, match.origin,
               "the method \"" + *match.method->exact +
                   "\" never matches: methods are case-sensitive. Write it in capitals.");
  }
  if (match.uri && match.uri->regex &&
      match.uri->regex->find_first_of(".*+?[](){}|^$\\") == std::string::npos) {
    report.add("LAB0207", object, match.origin,
               "the regex \"" + *match.uri->regex +
                   "\" matches this one path only, because it must match the whole path. Use "
                   "prefix or exact.");
  }
}

template <class Target>
void lint_weights(const VirtualService& object, const std::vector<Target>& targets,
                  const Origin& origin, LintReport& report) {
  std::int64_t total = 0;
  bool any_large = false;
  for (const Target& target : targets) {
    total += target.weight;
    any_large = any_large || target.weight >= 10;
  }
  // Small numbers (1 to 1, 9 to 1) are meant as shares.
  if (targets.size() < 2 || total == 100 || !any_large) return;
  report.add("LAB0205", object, origin,
             "the weights add up to " + std::to_string(total) +
                 ", not to 100; each is a share of that sum.");
}

void lint_route(const VirtualService& object, const HttpRoute& route, LintReport& report) {
  for (const HttpMatch& match : route.match) lint_match(object, match, report);
  lint_weights(object, route.route, route.origin, report);
  if (route.timeout && route.retries && route.retries->per_try_timeout &&
      *route.retries->per_try_timeout >= *route.timeout) {
    report.add("LAB0206", object, route.origin,
               "perTryTimeout is not shorter than timeout, so that no retry is ever made.");
  }
  if (!route.rewrite || route.rewrite->uri != "/") return;
  for (const HttpMatch& match : route.match) {
    if (match.uri && match.uri->prefix && match.uri->prefix->size() > 1 &&
        match.uri->prefix->back() != '/') {
      report.add("LAB0208", object, match.origin,
                 "\"" + *match.uri->prefix +
                     "/x\" becomes \"//x\": prefix and rewrite end differently. Match \"" +
                     *match.uri->prefix + "/\" too.");
    }
  }
}

}  // namespace

void lint_routes(const LintIndex& index, LintReport& report) {
  for (const VirtualService& object : index.objects().virtual_services) {
    lint_reach(object, object.spec.http, report);
    lint_reach(object, object.spec.tls, report);
    lint_reach(object, object.spec.tcp, report);
    lint_shadows(object, report);
    for (const HttpRoute& route : object.spec.http) lint_route(object, route, report);
    for (const TlsRoute& route : object.spec.tls)
      lint_weights(object, route.route, route.origin, report);
    for (const TcpRoute& route : object.spec.tcp)
      lint_weights(object, route.route, route.origin, report);
  }
}

}  // namespace lab::crd
