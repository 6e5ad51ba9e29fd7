#include "mesh/config/access_log.h"

#include "mesh/config/rules.h"

namespace lab::config {

const std::vector<EnumName<AccessLogType>>& enum_names(const AccessLogType*) {
  static const std::vector<EnumName<AccessLogType>> names = {
      {AccessLogType::notset, "NotSet"},
      {AccessLogType::tcpupstreamconnected, "TcpUpstreamConnected"},
      {AccessLogType::tcpperiodic, "TcpPeriodic"},
      {AccessLogType::tcpconnectionend, "TcpConnectionEnd"},
      {AccessLogType::downstreamstart, "DownstreamStart"},
      {AccessLogType::downstreamperiodic, "DownstreamPeriodic"},
      {AccessLogType::downstreamend, "DownstreamEnd"},
      {AccessLogType::upstreampoolready, "UpstreamPoolReady"},
      {AccessLogType::upstreamperiodic, "UpstreamPeriodic"},
      {AccessLogType::upstreamend, "UpstreamEnd"},
      {AccessLogType::downstreamtunnelsuccessfullyestablished,
       "DownstreamTunnelSuccessfullyEstablished"},
      {AccessLogType::udptunnelupstreamconnected, "UdpTunnelUpstreamConnected"},
      {AccessLogType::udpperiodic, "UdpPeriodic"},
      {AccessLogType::udpsessionend, "UdpSessionEnd"},
  };
  return names;
}

const std::vector<EnumName<ComparisonFilter::Op>>& enum_names(const ComparisonFilter::Op*) {
  static const std::vector<EnumName<ComparisonFilter::Op>> names = {
      {ComparisonFilter::Op::eq, "EQ"},
      {ComparisonFilter::Op::ge, "GE"},
      {ComparisonFilter::Op::le, "LE"},
      {ComparisonFilter::Op::ne, "NE"},
  };
  return names;
}

const std::vector<EnumName<GrpcStatusFilter::Status>>& enum_names(const GrpcStatusFilter::Status*) {
  static const std::vector<EnumName<GrpcStatusFilter::Status>> names = {
      {GrpcStatusFilter::Status::ok, "OK"},
      {GrpcStatusFilter::Status::canceled, "CANCELED"},
      {GrpcStatusFilter::Status::unknown, "UNKNOWN"},
      {GrpcStatusFilter::Status::invalid_argument, "INVALID_ARGUMENT"},
      {GrpcStatusFilter::Status::deadline_exceeded, "DEADLINE_EXCEEDED"},
      {GrpcStatusFilter::Status::not_found, "NOT_FOUND"},
      {GrpcStatusFilter::Status::already_exists, "ALREADY_EXISTS"},
      {GrpcStatusFilter::Status::permission_denied, "PERMISSION_DENIED"},
      {GrpcStatusFilter::Status::resource_exhausted, "RESOURCE_EXHAUSTED"},
      {GrpcStatusFilter::Status::failed_precondition, "FAILED_PRECONDITION"},
      {GrpcStatusFilter::Status::aborted, "ABORTED"},
      {GrpcStatusFilter::Status::out_of_range, "OUT_OF_RANGE"},
      {GrpcStatusFilter::Status::unimplemented, "UNIMPLEMENTED"},
      {GrpcStatusFilter::Status::internal, "INTERNAL"},
      {GrpcStatusFilter::Status::unavailable, "UNAVAILABLE"},
      {GrpcStatusFilter::Status::data_loss, "DATA_LOSS"},
      {GrpcStatusFilter::Status::unauthenticated, "UNAUTHENTICATED"},
  };
  return names;
}

LAB_RECORD(ComparisonFilter, "envoy.config.accesslog.v3.ComparisonFilter") {
  record.field("op", &ComparisonFilter::op);
  record.field("value", &ComparisonFilter::value).required();
}

LAB_RECORD(StatusCodeFilter, "envoy.config.accesslog.v3.StatusCodeFilter") {
  record.field("comparison", &StatusCodeFilter::comparison).required();
}

LAB_RECORD(DurationFilter, "envoy.config.accesslog.v3.DurationFilter") {
  record.field("comparison", &DurationFilter::comparison).required();
}

LAB_RECORD(NotHealthCheckFilter, "envoy.config.accesslog.v3.NotHealthCheckFilter") {
  static_cast<void>(record);
}

LAB_RECORD(TraceableFilter, "envoy.config.accesslog.v3.TraceableFilter") {
  static_cast<void>(record);
}

LAB_RECORD(RuntimeFilter, "envoy.config.accesslog.v3.RuntimeFilter") {
  record.field("runtime_key", &RuntimeFilter::runtime_key)
      .ignored("the default is always used")
      .not_empty();
  record.field("percent_sampled", &RuntimeFilter::percent_sampled);
  record.field("use_independent_randomness", &RuntimeFilter::use_independent_randomness)
      .ignored("randomness is always independent of the request id");
}

LAB_RECORD(AndFilter, "envoy.config.accesslog.v3.AndFilter") {
  record.field("filters", &AndFilter::filters).check(items_at_least(2));
}

LAB_RECORD(OrFilter, "envoy.config.accesslog.v3.OrFilter") {
  record.field("filters", &OrFilter::filters).check(items_at_least(2));
}

LAB_RECORD(HeaderFilter, "envoy.config.accesslog.v3.HeaderFilter") {
  record.field("header", &HeaderFilter::header).required();
}

LAB_RECORD(ResponseFlagFilter, "envoy.config.accesslog.v3.ResponseFlagFilter") {
  record.field("flags", &ResponseFlagFilter::flags)
      .check(one_of_words({"LH",   "UH",   "UT",   "LR",   "UR", "UF",  "UC", "UO", "NR",  "DI",
                           "FI",   "RL",   "UAEX", "RLSE", "DC", "URX", "SI", "IH", "DPE", "UMSDR",
                           "RFCF", "NFCF", "DT",   "UPE",  "NC", "OM",  "DF", "DO", "DR",  "UDO"}));
}

LAB_RECORD(GrpcStatusFilter, "envoy.config.accesslog.v3.GrpcStatusFilter") {
  record.field("statuses", &GrpcStatusFilter::statuses);
  record.field("exclude", &GrpcStatusFilter::exclude);
}

LAB_RECORD(MetadataFilter, "envoy.config.accesslog.v3.MetadataFilter") {
  record.field("matcher", &MetadataFilter::matcher);
  record.field("match_if_key_not_found", &MetadataFilter::match_if_key_not_found);
}

LAB_RECORD(LogTypeFilter, "envoy.config.accesslog.v3.LogTypeFilter") {
  record.field("types", &LogTypeFilter::types);
  record.field("exclude", &LogTypeFilter::exclude);
}

LAB_RECORD(AccessLogFilter, "envoy.config.accesslog.v3.AccessLogFilter") {
  record.field("status_code_filter", &AccessLogFilter::status_code_filter);
  record.field("duration_filter", &AccessLogFilter::duration_filter);
  record.field("not_health_check_filter", &AccessLogFilter::not_health_check_filter);
  record.field("traceable_filter", &AccessLogFilter::traceable_filter);
  record.field("runtime_filter", &AccessLogFilter::runtime_filter);
  record.field("and_filter", &AccessLogFilter::and_filter);
  record.field("or_filter", &AccessLogFilter::or_filter);
  record.field("header_filter", &AccessLogFilter::header_filter);
  record.field("response_flag_filter", &AccessLogFilter::response_flag_filter);
  record.field("grpc_status_filter", &AccessLogFilter::grpc_status_filter);
  record.field("metadata_filter", &AccessLogFilter::metadata_filter);
  record.field("log_type_filter", &AccessLogFilter::log_type_filter);
  record.oneof("filter_specifier",
               {"status_code_filter", "duration_filter", "not_health_check_filter",
                "traceable_filter", "runtime_filter", "and_filter", "or_filter", "header_filter",
                "response_flag_filter", "grpc_status_filter", "metadata_filter", "log_type_filter"},
               true);
}

LAB_RECORD(AccessLog, "envoy.config.accesslog.v3.AccessLog") {
  record.field("name", &AccessLog::name);
  record.field("filter", &AccessLog::filter);
  record.field("typed_config", &AccessLog::typed_config);
}

LAB_RECORD(FileAccessLog, "envoy.extensions.access_loggers.file.v3.FileAccessLog") {
  record.field("path", &FileAccessLog::path).not_empty();
  record.field("format", &FileAccessLog::format);
  record.field("json_format", &FileAccessLog::json_format);
  record.field("typed_json_format", &FileAccessLog::typed_json_format);
  record.field("log_format", &FileAccessLog::log_format);
  record.oneof("access_log_format", {"format", "json_format", "typed_json_format", "log_format"});
}

LAB_RECORD(StdoutAccessLog, "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog") {
  record.field("log_format", &StdoutAccessLog::log_format);
}

LAB_RECORD(StderrAccessLog, "envoy.extensions.access_loggers.stream.v3.StderrAccessLog") {
  record.field("log_format", &StderrAccessLog::log_format);
}

}  // namespace lab::config
