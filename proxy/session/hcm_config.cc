#include "proxy/session/hcm_config.h"

namespace lab::proxy {

namespace {

void read_http1(const config::HttpConnectionManager& source, HcmConfig& hcm) {
  if (!source.http_protocol_options) return;
  const auto& options = *source.http_protocol_options;
  hcm.http1.accept_http_10 = options.accept_http_10;
  hcm.http1.default_host_for_http_10 = options.default_host_for_http_10;
  hcm.http1.enable_trailers = options.enable_trailers;
  hcm.http1.proper_case = options.header_key_format && options.header_key_format->proper_case_words;
  hcm.http1.allow_absolute_url = options.allow_absolute_url.value_or(true);
}

void read_http2(const config::HttpConnectionManager& source, HcmConfig& hcm) {
  if (!source.http2_protocol_options) return;
  const auto& options = *source.http2_protocol_options;
  if (options.hpack_table_size) hcm.http2.hpack_table_size = *options.hpack_table_size;
  if (options.max_concurrent_streams)
    hcm.http2.max_concurrent_streams = *options.max_concurrent_streams;
  if (options.initial_stream_window_size)
    hcm.http2.initial_stream_window_size = *options.initial_stream_window_size;
  if (options.initial_connection_window_size) {
    hcm.http2.initial_connection_window_size = *options.initial_connection_window_size;
  }
  hcm.http2.allow_connect = options.allow_connect;
}

void read_limits(const config::HttpConnectionManager& source, HcmConfig& hcm) {
  const std::size_t header_bytes = source.max_request_headers_kb.value_or(60) * 1024ul;
  hcm.http1.max_header_bytes = hcm.http2.max_header_bytes = header_bytes;
  if (!source.common_http_protocol_options) return;
  const auto& common = *source.common_http_protocol_options;
  if (common.idle_timeout) hcm.idle_timeout = *common.idle_timeout;
  if (common.max_connection_duration) hcm.max_connection_duration = *common.max_connection_duration;
  if (common.max_stream_duration) hcm.max_stream_duration = *common.max_stream_duration;
  if (common.max_headers_count)
    hcm.http1.max_header_fields = hcm.http2.max_header_fields = *common.max_headers_count;
  hcm.max_requests_per_connection = common.max_requests_per_connection.value_or(0);
  hcm.underscores = common.headers_with_underscores_action;
}

void read_timeouts(const config::HttpConnectionManager& source, HcmConfig& hcm) {
  if (source.stream_idle_timeout) hcm.stream_idle_timeout = *source.stream_idle_timeout;
  if (source.request_timeout) hcm.request_timeout = *source.request_timeout;
  if (source.request_headers_timeout) hcm.request_headers_timeout = *source.request_headers_timeout;
  if (source.drain_timeout) hcm.drain_timeout = *source.drain_timeout;
  if (source.delayed_close_timeout) hcm.delayed_close_timeout = *source.delayed_close_timeout;
}

Result<> read_filters(HcmConfig& hcm) {
  StatsStore scratch;  // Made once here only to learn whether they can be made.
  const StatsScope scope(scratch, "");
  for (const config::HttpFilter& filter : hcm.config.http_filters) {
    const auto* router = filter.typed_config.get<config::Router>();
    if (router != nullptr) {
      hcm.router = *router;
    } else {
      TRY(make_http_filter(filter, scope));
    }
  }
  return {};
}

/// A filter with its switch: the most specific level of typed_per_filter_config that names it turns
/// it off or on; where none does, `disabled` of the filter itself holds.
class Switched final : public HttpFilterMaker {
 public:
  Switched(const config::HttpFilter& filter, std::unique_ptr<HttpFilterMaker> inner)
      : name_(filter.name), disabled_(filter.disabled), inner_(std::move(inner)) {}
  std::unique_ptr<HttpFilter> make(FilterHost& host) override {
    const bool off = host.filter_override(name_).disabled.value_or(disabled_);
    return off ? nullptr : inner_->make(host);
  }

 private:
  std::string name_;
  bool disabled_;
  std::unique_ptr<HttpFilterMaker> inner_;
};

}  // namespace

Result<HcmConfigPtr> compile_hcm(config::HttpConnectionManager source) {
  auto hcm = std::make_shared<HcmConfig>();
  hcm->config = std::move(source);
  const config::HttpConnectionManager& config = hcm->config;
  read_limits(config, *hcm);
  read_http1(config, *hcm);
  read_http2(config, *hcm);
  read_timeouts(config, *hcm);
  if (config.internal_address_config) {
    for (const auto& range : config.internal_address_config->cidr_ranges) {
      if (!CidrRange::make(range.address_prefix, range.prefix_len.value_or(0)))
        return fail(Errc::config, "internal_address_config: \"" + range.address_prefix + "/" +
                                      std::to_string(range.prefix_len.value_or(0)) +
                                      "\" is no range of addresses.");
    }
  }
  hcm->path_rules = PathRules::of(config);
  if (const auto& scheme = config.scheme_header_transformation) {
    hcm->scheme = scheme->scheme_to_overwrite.value_or("");
    hcm->matches_upstream_scheme = scheme->match_upstream;
  }
  if (!config.server_name.empty()) hcm->server_name = config.server_name;
  hcm->local_replies = TRY(LocalReplyRules::compile(config.local_reply_config));
  for (const config::AccessLog& log : config.access_log)
    hcm->access_logs.push_back(TRY(make_access_log(log)));
  if (config.route_config) hcm->inline_routes = TRY(RouteTable::compile(*config.route_config));
  TRY(read_filters(*hcm));
  return HcmConfigPtr(std::move(hcm));
}

HcmInstance::HcmInstance(Worker& worker, HcmConfigPtr hcm)
    : config(std::move(hcm)),
      stats(StatsScope(worker.stats, "http." + config->config.stat_prefix + ".")) {
  if (!config->inline_routes) slot = worker.route_slot(config->route_name());
  const StatsScope scope(worker.stats, "http." + config->config.stat_prefix + ".");
  for (const config::HttpFilter& filter : config->config.http_filters) {
    if (filter.typed_config.get<config::Router>() != nullptr) continue;
    auto maker = make_http_filter(filter, scope);
    if (!maker || !*maker) continue;
    filters.push_back(std::make_unique<Switched>(filter, *std::move(maker)));
  }
}

}  // namespace lab::proxy
