#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/record.h"
#include "mesh/config/matcher.h"

/// Access logs: which requests are logged, how, and where to.
namespace lab::config {

struct AccessLogFilter;

/// The moment at which a log line is written.
enum class AccessLogType : std::int32_t {
  notset = 0,
  tcpupstreamconnected = 1,
  tcpperiodic = 2,
  tcpconnectionend = 3,
  downstreamstart = 4,
  downstreamperiodic = 5,
  downstreamend = 6,
  upstreampoolready = 7,
  upstreamperiodic = 8,
  upstreamend = 9,
  downstreamtunnelsuccessfullyestablished = 10,
  udptunnelupstreamconnected = 11,
  udpperiodic = 12,
  udpsessionend = 13
};

/// Compares a number.
struct ComparisonFilter {
  enum class Op : std::int32_t { eq = 0, ge = 1, le = 2, ne = 3 };
  Op op = Op::eq;
  RuntimeUInt32 value;
};

/// By response code.
struct StatusCodeFilter {
  ComparisonFilter comparison;
};

/// By duration in milliseconds.
struct DurationFilter {
  ComparisonFilter comparison;
};

/// All but health checks.
struct NotHealthCheckFilter {};

/// Only what is traced.
struct TraceableFilter {};

/// A random share.
struct RuntimeFilter {
  std::string runtime_key;
  std::optional<FractionalPercent> percent_sampled;
  bool use_independent_randomness = false;
};

/// All must pass.
struct AndFilter {
  std::vector<AccessLogFilter> filters;
};

/// One must pass.
struct OrFilter {
  std::vector<AccessLogFilter> filters;
};

/// By request header.
struct HeaderFilter {
  HeaderMatcher header;
};

/// By response flag; an empty list is any flag.
struct ResponseFlagFilter {
  std::vector<std::string> flags;
};

/// By gRPC status.
struct GrpcStatusFilter {
  enum class Status : std::int32_t {
    ok = 0,
    canceled = 1,
    unknown = 2,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    aborted = 10,
    out_of_range = 11,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    data_loss = 15,
    unauthenticated = 16
  };
  std::vector<Status> statuses;
  bool exclude = false;
};

/// By dynamic metadata.
struct MetadataFilter {
  std::optional<MetadataMatcher> matcher;
  std::optional<bool> match_if_key_not_found;
};

/// By the moment of logging.
struct LogTypeFilter {
  std::vector<AccessLogType> types;
  bool exclude = false;
};

/// Decides whether a line is written.
struct AccessLogFilter {
  std::optional<StatusCodeFilter> status_code_filter;
  std::optional<DurationFilter> duration_filter;
  std::optional<NotHealthCheckFilter> not_health_check_filter;
  std::optional<TraceableFilter> traceable_filter;
  std::optional<RuntimeFilter> runtime_filter;
  std::optional<AndFilter> and_filter;
  std::optional<OrFilter> or_filter;
  std::optional<HeaderFilter> header_filter;
  std::optional<ResponseFlagFilter> response_flag_filter;
  std::optional<GrpcStatusFilter> grpc_status_filter;
  std::optional<MetadataFilter> metadata_filter;
  std::optional<LogTypeFilter> log_type_filter;
};

/// One access log.
struct AccessLog {
  std::string name;
  std::optional<AccessLogFilter> filter;
  Any typed_config;
};

/// Lines appended to a file.
struct FileAccessLog {
  std::string path;
  std::optional<std::string> format;
  Value json_format;
  Value typed_json_format;
  std::optional<SubstitutionFormatString> log_format;
};

/// Lines to standard output.
struct StdoutAccessLog {
  std::optional<SubstitutionFormatString> log_format;
};

/// Lines to standard error.
struct StderrAccessLog {
  std::optional<SubstitutionFormatString> log_format;
};

const Record<ComparisonFilter>& record_of(const ComparisonFilter*);
const Record<StatusCodeFilter>& record_of(const StatusCodeFilter*);
const Record<DurationFilter>& record_of(const DurationFilter*);
const Record<NotHealthCheckFilter>& record_of(const NotHealthCheckFilter*);
const Record<TraceableFilter>& record_of(const TraceableFilter*);
const Record<RuntimeFilter>& record_of(const RuntimeFilter*);
const Record<AndFilter>& record_of(const AndFilter*);
const Record<OrFilter>& record_of(const OrFilter*);
const Record<HeaderFilter>& record_of(const HeaderFilter*);
const Record<ResponseFlagFilter>& record_of(const ResponseFlagFilter*);
const Record<GrpcStatusFilter>& record_of(const GrpcStatusFilter*);
const Record<MetadataFilter>& record_of(const MetadataFilter*);
const Record<LogTypeFilter>& record_of(const LogTypeFilter*);
const Record<AccessLogFilter>& record_of(const AccessLogFilter*);
const Record<AccessLog>& record_of(const AccessLog*);
const Record<FileAccessLog>& record_of(const FileAccessLog*);
const Record<StdoutAccessLog>& record_of(const StdoutAccessLog*);
const Record<StderrAccessLog>& record_of(const StderrAccessLog*);
const std::vector<EnumName<AccessLogType>>& enum_names(const AccessLogType*);
const std::vector<EnumName<ComparisonFilter::Op>>& enum_names(const ComparisonFilter::Op*);
const std::vector<EnumName<GrpcStatusFilter::Status>>& enum_names(const GrpcStatusFilter::Status*);

}  // namespace lab::config
