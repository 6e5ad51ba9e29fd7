#pragma once

#include <optional>
#include <string>

#include "mesh/config/route.h"
#include "proxy/http/message.h"
#include "proxy/match/route_match.h"
#include "proxy/regex.h"

namespace lab::proxy {

/// How a route changes path and authority on the way to the upstream. Source:
/// envoy.config.route.v3.RouteAction.
class Rewrite {
 public:
  static Result<Rewrite> compile(const config::RouteAction& source);

  /// Applies both; `weighted_host` is the host_rewrite_literal of the weighted cluster, or empty.
  /// `keep_original` writes x-envoy-original-path and x-envoy-original-host. auto_host_rewrite
  /// comes later: see rewrite_host.
  void apply(const RouteMatch& match, RequestHead& head, const std::string& weighted_host,
             bool keep_original) const;
  /// True when the authority becomes the chosen endpoint's hostname.
  bool uses_endpoint_host() const { return auto_host_; }
  bool appends_forwarded_host() const { return append_forwarded_host_; }

 private:
  friend class Redirect;
  std::string prefix_;
  std::optional<RegexRewrite> path_regex_;
  std::string host_literal_, host_header_;
  std::optional<RegexRewrite> host_path_regex_;
  bool auto_host_ = false;
  bool append_forwarded_host_ = false;
};

/// Gives the request another authority and tells the old one in x-forwarded-host and
/// x-envoy-original-host as asked.
void rewrite_host(RequestHead& head, const std::string& host, bool append_forwarded_host,
                  bool keep_original);

/// A compiled RedirectAction.
class Redirect {
 public:
  static Result<Redirect> compile(const config::RedirectAction& source);
  unsigned status() const;
  /// The Location. `scheme` is the request's ("http" or "https").
  std::string location(const RouteMatch& match, const RequestHead& head,
                       std::string_view scheme) const;

 private:
  std::string new_path(const RouteMatch& match, const RequestHead& head) const;
  config::RedirectAction config_;
  std::optional<RegexRewrite> path_regex_;
};

/// `path` (with query) after a prefix or regex rewrite; nothing when neither is configured.
std::optional<std::string> rewritten_path(const RouteMatch& match, const std::string& prefix,
                                          const std::optional<RegexRewrite>& regex,
                                          std::string_view path);

}  // namespace lab::proxy
