#include <algorithm>
#include <charconv>

#include "mesh/config/http_filters.h"
#include "proxy/filter/registry.h"
#include "proxy/match/header_match.h"
#include "proxy/match/route_match.h"

namespace lab::proxy {
namespace {

std::optional<std::uint64_t> header_number(const RequestHead& head, std::string_view name) {
  const std::string_view text = head.headers.get_or_empty(name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

/// A share that a request may lower by a header, but not raise.
config::FractionalPercent share_of(const std::optional<config::FractionalPercent>& configured,
                                   const RequestHead& head, bool by_header, std::string_view name) {
  config::FractionalPercent share = configured.value_or(config::FractionalPercent{});
  if (!by_header) return share;
  if (const auto asked = header_number(head, name)) {
    share.numerator = static_cast<std::uint32_t>(std::min<std::uint64_t>(*asked, share.numerator));
  }
  return share;
}

struct FaultStats {
  explicit FaultStats(const StatsScope& scope)
      : delays_injected(scope.counter("fault.delays_injected")),
        aborts_injected(scope.counter("fault.aborts_injected")),
        response_rl_injected(scope.counter("fault.response_rl_injected")),
        faults_overflow(scope.counter("fault.faults_overflow")),
        active_faults(scope.gauge("fault.active_faults")) {}
  Counter &delays_injected, &aborts_injected, &response_rl_injected, &faults_overflow;
  Gauge& active_faults;
};

/// envoy.filters.http.fault: delays a share of the requests, answers a share with an error.
class FaultFilter final : public HttpFilter {
 public:
  FaultFilter(config::HttpFault config, FaultStats& stats)
      : config_(std::move(config)), stats_(stats) {}
  ~FaultFilter() override {
    if (active_) stats_.active_faults.sub();
  }
  FilterVerdict on_request(RequestHead& head, FilterHost& host) override;

 private:
  bool concerns(const RequestHead& head, FilterHost& host) const;
  std::optional<Duration> delay_of(const RequestHead& head, FilterHost& host) const;
  /// The answer to abort with, or nothing.
  std::optional<LocalReply> abort_of(const RequestHead& head, FilterHost& host) const;
  bool become_active();
  FilterVerdict abort_or_go_on(const RequestHead& head, FilterHost& host);
  void after_delay();

  config::HttpFault config_;
  FaultStats& stats_;
  FilterHost* host_ = nullptr;  ///< While a delay runs.
  std::optional<Timer> timer_;
  bool active_ = false;
};

bool FaultFilter::concerns(const RequestHead& head, FilterHost& host) const {
  if (!config_.upstream_cluster.empty()) {
    const RouteEntry* route = host.route().route;
    if (route == nullptr || route->action() != RouteEntry::Action::forward) return false;
    const auto choice = route->choose_cluster(head, host.info(), host.stable_random());
    if (choice.name != config_.upstream_cluster) return false;
  }
  for (const auto& matcher : config_.headers) {
    const auto match = HeaderMatch::compile(matcher);
    if (!match || !match->matches(head)) return false;
  }
  const auto& nodes = config_.downstream_nodes;
  if (nodes.empty()) return true;
  const std::string node(head.headers.get_or_empty("x-envoy-downstream-service-node"));
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

std::optional<Duration> FaultFilter::delay_of(const RequestHead& head, FilterHost& host) const {
  if (!config_.delay) return {};
  const bool by_header = config_.delay->header_delay.has_value();
  const auto share = share_of(config_.delay->percentage, head, by_header,
                              "x-envoy-fault-delay-request-percentage");
  if (!falls_into(share, host.fresh_random())) return {};
  Duration delay = config_.delay->fixed_delay.value_or(Duration(0));
  if (by_header) {
    const auto asked = header_number(head, "x-envoy-fault-delay-request");
    delay = std::chrono::milliseconds(asked.value_or(0));
  }
  if (delay.count() <= 0) return {};
  return delay;
}

std::optional<LocalReply> FaultFilter::abort_of(const RequestHead& head, FilterHost& host) const {
  if (!config_.abort) return {};
  const config::FaultAbort& abort = *config_.abort;
  const bool by_header = abort.header_abort.has_value();
  const auto share =
      share_of(abort.percentage, head, by_header, "x-envoy-fault-abort-request-percentage");
  if (!falls_into(share, host.fresh_random())) return {};
  auto status = abort.http_status;
  auto grpc_status = abort.grpc_status;
  if (by_header) {
    const auto asked = header_number(head, "x-envoy-fault-abort-request");
    if (asked && *asked >= 200 && *asked < 600) status = static_cast<std::uint32_t>(*asked);
    const auto asked_grpc = header_number(head, "x-envoy-fault-abort-grpc-request");
    if (asked_grpc) grpc_status = static_cast<std::uint32_t>(*asked_grpc);
  }
  if (!status && !grpc_status) return {};
  LocalReply reply;
  // A gRPC status travels in a response that is fine as HTTP.
  reply.status = status.value_or(200);
  reply.grpc_status = status ? std::nullopt : grpc_status;
  reply.body = "fault filter abort";
  reply.details = details::kFilterAbort;
  reply.flag = ResponseFlag::fault_injected;
  return reply;
}

bool FaultFilter::become_active() {
  const auto most = config_.max_active_faults;
  if (most && stats_.active_faults.value() >= static_cast<std::int64_t>(*most)) {
    stats_.faults_overflow.add();
    return false;
  }
  if (!active_) stats_.active_faults.add();
  active_ = true;
  return true;
}

FilterVerdict FaultFilter::abort_or_go_on(const RequestHead& head, FilterHost& host) {
  auto reply = abort_of(head, host);
  if (!reply || (!active_ && !become_active())) return FilterVerdict::go_on;
  stats_.aborts_injected.add();
  host.answer(*std::move(reply));
  return FilterVerdict::answered;
}

void FaultFilter::after_delay() {
  if (abort_or_go_on(host_->request(), *host_) == FilterVerdict::go_on) host_->resume();
}

FilterVerdict FaultFilter::on_request(RequestHead& head, FilterHost& host) {
  if (!concerns(head, host)) return FilterVerdict::go_on;
  const auto delay = delay_of(head, host);
  if (!delay || !become_active()) return abort_or_go_on(head, host);
  stats_.delays_injected.add();
  host.info().flags.set(ResponseFlag::delay_injected);
  // After the delay the request may still be aborted.
  host_ = &host;
  timer_.emplace(host.loop(), Callback::to<&FaultFilter::after_delay>(this));
  timer_->start(*delay);
  return FilterVerdict::wait;
}

class FaultMaker final : public HttpFilterMaker {
 public:
  FaultMaker(std::string name, config::HttpFault config, const StatsScope& scope)
      : name_(std::move(name)), config_(std::move(config)), stats_(scope) {}

  std::unique_ptr<HttpFilter> make(FilterHost& host) override {
    const FilterOverride found = host.filter_override(name_);
    const auto* own = found.config == nullptr ? nullptr : found.config->get<config::HttpFault>();
    const config::HttpFault& config = own == nullptr ? config_ : *own;
    if (!config.delay && !config.abort) return nullptr;
    return std::make_unique<FaultFilter>(config, stats_);
  }

 private:
  std::string name_;
  config::HttpFault config_;
  FaultStats stats_;
};

}  // namespace

Result<HttpFilterMakerPtr> make_fault(const config::HttpFilter& filter, const StatsScope& scope) {
  const auto& config = *filter.typed_config.get<config::HttpFault>();
  TRY(compile_header_matches(config.headers));
  if (config.response_rate_limit) {
    return fail(Errc::config,
                "filter \"" + filter.name +
                    "\": response_rate_limit is not supported. Remove it; delay and abort are.");
  }
  return HttpFilterMakerPtr(std::make_unique<FaultMaker>(filter.name, config, scope));
}

}  // namespace lab::proxy
