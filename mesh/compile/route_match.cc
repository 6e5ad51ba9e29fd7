#include <algorithm>

#include "base/text.h"
#include "mesh/compile/routes.h"

namespace lab::compile {
namespace {

/// A "*" is no regular expression; it is taken for "is there".
bool asks_presence(const crd::StringMatch& match) {
  if (match.regex) return *match.regex == "*";
  return !match.exact && !match.prefix;
}

config::HeaderMatcher header(const std::string& name, const crd::StringMatch& match) {
  config::HeaderMatcher matcher;
  matcher.name = name;
  matcher.string_match = string_matcher(match);
  if (!matcher.string_match) matcher.present_match = true;
  return matcher;
}

/// "@request.auth.claims.a.b" and "@request.auth.claims[a][b]": the steps into a token's claims;
/// empty for a header.
std::vector<std::string> claims_of(const std::string& name) {
  constexpr std::string_view kPrefix = "@request.auth.claims";
  if (!equal_ignore_case(name.substr(0, kPrefix.size()), kPrefix) ||
      name.size() <= kPrefix.size() + 1)
    return {};
  const std::string rest = name.substr(kPrefix.size());
  if (rest[0] == '.') return split(rest.substr(1), '.');
  std::vector<std::string> steps;
  std::size_t open = 0;
  while (open < rest.size() && rest[open] == '[') {
    const std::size_t close = rest.find(']', open);
    if (close == std::string::npos) return {};
    steps.push_back(rest.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return open == rest.size() ? steps : std::vector<std::string>{};
}

config::MetadataMatcher claim_matcher(const std::vector<std::string>& claims,
                                      const crd::StringMatch& match) {
  config::MetadataMatcher matcher;
  matcher.filter = "envoy.filters.http.jwt_authn";
  matcher.path.emplace_back().key = "payload";
  for (const std::string& claim : claims) matcher.path.emplace_back().key = claim;
  config::StringMatcher text = string_matcher(match).value_or(config::StringMatcher{});
  config::ValueMatcher element, list;
  element.string_match = text;
  list.list_match.emplace().one_of = Box<config::ValueMatcher>(element);
  matcher.value.or_match.emplace().value_matchers = {std::move(list), std::move(element)};
  return matcher;
}

void add_header(config::RouteMatch& out, const std::string& name, const crd::StringMatch& match,
                bool without) {
  const std::vector<std::string> claims = claims_of(name);
  if (!claims.empty()) {
    out.dynamic_metadata.push_back(claim_matcher(claims, match));
    out.dynamic_metadata.back().invert = without;
    return;
  }
  out.headers.push_back(header(name, match));
  if (!without) return;
  out.headers.back().invert_match = true;
  out.headers.back().treat_missing_header_as_empty = !asks_presence(match);
}

void set_path(config::RouteMatch& out, const crd::StringMatch& uri) {
  if (uri.exact) {
    out.path = *uri.exact;
  } else if (uri.regex) {
    out.safe_regex.emplace().regex = *uri.regex;
  } else {
    out.prefix = uri.prefix.value_or("/");
  }
}

void add_query(config::RouteMatch& out, const crd::HttpMatch& match) {
  for (const auto& [name, wanted] : match.query_params) {
    config::QueryParameterMatcher& matcher = out.query_parameters.emplace_back();
    matcher.name = name;
    matcher.string_match = string_matcher(wanted);
    if (!matcher.string_match) matcher.present_match = true;
  }
}

}  // namespace

std::optional<config::StringMatcher> string_matcher(const crd::StringMatch& match) {
  if (asks_presence(match)) return {};
  config::StringMatcher matcher;
  if (match.exact) {
    matcher.exact = *match.exact;
  } else if (match.prefix) {
    matcher.prefix = *match.prefix;
  } else {
    matcher.safe_regex.emplace().regex = *match.regex;
  }
  return matcher;
}

config::RouteMatch route_match(const crd::HttpMatch* match, const Profile& profile) {
  config::RouteMatch out;
  if (match == nullptr) {
    out.prefix = "/";
    return out;
  }
  for (const auto& [name, wanted] : match->headers) add_header(out, name, wanted, false);
  for (const auto& [name, wanted] : match->without_headers) add_header(out, name, wanted, true);
  std::stable_sort(out.headers.begin(), out.headers.end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
  if (match->uri) {
    set_path(out, *match->uri);
  } else {
    out.prefix = "/";
  }
  if (profile.case_sensitive_stated || match->ignore_uri_case)
    out.case_sensitive = !match->ignore_uri_case;
  if (match->method) out.headers.push_back(header(":method", *match->method));
  if (match->authority) out.headers.push_back(header(":authority", *match->authority));
  if (match->scheme) out.headers.push_back(header(":scheme", *match->scheme));
  add_query(out, *match);
  return out;
}

bool takes_everything(const config::Route& route) {
  const config::RouteMatch& match = route.match;
  const bool any_path = match.prefix == "/" || match.path_separated_prefix == "/" ||
                        (match.safe_regex && match.safe_regex->regex == ".*");
  return any_path && match.headers.empty() && match.query_parameters.empty() &&
         match.dynamic_metadata.empty();
}

}  // namespace lab::compile
