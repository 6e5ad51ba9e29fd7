#include "proxy/match/rewrite.h"

#include "base/text.h"
#include "proxy/http/target.h"
#include "proxy/match/domain.h"

namespace lab::proxy {

std::optional<std::string> rewritten_path(const RouteMatch& match, const std::string& prefix,
                                          const std::optional<RegexRewrite>& regex,
                                          std::string_view path) {
  const std::string_view only = path_only(path);
  if (!prefix.empty()) return prefix + std::string(path.substr(match.matched_size(only)));
  if (regex) return regex->apply(only) + std::string(path.substr(only.size()));
  return {};
}

void rewrite_host(RequestHead& head, const std::string& host, bool append_forwarded_host,
                  bool keep_original) {
  if (keep_original) head.headers.set("x-envoy-original-host", head.authority);
  if (append_forwarded_host) head.headers.append("x-forwarded-host", head.authority);
  head.authority = host;
}

Result<Rewrite> Rewrite::compile(const config::RouteAction& source) {
  Rewrite result;
  result.prefix_ = source.prefix_rewrite;
  if (source.regex_rewrite) result.path_regex_ = TRY(RegexRewrite::compile(*source.regex_rewrite));
  result.host_literal_ = source.host_rewrite_literal.value_or("");
  result.host_header_ = to_lower(source.host_rewrite_header.value_or(""));
  if (source.host_rewrite_path_regex) {
    result.host_path_regex_ = TRY(RegexRewrite::compile(*source.host_rewrite_path_regex));
  }
  result.auto_host_ = source.auto_host_rewrite.value_or(false);
  result.append_forwarded_host_ = source.append_x_forwarded_host;
  return result;
}

void Rewrite::apply(const RouteMatch& match, RequestHead& head, const std::string& weighted_host,
                    bool keep_original) const {
  std::string host = weighted_host.empty() ? host_literal_ : weighted_host;
  if (host.empty() && !host_header_.empty()) {
    host = std::string(head.headers.get_or_empty(host_header_));
  } else if (host.empty() && host_path_regex_) {
    host = host_path_regex_->apply(path_only(head.path));
  }
  if (!host.empty()) rewrite_host(head, host, append_forwarded_host_, keep_original);
  const auto path = rewritten_path(match, prefix_, path_regex_, head.path);
  if (!path || head.path.empty()) return;
  if (keep_original) head.headers.set("x-envoy-original-path", head.path);
  head.path = *path;
}

Result<Redirect> Redirect::compile(const config::RedirectAction& source) {
  Redirect result;
  result.config_ = source;
  if (source.regex_rewrite) result.path_regex_ = TRY(RegexRewrite::compile(*source.regex_rewrite));
  return result;
}

unsigned Redirect::status() const {
  using Code = config::RedirectAction::RedirectResponseCode;
  switch (config_.response_code) {
    case Code::moved_permanently:
      return 301;
    case Code::found:
      return 302;
    case Code::see_other:
      return 303;
    case Code::temporary_redirect:
      return 307;
    case Code::permanent_redirect:
      return 308;
  }
  return 301;
}

std::string Redirect::new_path(const RouteMatch& match, const RequestHead& head) const {
  const std::string& path = head.path;
  const std::size_t question = std::min(path.find('?'), path.size());
  if (const auto& fixed = config_.path_redirect; fixed && !fixed->empty()) {
    // A query in the configuration replaces the request's.
    if (fixed->find('?') != std::string::npos || config_.strip_query) return *fixed;
    return *fixed + path.substr(question);
  }
  const std::string prefix = config_.prefix_rewrite.value_or("");
  std::string result = rewritten_path(match, prefix, path_regex_, path).value_or(path);
  if (config_.strip_query) result.resize(std::min(result.find('?'), result.size()));
  return result;
}

std::string Redirect::location(const RouteMatch& match, const RequestHead& head,
                               std::string_view scheme) const {
  std::string new_scheme(scheme);
  if (config_.scheme_redirect && !config_.scheme_redirect->empty()) {
    new_scheme = *config_.scheme_redirect;
  } else if (config_.https_redirect.value_or(false)) {
    new_scheme = "https";
  }
  std::string_view host = config_.host_redirect;
  if (host.empty()) {
    host = head.authority;
    const std::string_view bare = without_port(host);
    const std::string_view port = host.substr(bare.size());
    // The old scheme's own port means nothing to the new scheme.
    const bool obsolete = new_scheme != scheme && ((scheme == "https" && port == ":443") ||
                                                   (scheme == "http" && port == ":80"));
    if (config_.port_redirect != 0 || obsolete) host = bare;
  }
  std::string result = new_scheme + "://" + std::string(host);
  if (config_.port_redirect != 0) result += ":" + std::to_string(config_.port_redirect);
  return result + new_path(match, head);
}

}  // namespace lab::proxy
