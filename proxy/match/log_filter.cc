#include <algorithm>
#include <charconv>
#include <functional>

#include "base/hash.h"
#include "proxy/match/header_match.h"
#include "proxy/match/metadata_match.h"
#include "proxy/match/route_match.h"
#include "proxy/observe/access_log.h"
#include "proxy/observe/grpc_status.h"

namespace lab::proxy {

namespace {

/// `random` decides for runtime_filter.
using LogTest = std::function<bool(const StreamInfo&, std::uint64_t random)>;

Result<LogTest> compile_test(const config::AccessLogFilter& source);

bool compare(const config::ComparisonFilter& filter, std::uint64_t value) {
  using Op = config::ComparisonFilter::Op;
  const std::uint64_t limit = filter.value.default_value;
  switch (filter.op) {
    case Op::eq:
      return value == limit;
    case Op::ge:
      return value >= limit;
    case Op::le:
      return value <= limit;
    case Op::ne:
      return value != limit;
  }
  return false;
}

std::uint64_t milliseconds_of(const StreamInfo& info) {
  const auto duration = info.timing.complete.value_or(std::chrono::nanoseconds(0));
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

Result<LogTest> compile_all(const std::vector<config::AccessLogFilter>& filters, bool all) {
  std::vector<LogTest> tests;
  for (const auto& filter : filters) tests.push_back(TRY(compile_test(filter)));
  return LogTest([tests, all](const StreamInfo& info, std::uint64_t random) {
    const auto holds = [&](const LogTest& test) { return test(info, random); };
    return all ? std::all_of(tests.begin(), tests.end(), holds)
               : std::any_of(tests.begin(), tests.end(), holds);
  });
}

Result<LogTest> compile_flags(const config::ResponseFlagFilter& filter) {
  ResponseFlags wanted;
  for (const std::string& name : filter.flags) {
    const auto& names = response_flag_names();
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const auto& entry) { return entry.short_name == name; });
    if (found == names.end()) {
      return fail(Errc::config, "\"" + name + "\" is no response flag.");
    }
    wanted.set(found->flag);
  }
  const bool any = filter.flags.empty();
  return LogTest([wanted, any](const StreamInfo& info, std::uint64_t) {
    return any ? info.flags.any() : info.flags.intersects(wanted);
  });
}

Result<LogTest> compile_header(const config::HeaderFilter& filter) {
  const HeaderMatch match = TRY(HeaderMatch::compile(filter.header));
  return LogTest([match](const StreamInfo& info, std::uint64_t) {
    static const RequestHead none;
    return match.matches(info.request == nullptr ? none : *info.request);
  });
}

Result<LogTest> compile_grpc(const config::GrpcStatusFilter& filter) {
  return LogTest([filter, status = TRY(Format::compile("%GRPC_STATUS_NUMBER%"))](
                     const StreamInfo& info, std::uint64_t) {
    const Value found = status.value(info, "");
    const std::int64_t code =
        found.is_integer() ? found.integer() : grpc_status_of_http(info.response_code);
    const auto wanted = [code](auto entry) { return static_cast<std::int64_t>(entry) == code; };
    const bool listed = std::any_of(filter.statuses.begin(), filter.statuses.end(), wanted);
    return listed != filter.exclude;
  });
}

Result<LogTest> compile_metadata(const config::MetadataFilter& filter) {
  if (!filter.matcher) return LogTest([](const StreamInfo&, std::uint64_t) { return true; });
  std::string path = filter.matcher->filter;
  for (const auto& segment : filter.matcher->path) path += ":" + segment.key.value_or("");
  const bool if_missing = filter.match_if_key_not_found.value_or(true);
  return LogTest([match = TRY(MetadataMatch::compile(*filter.matcher)), path, if_missing,
                  read = TRY(Format::compile("%DYNAMIC_METADATA(" + path + ")%"))](
                     const StreamInfo& info, std::uint64_t) {
    if (read.value(info, "").is_null()) return if_missing;
    return match.matches(info.dynamic_metadata);
  });
}

LogTest compile_runtime(const config::RuntimeFilter& filter) {
  return [share = filter.percent_sampled](const StreamInfo&, std::uint64_t random) {
    return share && falls_into(*share, random);
  };
}

LogTest compile_log_type(const config::LogTypeFilter& filter) {
  return [filter](const StreamInfo& info, std::uint64_t) {
    using Type = config::AccessLogType;
    const Type type = info.protocol.empty() ? Type::tcpconnectionend : Type::downstreamend;
    const auto& types = filter.types;
    const bool listed = std::find(types.begin(), types.end(), type) != types.end();
    return listed != filter.exclude;
  };
}

Result<LogTest> compile_test(const config::AccessLogFilter& source) {
  if (source.status_code_filter) {
    return LogTest(
        [filter = source.status_code_filter->comparison](const StreamInfo& info, std::uint64_t) {
          return compare(filter, info.response_code);
        });
  }
  if (source.duration_filter) {
    return LogTest(
        [filter = source.duration_filter->comparison](const StreamInfo& info, std::uint64_t) {
          return compare(filter, milliseconds_of(info));
        });
  }
  if (source.runtime_filter) return compile_runtime(*source.runtime_filter);
  if (source.and_filter) return compile_all(source.and_filter->filters, true);
  if (source.or_filter) return compile_all(source.or_filter->filters, false);
  if (source.header_filter) return compile_header(*source.header_filter);
  if (source.response_flag_filter) return compile_flags(*source.response_flag_filter);
  if (source.grpc_status_filter) return compile_grpc(*source.grpc_status_filter);
  if (source.metadata_filter) return compile_metadata(*source.metadata_filter);
  if (source.log_type_filter) return compile_log_type(*source.log_type_filter);
  // No health-check filter and no tracer here: nothing is a health check, nothing is traced.
  const bool passes = !source.traceable_filter;
  return LogTest([passes](const StreamInfo&, std::uint64_t) { return passes; });
}

/// From the request's id where there is one, so that all proxies on its way decide alike.
std::uint64_t random_of(const StreamInfo& info) {
  if (info.request != nullptr) {
    if (const auto id = info.request->headers.get("x-request-id")) return xx_hash64(*id);
  }
  return xx_hash64(std::to_string(info.start.time_since_epoch().count()), info.connection->id);
}

class CompiledFilter final : public AccessLogFilter {
 public:
  explicit CompiledFilter(LogTest test) : test_(std::move(test)) {}
  bool passes(const StreamInfo& info) const override { return test_(info, random_of(info)); }

 private:
  LogTest test_;
};

}  // namespace

Result<AccessLogFilterPtr> make_access_log_filter(const config::AccessLogFilter& source) {
  return AccessLogFilterPtr(std::make_shared<const CompiledFilter>(TRY(compile_test(source))));
}

}  // namespace lab::proxy
