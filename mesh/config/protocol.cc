#include "mesh/config/protocol.h"

#include "mesh/config/rules.h"
#include "mesh/config/validate.h"

namespace lab::config {

const std::vector<EnumName<CommonHttpProtocolOptions::HeadersWithUnderscoresAction>>& enum_names(
    const CommonHttpProtocolOptions::HeadersWithUnderscoresAction*) {
  static const std::vector<EnumName<CommonHttpProtocolOptions::HeadersWithUnderscoresAction>>
      names = {
          {CommonHttpProtocolOptions::HeadersWithUnderscoresAction::allow, "ALLOW"},
          {CommonHttpProtocolOptions::HeadersWithUnderscoresAction::reject_request,
           "REJECT_REQUEST"},
          {CommonHttpProtocolOptions::HeadersWithUnderscoresAction::drop_header, "DROP_HEADER"},
      };
  return names;
}

LAB_RECORD(UpstreamHttpProtocolOptions, "envoy.config.core.v3.UpstreamHttpProtocolOptions") {
  record.field("auto_sni", &UpstreamHttpProtocolOptions::auto_sni);
  record.field("auto_san_validation", &UpstreamHttpProtocolOptions::auto_san_validation);
  record.field("override_auto_sni_header", &UpstreamHttpProtocolOptions::override_auto_sni_header)
      .check(header_name(Strict::yes, IgnoreEmpty::yes));
}

LAB_RECORD(CommonHttpProtocolOptions, "envoy.config.core.v3.HttpProtocolOptions") {
  record.field("idle_timeout", &CommonHttpProtocolOptions::idle_timeout);
  record.field("max_connection_duration", &CommonHttpProtocolOptions::max_connection_duration);
  record.field("max_headers_count", &CommonHttpProtocolOptions::max_headers_count).at_least(1);
  record.field("max_response_headers_kb", &CommonHttpProtocolOptions::max_response_headers_kb)
      .at_least(1)
      .at_most(8192);
  record.field("max_stream_duration", &CommonHttpProtocolOptions::max_stream_duration);
  record.field("headers_with_underscores_action",
               &CommonHttpProtocolOptions::headers_with_underscores_action);
  record.field("max_requests_per_connection",
               &CommonHttpProtocolOptions::max_requests_per_connection);
}

LAB_RECORD(ProperCaseWords,
           "envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords") {
  static_cast<void>(record);
}

LAB_RECORD(HeaderKeyFormat, "envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat") {
  record.field("proper_case_words", &HeaderKeyFormat::proper_case_words);
  record.field("stateful_formatter", &HeaderKeyFormat::stateful_formatter);
  record.oneof("header_format", {"proper_case_words", "stateful_formatter"}, true);
}

LAB_RECORD(Http1ProtocolOptions, "envoy.config.core.v3.Http1ProtocolOptions") {
  record.field("allow_absolute_url", &Http1ProtocolOptions::allow_absolute_url);
  record.field("accept_http_10", &Http1ProtocolOptions::accept_http_10);
  record.field("default_host_for_http_10", &Http1ProtocolOptions::default_host_for_http_10);
  record.field("header_key_format", &Http1ProtocolOptions::header_key_format);
  record.field("enable_trailers", &Http1ProtocolOptions::enable_trailers);
  record.field("allow_chunked_length", &Http1ProtocolOptions::allow_chunked_length)
      .ignored("a message with both framings is always refused: stricter");
  record
      .field("override_stream_error_on_invalid_http_message",
             &Http1ProtocolOptions::override_stream_error_on_invalid_http_message)
      .ignored("an invalid message always ends its connection: stricter");
  record.field("send_fully_qualified_url", &Http1ProtocolOptions::send_fully_qualified_url)
      .check(not_supported("requests are sent in origin form."));
  record.field("use_balsa_parser", &Http1ProtocolOptions::use_balsa_parser)
      .ignored("there is one parser");
  record.field("allow_custom_methods", &Http1ProtocolOptions::allow_custom_methods)
      .ignored("every method that is a token is taken");
  record.field("ignore_http_11_upgrade", &Http1ProtocolOptions::ignore_http_11_upgrade)
      .ignored("an upgrade that is not configured is refused or ignored as RFC 9110 has it");
}

LAB_RECORD(KeepaliveSettings, "envoy.config.core.v3.KeepaliveSettings") {
  record.field("interval", &KeepaliveSettings::interval)
      .check(no_shorter_than(std::chrono::milliseconds(1)));
  record.field("timeout", &KeepaliveSettings::timeout)
      .required()
      .check(no_shorter_than(std::chrono::milliseconds(1)));
  record.field("interval_jitter", &KeepaliveSettings::interval_jitter).ignored("only spreads load");
  record.field("connection_idle_interval", &KeepaliveSettings::connection_idle_interval)
      .ignored("an idle connection is found dead at the next interval")
      .check(no_shorter_than(std::chrono::milliseconds(1)));
}

LAB_RECORD(Http2SettingsParameter, "envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter") {
  record.field("identifier", &Http2SettingsParameter::identifier).required().at_most(65535);
  record.field("value", &Http2SettingsParameter::value).required();
}

LAB_RECORD(Http2ProtocolOptions, "envoy.config.core.v3.Http2ProtocolOptions") {
  record.field("hpack_table_size", &Http2ProtocolOptions::hpack_table_size);
  record.field("max_concurrent_streams", &Http2ProtocolOptions::max_concurrent_streams)
      .at_least(1)
      .at_most(2147483647);
  record.field("initial_stream_window_size", &Http2ProtocolOptions::initial_stream_window_size)
      .at_least(65535)
      .at_most(2147483647);
  record
      .field("initial_connection_window_size",
             &Http2ProtocolOptions::initial_connection_window_size)
      .at_least(65535)
      .at_most(2147483647);
  record.field("allow_connect", &Http2ProtocolOptions::allow_connect);
  record.field("allow_metadata", &Http2ProtocolOptions::allow_metadata)
      .ignored("METADATA frames are unknown frames, which RFC 9113 lets a peer ignore");
  record.field("max_outbound_frames", &Http2ProtocolOptions::max_outbound_frames)
      .ignored("the proxy has a limit of its own")
      .at_least(1);
  record.field("max_outbound_control_frames", &Http2ProtocolOptions::max_outbound_control_frames)
      .ignored("the proxy has a limit of its own")
      .at_least(1);
  record
      .field("max_consecutive_inbound_frames_with_empty_payload",
             &Http2ProtocolOptions::max_consecutive_inbound_frames_with_empty_payload)
      .ignored("the proxy has a limit of its own");
  record
      .field("max_inbound_priority_frames_per_stream",
             &Http2ProtocolOptions::max_inbound_priority_frames_per_stream)
      .ignored("the proxy has a limit of its own");
  record
      .field("max_inbound_window_update_frames_per_data_frame_sent",
             &Http2ProtocolOptions::max_inbound_window_update_frames_per_data_frame_sent)
      .ignored("the proxy has a limit of its own")
      .at_least(1);
  record
      .field("stream_error_on_invalid_http_messaging",
             &Http2ProtocolOptions::stream_error_on_invalid_http_messaging)
      .ignored("an invalid message ends its stream");
  record
      .field("override_stream_error_on_invalid_http_message",
             &Http2ProtocolOptions::override_stream_error_on_invalid_http_message)
      .ignored("an invalid message ends its stream");
  record.field("custom_settings_parameters", &Http2ProtocolOptions::custom_settings_parameters)
      .ignored("a peer must ignore SETTINGS that it does not know");
  record.field("connection_keepalive", &Http2ProtocolOptions::connection_keepalive);
  record.field("use_oghttp2_codec", &Http2ProtocolOptions::use_oghttp2_codec)
      .ignored("there is one codec");
  record.field("max_metadata_size", &Http2ProtocolOptions::max_metadata_size)
      .ignored("METADATA frames are unknown frames, which RFC 9113 lets a peer ignore");
  record.check(valid_http2_options);
}

LAB_RECORD(SchemeHeaderTransformation, "envoy.config.core.v3.SchemeHeaderTransformation") {
  record.field("scheme_to_overwrite", &SchemeHeaderTransformation::scheme_to_overwrite)
      .check(one_of_words({"http", "https"}));
  record.field("match_upstream", &SchemeHeaderTransformation::match_upstream);
}

LAB_RECORD(DnsResolverOptions, "envoy.config.core.v3.DnsResolverOptions") {
  record.field("use_tcp_for_dns_lookups", &DnsResolverOptions::use_tcp_for_dns_lookups);
  record.field("no_default_search_domain", &DnsResolverOptions::no_default_search_domain);
}

LAB_RECORD(DnsResolutionConfig, "envoy.config.core.v3.DnsResolutionConfig") {
  record.field("resolvers", &DnsResolutionConfig::resolvers).check(items_at_least(1));
  record.field("dns_resolver_options", &DnsResolutionConfig::dns_resolver_options);
}

LAB_RECORD(CaresDnsResolverConfig,
           "envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig") {
  record.field("resolvers", &CaresDnsResolverConfig::resolvers);
  record.field("dns_resolver_options", &CaresDnsResolverConfig::dns_resolver_options);
  record.field("udp_max_queries", &CaresDnsResolverConfig::udp_max_queries)
      .ignored("after how many questions another source port is used");
  record.field("query_timeout_seconds", &CaresDnsResolverConfig::query_timeout_seconds).at_least(1);
  record.field("query_tries", &CaresDnsResolverConfig::query_tries).at_least(1);
  record.field("rotate_nameservers", &CaresDnsResolverConfig::rotate_nameservers);
  record.field("edns0_max_payload_size", &CaresDnsResolverConfig::edns0_max_payload_size)
      .ignored("an answer that is too long for UDP is asked for by TCP")
      .at_least(512)
      .at_most(4096);
  record.field("max_udp_channel_duration", &CaresDnsResolverConfig::max_udp_channel_duration)
      .ignored("when sockets are renewed")
      .check(longer_than(std::chrono::seconds(1)));
  record.field("reinit_channel_on_timeout", &CaresDnsResolverConfig::reinit_channel_on_timeout)
      .ignored("when sockets are renewed");
}

}  // namespace lab::config
