#include "mesh/compile/rbac_matchers.h"

namespace lab::compile {

std::string quote_regex(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(R"(\.+*?()|[]{}^$)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

config::StringMatcher text_matcher(const std::string& value, const std::string& front) {
  config::StringMatcher matcher;
  if (value == "*") {
    matcher.safe_regex.emplace().regex = ".+";
  } else if (!value.empty() && value.front() == '*') {
    if (front.empty()) {
      matcher.suffix = value.substr(1);
    } else {
      matcher.safe_regex.emplace().regex = front + ".*" + quote_regex(value.substr(1));
    }
  } else if (!value.empty() && value.back() == '*') {
    matcher.prefix = front + value.substr(0, value.size() - 1);
  } else {
    matcher.exact = front + value;
  }
  return matcher;
}

config::HeaderMatcher header_matcher(const std::string& name, const std::string& value,
                                     bool ignore_case) {
  config::HeaderMatcher matcher;
  matcher.name = name;
  if (value == "*") {
    matcher.present_match = true;
    return matcher;
  }
  matcher.string_match = text_matcher(value);
  matcher.string_match->ignore_case = ignore_case;
  return matcher;
}

config::CidrRange address_range(const std::string& text) {
  config::CidrRange range;
  const std::size_t slash = text.find('/');
  range.address_prefix = text.substr(0, slash);
  const bool is_v6 = text.find(':') != std::string::npos;
  range.prefix_len = slash == std::string::npos
                         ? (is_v6 ? 128u : 32u)
                         : static_cast<std::uint32_t>(std::stoul(text.substr(slash + 1)));
  return range;
}

config::MetadataMatcher claim_matcher(const std::vector<std::string>& path,
                                      const config::StringMatcher& value, bool list) {
  config::MetadataMatcher matcher;
  matcher.filter = "envoy.filters.http.jwt_authn";
  matcher.path.emplace_back().key = "payload";
  for (const std::string& step : path) matcher.path.emplace_back().key = step;
  config::ValueMatcher text;
  text.string_match = value;
  if (!list) {
    matcher.value = std::move(text);
    return matcher;
  }
  config::ValueMatcher element;
  element.list_match.emplace().one_of = Box<config::ValueMatcher>(text);
  matcher.value.or_match.emplace().value_matchers = {std::move(text), std::move(element)};
  return matcher;
}

std::vector<std::string> bracket_steps(const std::string& text) {
  std::vector<std::string> steps;
  std::size_t open = text.find('[');
  while (open != std::string::npos) {
    const std::size_t close = text.find(']', open);
    if (close == std::string::npos) break;
    steps.push_back(text.substr(open + 1, close - open - 1));
    open = text.find('[', close);
  }
  return steps;
}

config::Permission any_permission() {
  config::Permission permission;
  permission.any = true;
  return permission;
}
config::Permission all_of(std::vector<config::Permission> parts) {
  config::Permission permission;
  permission.and_rules.emplace().rules = std::move(parts);
  return permission;
}
config::Permission any_of(std::vector<config::Permission> parts) {
  config::Permission permission;
  permission.or_rules.emplace().rules = std::move(parts);
  return permission;
}
config::Permission none_of(config::Permission part) {
  config::Permission permission;
  permission.not_rule = Box<config::Permission>(std::move(part));
  return permission;
}
config::Principal any_principal() {
  config::Principal principal;
  principal.any = true;
  return principal;
}
config::Principal all_of(std::vector<config::Principal> parts) {
  config::Principal principal;
  principal.and_ids.emplace().ids = std::move(parts);
  return principal;
}
config::Principal any_of(std::vector<config::Principal> parts) {
  config::Principal principal;
  principal.or_ids.emplace().ids = std::move(parts);
  return principal;
}
config::Principal none_of(config::Principal part) {
  config::Principal principal;
  principal.not_id = Box<config::Principal>(std::move(part));
  return principal;
}

}  // namespace lab::compile
