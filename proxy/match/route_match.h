#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/config/route.h"
#include "proxy/match/header_match.h"
#include "proxy/match/metadata_match.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// True for `numerator` out of `denominator` of all random values.
bool falls_into(const config::FractionalPercent& share, std::uint64_t random);

/// A request that carries gRPC: content-type "application/grpc", also with "+suffix".
bool is_grpc_request(const RequestHead& head);

/// A compiled RouteMatch: all conditions must hold. Source: envoy.config.route.v3.RouteMatch.
class RouteMatch {
 public:
  enum class Kind : std::uint8_t { prefix, path, regex, separated_prefix, connect };

  static Result<RouteMatch> compile(const config::RouteMatch& source, bool ignore_path_parameters);
  /// `random` is the request's stable random number, for runtime_fraction.
  bool matches(const RequestHead& head, const StreamInfo& info, std::uint64_t random) const;

  Kind kind() const { return kind_; }
  /// The prefix or path of the configuration; empty for a regex.
  const std::string& text() const { return text_; }
  /// The part of `path` (without query) that a prefix_rewrite replaces: the prefix, or all of it.
  std::size_t matched_size(std::string_view path) const;

 private:
  bool path_matches(const RequestHead& head) const;
  bool peer_matches(const StreamInfo& info) const;

  Kind kind_ = Kind::prefix;
  std::string text_;
  std::optional<Regex> regex_;
  bool ignore_case_ = false;
  bool ignore_path_parameters_ = false;
  std::optional<config::FractionalPercent> fraction_;
  std::vector<HeaderMatch> headers_;
  std::vector<QueryParameterMatch> query_parameters_;
  bool grpc_ = false;
  std::optional<config::TlsContextMatchOptions> tls_;
  std::vector<MetadataMatch> metadata_;
};

}  // namespace lab::proxy
