#include <netinet/in.h>

#include <algorithm>

#include "base/text.h"
#include "proxy/upstream/cluster.h"

namespace lab::proxy {

namespace {

std::string option_bytes(const config::SocketOption& option) {
  if (option.buf_value) return option.buf_value->data;
  const int value = static_cast<int>(option.int_value.value_or(0));
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

Result<> read_bind(const config::BindConfig& bind, ConnectOptions& socket) {
  if (bind.source_address) {
    const Address source = TRY(
        Address::parse(bind.source_address->address,
                       static_cast<std::uint16_t>(bind.source_address->port_value.value_or(0))));
    // "Any address, any port" is what the kernel does by itself.
    if (!source.is_wildcard() || source.port() != 0) socket.source = source;
  }
  if (bind.freebind.value_or(false)) {
    const int on = 1;
    socket.options.push_back(
        {IPPROTO_IP, IP_FREEBIND, std::string(reinterpret_cast<const char*>(&on), sizeof on)});
  }
  for (const auto& option : bind.socket_options) {
    if (option.type && option.type->datagram && !option.type->stream) continue;
    socket.options.push_back(
        {static_cast<int>(option.level), static_cast<int>(option.name), option_bytes(option)});
  }
  return {};
}

void read_common(const config::CommonHttpProtocolOptions& common, HttpPoolOptions& pool) {
  if (common.idle_timeout) pool.idle_timeout = *common.idle_timeout;
  if (common.max_connection_duration) pool.max_duration = *common.max_connection_duration;
  if (common.max_requests_per_connection) pool.max_requests = *common.max_requests_per_connection;
  if (common.max_headers_count) {
    pool.http1.max_header_fields = pool.http2.max_header_fields = *common.max_headers_count;
  }
  if (common.max_response_headers_kb) {
    pool.http1.max_header_bytes = pool.http2.max_header_bytes =
        *common.max_response_headers_kb * 1024ul;
  }
}

void read_http1(const std::optional<config::Http1ProtocolOptions>& source, HttpPoolOptions& pool) {
  if (!source) return;
  pool.http1.enable_trailers = source->enable_trailers;
  pool.http1.proper_case =
      source->header_key_format && source->header_key_format->proper_case_words;
}

void read_http2(const std::optional<config::Http2ProtocolOptions>& source, HttpPoolOptions& pool) {
  if (!source) return;
  if (source->hpack_table_size) pool.http2.hpack_table_size = *source->hpack_table_size;
  if (source->max_concurrent_streams)
    pool.http2.max_concurrent_streams = *source->max_concurrent_streams;
  if (source->initial_stream_window_size)
    pool.http2.initial_stream_window_size = *source->initial_stream_window_size;
  if (source->initial_connection_window_size) {
    pool.http2.initial_connection_window_size = *source->initial_connection_window_size;
  }
  pool.http2.allow_connect = source->allow_connect;
  if (source->connection_keepalive) {
    pool.keepalive_interval = source->connection_keepalive->interval.value_or(Duration::zero());
    pool.keepalive_timeout = source->connection_keepalive->timeout.value_or(pool.keepalive_timeout);
  }
}

void read_protocol_options(const config::HttpProtocolOptions& options, ClusterConfig& cluster) {
  HttpPoolOptions& pool = cluster.pool;
  if (options.common_http_protocol_options)
    read_common(*options.common_http_protocol_options, pool);
  if (options.upstream_http_protocol_options) {
    cluster.auto_sni = options.upstream_http_protocol_options->auto_sni;
    cluster.auto_san_validation = options.upstream_http_protocol_options->auto_san_validation;
    cluster.auto_sni_header =
        to_lower(options.upstream_http_protocol_options->override_auto_sni_header);
  }
  if (options.explicit_http_config) {
    read_http1(options.explicit_http_config->http_protocol_options, pool);
    read_http2(options.explicit_http_config->http2_protocol_options, pool);
    if (options.explicit_http_config->http2_protocol_options)
      pool.version = HttpPoolOptions::Version::http2;
  }
  if (options.use_downstream_protocol_config) {
    read_http1(options.use_downstream_protocol_config->http_protocol_options, pool);
    read_http2(options.use_downstream_protocol_config->http2_protocol_options, pool);
    cluster.use_downstream_protocol = true;
  }
  if (options.auto_config) {
    read_http1(options.auto_config->http_protocol_options, pool);
    read_http2(options.auto_config->http2_protocol_options, pool);
    pool.version = HttpPoolOptions::Version::by_alpn;
  }
}

void read_old_options(const config::Cluster& source, ClusterConfig& cluster) {
  HttpPoolOptions& pool = cluster.pool;
  if (source.common_http_protocol_options) read_common(*source.common_http_protocol_options, pool);
  if (source.max_requests_per_connection) pool.max_requests = *source.max_requests_per_connection;
  if (source.upstream_http_protocol_options) {
    cluster.auto_sni = source.upstream_http_protocol_options->auto_sni;
    cluster.auto_san_validation = source.upstream_http_protocol_options->auto_san_validation;
    cluster.auto_sni_header =
        to_lower(source.upstream_http_protocol_options->override_auto_sni_header);
  }
  read_http1(source.http_protocol_options, pool);
  read_http2(source.http2_protocol_options, pool);
  if (source.http2_protocol_options) pool.version = HttpPoolOptions::Version::http2;
  cluster.use_downstream_protocol =
      source.protocol_selection ==
      config::Cluster::ClusterProtocolSelection::use_downstream_protocol;
}

}  // namespace

Result<ClusterConfigPtr> compile_cluster(config::Cluster config, ClusterTransports transports) {
  auto cluster = std::make_shared<ClusterConfig>();
  cluster->config = std::move(config);
  const config::Cluster& source = cluster->config;
  HttpPoolOptions& pool = cluster->pool;
  if (source.connect_timeout) pool.connect_timeout = *source.connect_timeout;
  if (source.per_connection_buffer_limit_bytes)
    pool.buffer_bytes = *source.per_connection_buffer_limit_bytes;
  read_old_options(source, *cluster);
  for (const auto& [name, options] : source.typed_extension_protocol_options) {
    const auto* http = options.get<config::HttpProtocolOptions>();
    if (http != nullptr) read_protocol_options(*http, *cluster);
  }
  if (source.upstream_bind_config) TRY(read_bind(*source.upstream_bind_config, pool.socket));
  if (source.upstream_connection_options && source.upstream_connection_options->tcp_keepalive) {
    const auto& keepalive = *source.upstream_connection_options->tcp_keepalive;
    pool.socket.keepalive = TcpKeepalive{keepalive.keepalive_probes, keepalive.keepalive_time,
                                         keepalive.keepalive_interval};
  }
  for (const auto& check : source.health_checks) {
    if (!check.http_health_check) continue;
    cluster->health_headers =
        TRY(HeaderMutation::compile(check.http_health_check->request_headers_to_add,
                                    check.http_health_check->request_headers_to_remove));
  }
  pool.tls = std::move(transports.main);
  cluster->has_alpn = transports.main_has_alpn;
  cluster->matched_transports = std::move(transports.matched);
  return ClusterConfigPtr(std::move(cluster));
}

}  // namespace lab::proxy
