#include "proxy/observe/format.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/support/requests.h"

namespace lab::proxy {
namespace {

using std::chrono::milliseconds;

/// A finished request with everything known.
struct Finished : TestStream {
  RequestHead head =
      request("/new?a=1&b", "a.com", {{"user-agent", "curl"}, {"x-envoy-original-path", "/old"}});
  ResponseHead response;
  HeaderMap trailers;

  Finished() {
    response.status = 503;
    response.headers.add("x-envoy-upstream-service-time", "4");
    trailers.add("grpc-status", "14");
    info.request = &head;
    info.response = &response;
    info.response_trailers = &trailers;
    info.start = SystemTime(std::chrono::seconds(1543000000) + milliseconds(123));
    info.timing.complete = milliseconds(42);
    info.timing.last_downstream_rx = milliseconds(1);
    info.timing.first_upstream_rx = milliseconds(30);
    info.timing.last_downstream_tx = milliseconds(41);
    info.response_code = 503;
    info.response_code_details = "via upstream";
    info.flags = {ResponseFlag::upstream_retry_limit_exceeded,
                  ResponseFlag::upstream_connection_failure};
    info.bytes.body_received = 5;
    info.bytes.body_sent = 7;
    info.route = "r";
    info.attempts = 2;
    info.upstream.cluster = "stat-name";
    info.upstream.cluster_raw = "c";
    info.upstream.host = IpPort::parse("10.0.0.2:8080");
    info.upstream.host_name = "h.com:8080";
    info.dynamic_metadata.set("f", Value()).set("k", Value()).set("n", 3);
    auto peer = std::make_shared<CertificateInfo>();
    peer->uri_sans = {"spiffe://a", "spiffe://b"};
    peer->subject = "CN=x";
    auto tls = std::make_shared<TlsInfo>();
    tls->peer = peer;
    tls->version = "TLSv1.3";
    connection.tls = tls;
    connection.requested_server_name = "s.com";
  }
};

TEST(Format, WritesOperators) {
  struct Case {
    const char *format, *text;
  };
  const Case cases[] = {
      {"plain", "plain"},
      {"100%%", "100%"},
      {"%REQ(:METHOD)% %REQ(:PATH)% %REQ(:AUTHORITY)%", "GET /new?a=1&b a.com"},
      {"%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", "/old"},
      {"%REQ(X-NONE?USER-AGENT)%", "curl"},
      {"%REQ(X-NONE)%", "-"},
      {"%REQ(USER-AGENT):2%", "cu"},
      {"%PATH(NQ:PATH)% %PATH(WQ:PATH)% %PATH%", "/new /new?a=1&b /old"},
      {"%QUERY_PARAM(a)% %QUERY_PARAM(c)%", "1 -"},
      {"%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% %RESP(:STATUS)%", "4 503"},
      {"%TRAILER(grpc-status)% %GRPC_STATUS% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS(NUMBER)%",
       "14 Unavailable UNAVAILABLE 14"},
      {"%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%",
       "503 UF,URX UpstreamConnectionFailure,UpstreamRetryLimitExceeded"},
      {"%RESPONSE_CODE_DETAILS% %RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%",
       "via_upstream via upstream"},
      {"%BYTES_RECEIVED% %BYTES_SENT% %DURATION%", "5 7 42"},
      {"%REQUEST_DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION% %REQUEST_TX_DURATION%",
       "1 30 11 -"},
      {"%COMMON_DURATION(DS_RX_BEG:US_RX_BEG:us)% %COMMON_DURATION(A:B:ms)%", "30000 -"},
      {"%START_TIME%", "2018-11-23T19:06:40.123Z"},
      {"%START_TIME(%Y/%m/%dT%H:%M:%S%z %s)%", "2018/11/23T19:06:40+0000 1543000000"},
      {"%START_TIME(%s.%3f)% %START_TIME(%f)% %START_TIME(%3s)%",
       "1543000000.123 123000000 1543000000123"},
      {"%UPSTREAM_HOST% %UPSTREAM_HOST_NAME% %UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW%",
       "10.0.0.2:8080 h.com:8080 stat-name c"},
      {"%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% "
       "%DOWNSTREAM_LOCAL_PORT%",
       "10.0.0.9:4000 10.0.0.9 80"},
      {"%DOWNSTREAM_PEER_URI_SAN% %DOWNSTREAM_PEER_SUBJECT% %DOWNSTREAM_TLS_VERSION%",
       "spiffe://a,spiffe://b CN=x TLSv1.3"},
      {"%REQUESTED_SERVER_NAME% %REQUESTED_SERVER_NAME(HOST_FIRST:ORIG)%", "s.com a.com"},
      {"%DYNAMIC_METADATA(f:k:n)% %DYNAMIC_METADATA(f:k)% %DYNAMIC_METADATA(f:x)%",
       "3 {\"n\":3} -"},
      {"%ROUTE_NAME% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %CONNECTION_ID%", "r 2 7"},
      {"%UPSTREAM_TRANSPORT_FAILURE_REASON% %FILTER_STATE(x)%", "- -"},
      {"%PROTOCOL%", "HTTP/1.1"},
  };
  const Finished stream;
  for (const Case& c : cases) {
    const auto format = Format::compile(c.format);
    ASSERT_TRUE(format) << c.format << ": " << format.error().message;
    EXPECT_EQ(format->text(stream.info, "-"), c.text) << c.format;
  }
}

// Each of these is refused by Envoy 1.40, too.
TEST(Format, RefusesWhatItCannotWrite) {
  for (const char* text :
       {"%NO_SUCH%", "%REQ%", "%REQ()%", "%REQ(a?b?c)%", "%REQ(a)", "100%", "% %", "%req(a)%",
        "%UPSTREAM_CLUSTER(x)%", "%UPSTREAM_CLUSTER:5%", "%DURATION:3%", "%GRPC_STATUS(x)%",
        "%PATH(x)%", "%FILTER_STATE(a:x)%", "%REQUESTED_SERVER_NAME(x)%",
        "%REQ_WITHOUT_QUERY(:PATH)%", "%COMMON_DURATION%"}) {
    EXPECT_FALSE(Format::compile(text)) << text;
  }
}

TEST(JsonFormat, KeepsTypesAndSortsNames) {
  const auto source = parse_json(
      R"({"code":"%RESPONSE_CODE%","text":"%RESPONSE_CODE% %PROTOCOL%","none":"%REQ(x)%","in":{"list":["%DURATION%",1]},"fixed":true})",
      "t");
  const auto format = JsonFormat::compile(*source);
  ASSERT_TRUE(format);
  const Finished stream;
  EXPECT_EQ(write_json(format->value(stream.info, false)),
            R"({"code":503,"fixed":true,"in":{"list":[42,1]},"none":null,"text":"503 HTTP/1.1"})");
  EXPECT_EQ(write_json(format->value(stream.info, true)),
            R"({"code":503,"fixed":true,"in":{"list":[42,1]},"text":"503 HTTP/1.1"})");
}

TEST(SubstitutionFormat, DefaultLineIsEnvoys) {
  const Finished stream;
  EXPECT_EQ(SubstitutionFormat::default_access_log().text(stream.info),
            "[2018-11-23T19:06:40.123Z] \"GET /old HTTP/1.1\" 503 UF,URX 5 7 42 4 \"-\" \"curl\" "
            "\"-\" \"a.com\" \"10.0.0.2:8080\"\n");
}

TEST(ResetTexts, AreEnvoys) {
  EXPECT_EQ(reset_details(UpstreamReset::remote_connection_failure, false,
                          "delayed connect error: Connection refused"),
            "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_"
            "error:_Connection_refused}");
  EXPECT_EQ(reset_details(UpstreamReset::connection_termination, true, ""),
            "upstream_reset_after_response_started{connection_termination}");
  EXPECT_EQ(reset_body(UpstreamReset::connection_termination, "", false),
            "upstream connect error or disconnect/reset before headers. reset reason: connection "
            "termination");
}

}  // namespace
}  // namespace lab::proxy
