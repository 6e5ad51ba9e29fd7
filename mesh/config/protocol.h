#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/matcher.h"

/// HTTP settings that listeners and clusters share.
namespace lab::config {

/// What TLS towards an HTTP upstream takes from the request.
struct UpstreamHttpProtocolOptions {
  bool auto_sni = false;
  bool auto_san_validation = false;
  std::string override_auto_sni_header;
};

/// Limits that HTTP/1 and HTTP/2 share.
struct CommonHttpProtocolOptions {
  enum class HeadersWithUnderscoresAction : std::int32_t {
    allow = 0,
    reject_request = 1,
    drop_header = 2
  };
  std::optional<Duration> idle_timeout;
  std::optional<Duration> max_connection_duration;
  std::optional<std::uint32_t> max_headers_count;
  std::optional<std::uint32_t> max_response_headers_kb;
  std::optional<Duration> max_stream_duration;
  HeadersWithUnderscoresAction headers_with_underscores_action =
      HeadersWithUnderscoresAction::allow;
  std::optional<std::uint32_t> max_requests_per_connection;
};

/// Header-Names-Like-This.
struct ProperCaseWords {};

/// How HTTP/1 header names are written.
struct HeaderKeyFormat {
  std::optional<ProperCaseWords> proper_case_words;
  std::optional<TypedExtensionConfig> stateful_formatter;
};

/// HTTP/1 settings.
struct Http1ProtocolOptions {
  std::optional<bool> allow_absolute_url;
  bool accept_http_10 = false;
  std::string default_host_for_http_10;
  std::optional<HeaderKeyFormat> header_key_format;
  bool enable_trailers = false;
  bool allow_chunked_length = false;
  std::optional<bool> override_stream_error_on_invalid_http_message;
  bool send_fully_qualified_url = false;
  std::optional<bool> use_balsa_parser;
  bool allow_custom_methods = false;
  std::vector<StringMatcher> ignore_http_11_upgrade;
};

/// HTTP/2 PING: how often, and how long to wait for the answer.
struct KeepaliveSettings {
  std::optional<Duration> interval;
  std::optional<Duration> timeout;
  std::optional<Percent> interval_jitter;
  std::optional<Duration> connection_idle_interval;
};

/// One entry of a SETTINGS frame.
struct Http2SettingsParameter {
  std::optional<std::uint32_t> identifier;
  std::optional<std::uint32_t> value;
};

/// HTTP/2 settings.
struct Http2ProtocolOptions {
  std::optional<std::uint32_t> hpack_table_size;
  std::optional<std::uint32_t> max_concurrent_streams;
  std::optional<std::uint32_t> initial_stream_window_size;
  std::optional<std::uint32_t> initial_connection_window_size;
  bool allow_connect = false;
  bool allow_metadata = false;
  std::optional<std::uint32_t> max_outbound_frames;
  std::optional<std::uint32_t> max_outbound_control_frames;
  std::optional<std::uint32_t> max_consecutive_inbound_frames_with_empty_payload;
  std::optional<std::uint32_t> max_inbound_priority_frames_per_stream;
  std::optional<std::uint32_t> max_inbound_window_update_frames_per_data_frame_sent;
  bool stream_error_on_invalid_http_messaging = false;
  std::optional<bool> override_stream_error_on_invalid_http_message;
  std::vector<Http2SettingsParameter> custom_settings_parameters;
  std::optional<KeepaliveSettings> connection_keepalive;
  std::optional<bool> use_oghttp2_codec;
  std::optional<std::uint64_t> max_metadata_size;
};

/// What becomes of :scheme.
struct SchemeHeaderTransformation {
  std::optional<std::string> scheme_to_overwrite;
  bool match_upstream = false;
};

/// Options of the DNS resolver.
struct DnsResolverOptions {
  bool use_tcp_for_dns_lookups = false;
  bool no_default_search_domain = false;
};

/// Which DNS servers to ask.
struct DnsResolutionConfig {
  std::vector<Address> resolvers;
  std::optional<DnsResolverOptions> dns_resolver_options;
};

/// Envoy's resolver by c-ares, which is ours, too.
struct CaresDnsResolverConfig {
  std::vector<Address> resolvers;
  std::optional<DnsResolverOptions> dns_resolver_options;
  std::optional<std::uint32_t> udp_max_queries;
  std::optional<std::uint64_t> query_timeout_seconds;
  std::optional<std::uint32_t> query_tries;
  bool rotate_nameservers = false;
  std::optional<std::uint32_t> edns0_max_payload_size;
  std::optional<Duration> max_udp_channel_duration;
  bool reinit_channel_on_timeout = false;
};

const Record<UpstreamHttpProtocolOptions>& record_of(const UpstreamHttpProtocolOptions*);
const Record<CommonHttpProtocolOptions>& record_of(const CommonHttpProtocolOptions*);
const Record<ProperCaseWords>& record_of(const ProperCaseWords*);
const Record<HeaderKeyFormat>& record_of(const HeaderKeyFormat*);
const Record<Http1ProtocolOptions>& record_of(const Http1ProtocolOptions*);
const Record<KeepaliveSettings>& record_of(const KeepaliveSettings*);
const Record<Http2SettingsParameter>& record_of(const Http2SettingsParameter*);
const Record<Http2ProtocolOptions>& record_of(const Http2ProtocolOptions*);
const Record<SchemeHeaderTransformation>& record_of(const SchemeHeaderTransformation*);
const Record<DnsResolverOptions>& record_of(const DnsResolverOptions*);
const Record<DnsResolutionConfig>& record_of(const DnsResolutionConfig*);
const Record<CaresDnsResolverConfig>& record_of(const CaresDnsResolverConfig*);
const std::vector<EnumName<CommonHttpProtocolOptions::HeadersWithUnderscoresAction>>& enum_names(
    const CommonHttpProtocolOptions::HeadersWithUnderscoresAction*);

}  // namespace lab::config
