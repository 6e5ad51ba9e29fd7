#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mesh/config/http_connection_manager.h"
#include "proxy/http/message.h"
#include "proxy/match/route_table.h"
#include "proxy/net/loop.h"
#include "proxy/observe/stats.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// An answer that the proxy gives itself.
struct LocalReply {
  unsigned status = 0;
  std::string body;
  std::string details;  ///< %RESPONSE_CODE_DETAILS%.
  std::optional<ResponseFlag> flag;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Added to the answer.
  std::optional<std::uint32_t> grpc_status;  ///< For gRPC requests, when not implied by `status`.
};

/// What a filter sees of its request, and may do with it.
class FilterHost {
 public:
  virtual ~FilterHost() = default;
  virtual StreamInfo& info() = 0;
  virtual const RequestHead& request() = 0;
  /// The route found so far; it may have no route.
  virtual const RouteResult& route() = 0;
  /// The configuration of the filter of that name for this request.
  virtual FilterOverride filter_override(const std::string& filter_name) = 0;
  /// A random number that is the same for all questions about this request.
  virtual std::uint64_t stable_random() = 0;
  virtual std::uint64_t fresh_random() = 0;
  virtual Loop& loop() = 0;
  /// Answers and ends the request; the filter then returns FilterVerdict::answered (or was
  /// waiting).
  virtual void answer(LocalReply reply) = 0;
  /// After FilterVerdict::wait: goes on with the next filter.
  virtual void resume() = 0;
};

enum class FilterVerdict : std::uint8_t {
  go_on,
  wait,      ///< The filter calls resume() or answer() later.
  answered,  ///< It has called answer().
};

/// One HTTP filter at one request.
class HttpFilter {
 public:
  virtual ~HttpFilter() = default;
  virtual FilterVerdict on_request(RequestHead& head, FilterHost& host) = 0;
  /// On the way back, in reverse order; local replies pass too.
  virtual void on_response(ResponseHead& head, FilterHost& host) { (void)head, (void)host; }
};

/// One HTTP filter of a connection manager in one worker: makes an HttpFilter for each request.
class HttpFilterMaker {
 public:
  virtual ~HttpFilterMaker() = default;
  /// Null: nothing to do for this request.
  virtual std::unique_ptr<HttpFilter> make(FilterHost& host) = 0;
};

/// Makes a filter other than the router. `scope` is "http.PREFIX.". Fails with Errc::config for
/// what can't be used.
Result<std::unique_ptr<HttpFilterMaker>> make_http_filter(const config::HttpFilter& filter,
                                                          const StatsScope& scope);

}  // namespace lab::proxy
