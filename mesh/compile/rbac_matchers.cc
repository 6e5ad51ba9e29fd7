#include "mesh/compile/rbac_matchers.h"

#include "base/text.h"
#include "mesh/config/foreign.h"

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

namespace {

config::MetadataMatcher token_matcher(const std::vector<std::string>& path,
                                      config::ValueMatcher value) {
  config::MetadataMatcher matcher;
  matcher.filter = "envoy.filters.http.jwt_authn";
  matcher.path.emplace_back().key = "payload";
  for (const std::string& step : path) matcher.path.emplace_back().key = step;
  matcher.value = std::move(value);
  return matcher;
}

config::ValueMatcher text_value(const std::string& value) {
  config::ValueMatcher matcher;
  matcher.string_match = text_matcher(value);
  return matcher;
}

config::ValueMatcher list_with(config::ValueMatcher element) {
  config::ValueMatcher matcher;
  matcher.list_match.emplace().one_of = Box<config::ValueMatcher>(std::move(element));
  return matcher;
}

config::ValueMatcher either(std::vector<config::ValueMatcher> alternatives) {
  if (alternatives.size() == 1) return std::move(alternatives.front());
  config::ValueMatcher matcher;
  matcher.or_match.emplace().value_matchers = std::move(alternatives);
  return matcher;
}

}  // namespace

config::MetadataMatcher claim_matcher(const std::vector<std::string>& path,
                                      const std::vector<std::string>& values) {
  std::vector<config::ValueMatcher> texts;
  for (const std::string& value : values) texts.push_back(text_value(value));
  const config::ValueMatcher text = either(std::move(texts));
  return token_matcher(path, either({list_with(text), text}));
}

config::MetadataMatcher claim_text_matcher(const std::string& claim,
                                           const config::StringMatcher& text) {
  config::ValueMatcher value;
  value.string_match = text;
  return token_matcher({claim}, std::move(value));
}

config::MetadataMatcher metadata_matcher(const std::string& filter, const std::string& step,
                                         const std::vector<std::string>& values) {
  std::vector<config::ValueMatcher> alternatives;
  for (const std::string& value : values) {
    const bool list = value.size() >= 2 && value.front() == '[' && value.back() == ']';
    alternatives.push_back(list ? list_with(text_value(value.substr(1, value.size() - 2)))
                                : text_value(value));
  }
  config::MetadataMatcher matcher;
  matcher.filter = filter;
  matcher.path.emplace_back().key = step;
  matcher.value = either(std::move(alternatives));
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

bool is_path_template(const std::string& path) {
  return path.find("{*}") != std::string::npos || path.find("{**}") != std::string::npos;
}

config::TypedExtensionConfig path_template(const std::string& path) {
  Value match;
  match.set("pathTemplate", replace_all(replace_all(path, "{*}", "*"), "{**}", "**"));
  config::TypedExtensionConfig extension;
  extension.name = "uri-template";
  extension.typed_config = config::foreign<config::UriTemplateMatch>(std::move(match));
  return extension;
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
