#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesh/config/route.h"
#include "proxy/match/domain.h"
#include "proxy/match/hash_policy.h"
#include "proxy/match/header_mutation.h"
#include "proxy/match/mirror.h"
#include "proxy/match/retry_policy.h"
#include "proxy/match/rewrite.h"
#include "proxy/match/route_match.h"

namespace lab::proxy {

class RouteTable;
class VirtualHostEntry;

/// One cluster of weighted_clusters.
struct WeightedCluster {
  const config::WeightedClusterEntry* config = nullptr;
  std::uint64_t end = 0;  ///< Its share of the total weight ends before this number.
  HeaderMutation request_headers, response_headers;
};

/// Which cluster a request goes to.
struct ClusterChoice {
  std::string_view name;  ///< A view into the configuration or the request's head; empty when a
                          ///< cluster_header is missing.
  const WeightedCluster* weighted = nullptr;  ///< Set when it was chosen by weight.
};

/// One compiled route.
class RouteEntry {
 public:
  enum class Action : std::uint8_t { forward, redirect, direct_response, none };

  const config::Route& config() const { return *config_; }
  const std::string& name() const { return config_->name; }
  const VirtualHostEntry& virtual_host() const { return *virtual_host_; }
  const RouteMatch& match() const { return match_; }
  Action action() const { return action_; }

  /// The route's action; only where action() is forward.
  const config::RouteAction& forward() const { return *config_->route; }
  /// `random` decides between weighted clusters, unless header_name or the hash policy does.
  ClusterChoice choose_cluster(const RequestHead& head, const StreamInfo& info,
                               std::uint64_t random) const;
  const HashPolicies& hash_policies() const { return hash_policies_; }
  const RetryPolicy& retry_policy() const { return retry_policy_; }
  const std::vector<MirrorPolicy>& mirrors() const { return mirrors_; }
  const Rewrite& rewrite() const { return rewrite_; }
  const Redirect& redirect() const { return *redirect_; }
  /// The body of a direct response; nothing when it has none.
  const std::optional<std::string>& direct_body() const { return direct_body_; }
  const std::optional<SubstitutionFormat>& direct_body_format() const { return direct_format_; }
  std::uint32_t direct_status() const { return config_->direct_response->status; }

  const HeaderMutation& request_headers() const { return request_headers_; }
  const HeaderMutation& response_headers() const { return response_headers_; }

 private:
  friend class RouteTable;
  Result<> compile(const config::Route& config, const VirtualHostEntry& host,
                   const config::RouteConfiguration& table);
  Result<> compile_forward(const config::RouteConfiguration& table);
  Result<> compile_weighted();

  const config::Route* config_ = nullptr;
  const VirtualHostEntry* virtual_host_ = nullptr;
  RouteMatch match_;
  Action action_ = Action::none;
  std::vector<WeightedCluster> weighted_;
  HashPolicies hash_policies_;
  RetryPolicy retry_policy_;
  std::vector<MirrorPolicy> mirrors_;
  Rewrite rewrite_;
  std::optional<Redirect> redirect_;
  std::optional<std::string> direct_body_;
  std::optional<SubstitutionFormat> direct_format_;
  HeaderMutation request_headers_, response_headers_;
};

/// One compiled virtual host.
class VirtualHostEntry {
 public:
  const config::VirtualHost& config() const { return *config_; }
  const std::string& name() const { return config_->name; }
  const HeaderMutation& request_headers() const { return request_headers_; }
  const HeaderMutation& response_headers() const { return response_headers_; }
  /// The virtual cluster whose statistics count this request: the first that matches, "other" when
  /// none does, "" when there are none.
  std::string_view virtual_cluster(const RequestHead& head) const;

 private:
  friend class RouteTable;
  const config::VirtualHost* config_ = nullptr;
  std::vector<std::unique_ptr<RouteEntry>> routes_;
  std::vector<std::pair<std::vector<HeaderMatch>, std::string>> virtual_clusters_;
  HeaderMutation request_headers_, response_headers_;
};

/// What a search in a table gives.
struct RouteResult {
  const VirtualHostEntry* virtual_host = nullptr;  ///< Null: no domain fits.
  const RouteEntry* route = nullptr;  ///< Null: 404 route_not_found, unless the next holds.
  bool tls_required = false;          ///< 301 to https://AUTHORITY/PATH.
};

/// The configuration of one filter for one request, from typed_per_filter_config: the most specific
/// level that has one.
struct FilterOverride {
  const config::Any* config = nullptr;  ///< Null: the filter's own.
  std::optional<bool> disabled;         ///< Set when a level switched it off or on.
};

/// A compiled RouteConfiguration; never changes, so that workers share it.
class RouteTable {
 public:
  /// Fails with Errc::config: "virtual host NAME, route N (NAME): reason".
  static Result<std::shared_ptr<const RouteTable>> compile(config::RouteConfiguration config);

  const config::RouteConfiguration& config() const { return config_; }
  const std::string& name() const { return config_.name; }

  const VirtualHostEntry* find_virtual_host(const RequestHead& head) const;
  /// The first route of the virtual host that matches. `random` is the request's stable random
  /// number.
  RouteResult find(const RequestHead& head, const StreamInfo& info, std::uint64_t random) const;

  /// Applies request_headers_to_add/remove of all levels in the order that the configuration asks
  /// for, and the rewrites of the route; `choice` is what choose_cluster gave. `keep_original` adds
  /// x-envoy-original-path and -host.
  void finalize_request(const RouteEntry& route, const ClusterChoice& choice, RequestHead& head,
                        const StreamInfo& info, bool keep_original) const;
  /// The same for response headers; `weighted` may be null.
  void finalize_response(const RouteEntry& route, const WeightedCluster* weighted,
                         HeaderMap& headers, const StreamInfo& info) const;

  FilterOverride filter_override(const RouteResult& result, const WeightedCluster* weighted,
                                 const std::string& filter_name) const;

 private:
  Result<> compile_host(const config::VirtualHost& host, std::size_t index);

  config::RouteConfiguration config_;
  std::vector<std::unique_ptr<VirtualHostEntry>> hosts_;
  DomainTable domains_;
  HeaderMutation request_headers_, response_headers_;
};
using RouteTablePtr = std::shared_ptr<const RouteTable>;

/// Where a request for a virtual host with require_tls is sent: "https://AUTHORITY/PATH".
std::string tls_redirect_location(const RequestHead& head);

}  // namespace lab::proxy
