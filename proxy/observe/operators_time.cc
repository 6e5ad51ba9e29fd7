#include "proxy/observe/operators.h"
#include "proxy/observe/time_text.h"

namespace lab::proxy {
namespace {

using std::chrono::nanoseconds;

Value milliseconds(const StreamTiming::Offset& offset) {
  if (!offset) return {};
  return Value(
      std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(*offset).count()});
}

Fact offset_of(StreamTiming::Offset StreamTiming::*member) {
  return [member](const StreamInfo& info) { return milliseconds(info.timing.*member); };
}

/// Whether strftime would write a line end: "%n", also with flags, width and modifier. Source:
/// Envoy's DateFormatter.
bool ends_lines(std::string_view format) {
  for (std::size_t at = format.find('%'); at < format.size(); at = format.find('%', at)) {
    at = std::min(format.find_first_not_of("-_0^#", at + 1), format.size());
    at = std::min(format.find_first_not_of("123456789", at), format.size());
    if (at < format.size() && (format[at] == 'E' || format[at] == 'O')) ++at;
    if (at < format.size() && format[at++] == 'n') return true;
  }
  return format.find('\n') != std::string_view::npos;
}

/// An instant, formatted; `read` gives it or nothing.
template <class Read>
Operator instant(std::string_view name, bool local, Read read) {
  return {name, kOptional, [local, read](std::string_view format) -> Result<Fact> {
            if (ends_lines(format)) {
              return fail(Errc::config, "Invalid time format: it contains a line end.");
            }
            return [local, read, format = std::string(format)](const StreamInfo& info) -> Value {
              const std::optional<SystemTime> time = read(info);
              if (!time) return {};
              return Value(local ? local_text(*time, format) : utc_text(*time, format));
            };
          }};
}

std::optional<SystemTime> start_of(const StreamInfo& info) {
  return info.start;
}

std::optional<SystemTime> emitted(const StreamInfo& info) {
  return info.start + std::chrono::duration_cast<SystemTime::duration>(
                          info.timing.complete.value_or(nanoseconds(0)));
}

/// The points that %COMMON_DURATION(FROM:TO:PRECISION)% knows. A name that is none of them never
/// has a value, as in Envoy.
StreamTiming::Offset time_point(const StreamTiming& timing, std::string_view name) {
  struct Point {
    std::string_view name;
    StreamTiming::Offset StreamTiming::*member;
  };
  static const Point points[] = {
      {"DS_RX_END", &StreamTiming::last_downstream_rx},
      {"US_CX_BEG", &StreamTiming::upstream_connect_start},
      {"US_CX_END", &StreamTiming::upstream_connect_end},
      {"US_HS_END", &StreamTiming::upstream_handshake},
      {"US_TX_BEG", &StreamTiming::first_upstream_tx},
      {"US_TX_END", &StreamTiming::last_upstream_tx},
      {"US_RX_BEG", &StreamTiming::first_upstream_rx},
      {"US_RX_BODY_BEG", &StreamTiming::first_upstream_rx_body},
      {"US_RX_END", &StreamTiming::last_upstream_rx},
      {"DS_TX_BEG", &StreamTiming::first_downstream_tx},
      {"DS_TX_END", &StreamTiming::last_downstream_tx},
  };
  if (name == "DS_RX_BEG") return nanoseconds(0);
  for (const Point& point : points) {
    if (point.name == name) return timing.*point.member;
  }
  return {};
}

Result<std::int64_t> nanoseconds_per(std::string_view precision) {
  if (precision == "ms") return 1'000'000;
  if (precision == "us") return 1'000;
  if (precision == "ns") return 1;
  return fail(Errc::config, "Invalid common duration precision: " + std::string(precision) +
                                ". Use ms, us or ns.");
}

Result<Fact> make_common_duration(std::string_view parameters) {
  const auto [from, rest] = split_once(parameters, ':');
  const auto [to, precision] = split_once(rest, ':');
  if (from.empty() || to.empty() || precision.empty()) {
    return fail(Errc::config, "Invalid common duration configuration: " + std::string(parameters) +
                                  ". It is START:END:PRECISION.");
  }
  const std::int64_t unit = TRY(nanoseconds_per(precision));
  return [from = std::string(from), to = std::string(to), unit](const StreamInfo& info) -> Value {
    const auto begin = time_point(info.timing, from);
    const auto end = time_point(info.timing, to);
    if (!begin || !end || *end < *begin) return {};
    return Value(std::int64_t{(*end - *begin).count() / unit});
  };
}

Value response_tx_duration(const StreamInfo& info) {
  const StreamTiming& timing = info.timing;
  if (!timing.last_downstream_tx || !timing.first_upstream_rx) return {};
  return milliseconds(*timing.last_downstream_tx - *timing.first_upstream_rx);
}

/// A field of a certificate's validity; `read` gives the certificate or null.
template <class Read>
Operator validity(std::string_view name, std::chrono::system_clock::time_point CertificateInfo::*at,
                  Read read) {
  return instant(name, false, [at, read](const StreamInfo& info) -> std::optional<SystemTime> {
    const CertificateInfoPtr certificate = read(info);
    if (!certificate) return {};
    return (*certificate).*at;
  });
}

CertificateInfoPtr downstream_peer(const StreamInfo& info) {
  return info.connection->tls ? info.connection->tls->peer : nullptr;
}
CertificateInfoPtr upstream_peer(const StreamInfo& info) {
  return info.upstream.tls ? info.upstream.tls->peer : nullptr;
}

}  // namespace

std::vector<Operator> time_operators() {
  return {
      instant("START_TIME", false, start_of),
      instant("START_TIME_LOCAL", true, start_of),
      instant("EMIT_TIME", false, emitted),
      instant("EMIT_TIME_LOCAL", true, emitted),
      validity("DOWNSTREAM_PEER_CERT_V_START", &CertificateInfo::not_before, downstream_peer),
      validity("DOWNSTREAM_PEER_CERT_V_END", &CertificateInfo::not_after, downstream_peer),
      validity("UPSTREAM_PEER_CERT_V_START", &CertificateInfo::not_before, upstream_peer),
      validity("UPSTREAM_PEER_CERT_V_END", &CertificateInfo::not_after, upstream_peer),
      plain("REQUEST_DURATION", offset_of(&StreamTiming::last_downstream_rx)),
      plain("REQUEST_TX_DURATION", offset_of(&StreamTiming::last_upstream_tx)),
      plain("RESPONSE_DURATION", offset_of(&StreamTiming::first_upstream_rx)),
      plain("RESPONSE_TX_DURATION", response_tx_duration),
      plain("DURATION", offset_of(&StreamTiming::complete)),
      {"COMMON_DURATION", kRequired, make_common_duration},
      plain("DOWNSTREAM_HANDSHAKE_DURATION", offset_of(&StreamTiming::downstream_handshake)),
      plain("ROUNDTRIP_DURATION", offset_of(&StreamTiming::last_downstream_ack)),
      plain("UPSTREAM_CONNECTION_POOL_READY_DURATION",
            [](const StreamInfo& info) { return milliseconds(info.upstream.pool_ready); }),
  };
}

}  // namespace lab::proxy
