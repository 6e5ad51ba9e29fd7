#include "proxy/match/hash_policy.h"

#include "base/hash.h"
#include "base/text.h"
#include "proxy/http/target.h"
#include "proxy/match/header_match.h"

namespace lab::proxy {
namespace {

std::string hex16(std::uint64_t number) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string result(16, '0');
  for (int i = 15; i >= 0; --i, number >>= 4)
    result[static_cast<std::size_t>(i)] = kDigits[number & 15];
  return result;
}

std::string set_cookie_text(const config::HashCookie& cookie, const std::string& value) {
  std::string text = cookie.name + "=\"" + value + "\"";
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*cookie.ttl).count();
  if (seconds != 0) text += "; Max-Age=" + std::to_string(seconds);
  if (!cookie.path.empty()) text += "; Path=" + cookie.path;
  for (const auto& attribute : cookie.attributes) {
    text += "; " + attribute.name;
    if (!attribute.value.empty()) text += "=" + attribute.value;
  }
  return text + "; HttpOnly";
}

std::optional<std::uint64_t> hash_of_cookie(const config::HashCookie& cookie,
                                            const RequestHead& head, const StreamInfo& info,
                                            std::vector<std::string>* set_cookies) {
  const auto value = cookie_value(head.headers, cookie.name);
  if (value && !value->empty()) return xx_hash64(*value);
  if (!cookie.ttl) return {};
  const std::string made =
      hex16(xx_hash64(info.connection->remote.text() + info.connection->local.text()));
  if (set_cookies != nullptr) set_cookies->push_back(set_cookie_text(cookie, made));
  return xx_hash64(made);
}

}  // namespace

std::optional<std::string> cookie_value(const HeaderMap& headers, std::string_view name) {
  for (const HeaderField field : headers) {
    if (field.name != "cookie") continue;
    for (const std::string& part : split(field.value, ';')) {
      const std::string_view pair = trim(part);
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      std::string_view value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      return std::string(value);
    }
  }
  return {};
}

Result<HashPolicies> HashPolicies::compile(const std::vector<config::HashPolicy>& source) {
  HashPolicies result;
  for (const auto& policy : source) {
    Policy compiled{policy, {}};
    if (policy.header) compiled.config.header->header_name = to_lower(policy.header->header_name);
    if (policy.header && policy.header->regex_rewrite) {
      compiled.rewrite = TRY(RegexRewrite::compile(*policy.header->regex_rewrite));
    }
    result.policies_.push_back(std::move(compiled));
  }
  return result;
}

std::optional<std::uint64_t> HashPolicies::hash_one(const Policy& policy, const RequestHead& head,
                                                    const StreamInfo& info,
                                                    std::vector<std::string>* set_cookies) {
  const config::HashPolicy& config = policy.config;
  if (config.header) {
    std::string scratch;
    const auto value = joined_value(head, config.header->header_name, scratch);
    if (!value) return {};
    return xx_hash64(policy.rewrite ? policy.rewrite->apply(*value) : std::string(*value));
  }
  if (config.cookie) return hash_of_cookie(*config.cookie, head, info, set_cookies);
  if (config.connection_properties) {
    if (!config.connection_properties->source_ip) return {};
    return xx_hash64(info.remote_address().ip.text());
  }
  if (config.query_parameter) {
    const auto value = query_parameter(head.path, config.query_parameter->name);
    if (value) return xx_hash64(*value);
  }
  return {};
}

std::optional<std::uint64_t> HashPolicies::hash(const RequestHead& head, const StreamInfo& info,
                                                std::vector<std::string>* set_cookies) const {
  std::optional<std::uint64_t> result;
  for (const Policy& policy : policies_) {
    if (const auto next = hash_one(policy, head, info, set_cookies)) {
      // Rotated first, so that two equal policies do not cancel each other out.
      const std::uint64_t before = result ? (*result << 1) | (*result >> 63) : 0;
      result = *next ^ before;
    }
    if (policy.config.terminal && result) break;
  }
  return result;
}

}  // namespace lab::proxy
