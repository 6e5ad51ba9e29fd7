#include "proxy/match/route_match.h"

#include "proxy/http/target.h"

namespace lab::proxy {

bool falls_into(const config::FractionalPercent& share, std::uint64_t random) {
  using Denominator = config::FractionalPercent::DenominatorType;
  std::uint64_t denominator = 100;
  if (share.denominator == Denominator::ten_thousand) denominator = 10'000;
  if (share.denominator == Denominator::million) denominator = 1'000'000;
  return random % denominator < share.numerator;
}

bool is_grpc_request(const RequestHead& head) {
  const std::string_view type = head.headers.get_or_empty("content-type");
  constexpr std::string_view kGrpc = "application/grpc";
  if (head.path.empty() || !type.starts_with(kGrpc)) return false;
  return type.size() == kGrpc.size() || type[kGrpc.size()] == '+';
}

Result<RouteMatch> RouteMatch::compile(const config::RouteMatch& source,
                                       bool ignore_path_parameters) {
  RouteMatch result;
  if (source.prefix) result.text_ = *source.prefix;
  if (source.path) {
    result.kind_ = Kind::path;
    result.text_ = *source.path;
  }
  if (source.path_separated_prefix) {
    result.kind_ = Kind::separated_prefix;
    result.text_ = *source.path_separated_prefix;
  }
  if (source.safe_regex) {
    result.kind_ = Kind::regex;
    result.regex_ = TRY(Regex::compile(source.safe_regex->regex));
  }
  if (source.connect_matcher) result.kind_ = Kind::connect;
  result.ignore_case_ = !source.case_sensitive.value_or(true);
  result.ignore_path_parameters_ = ignore_path_parameters;
  if (source.runtime_fraction) result.fraction_ = source.runtime_fraction->default_value;
  result.headers_ = TRY(compile_header_matches(source.headers));
  for (const auto& parameter : source.query_parameters) {
    result.query_parameters_.push_back(TRY(QueryParameterMatch::compile(parameter)));
  }
  result.grpc_ = source.grpc.has_value();
  result.tls_ = source.tls_context;
  for (const auto& matcher : source.dynamic_metadata) {
    result.metadata_.push_back(TRY(MetadataMatch::compile(matcher)));
  }
  return result;
}

bool RouteMatch::path_matches(const RequestHead& head) const {
  if (kind_ == Kind::connect) return head.is_connect();
  std::string_view path = path_only(head.path);
  if (ignore_path_parameters_) path = path.substr(0, path.find(';'));
  switch (kind_) {
    case Kind::prefix:
      return begins_with(path, text_, ignore_case_);
    case Kind::path:
      return path.size() == text_.size() && begins_with(path, text_, ignore_case_);
    case Kind::separated_prefix:
      return begins_with(path, text_, ignore_case_) &&
             (path.size() == text_.size() || path[text_.size()] == '/');
    case Kind::regex:
      return regex_->matches(path);
    case Kind::connect:
      break;
  }
  return false;
}

bool RouteMatch::peer_matches(const StreamInfo& info) const {
  const TlsInfoPtr& tls = info.connection->tls;
  const bool presented = tls && tls->peer;
  if (tls_->presented && *tls_->presented != presented) return false;
  return !tls_->validated || *tls_->validated == (tls && tls->peer_validated);
}

bool RouteMatch::matches(const RequestHead& head, const StreamInfo& info,
                         std::uint64_t random) const {
  if (!path_matches(head)) return false;
  if (fraction_ && !falls_into(*fraction_, random)) return false;
  if (grpc_ && !is_grpc_request(head)) return false;
  if (!all_match(headers_, head)) return false;
  for (const QueryParameterMatch& parameter : query_parameters_) {
    if (!parameter.matches(head.path)) return false;
  }
  if (tls_ && !peer_matches(info)) return false;
  for (const MetadataMatch& match : metadata_) {
    if (!match.matches(info.dynamic_metadata)) return false;
  }
  return true;
}

std::size_t RouteMatch::matched_size(std::string_view path) const {
  const bool is_prefix = kind_ == Kind::prefix || kind_ == Kind::separated_prefix;
  return is_prefix ? std::min(text_.size(), path.size()) : path.size();
}

}  // namespace lab::proxy
