#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "base/value.h"
#include "mesh/config/core.h"
#include "proxy/http/message.h"
#include "proxy/net/certificate_info.h"
#include "proxy/observe/response_flags.h"

namespace lab::proxy {

using SystemTime = std::chrono::system_clock::time_point;

/// A certificate's names as "URI:...", "DNS:...", "IP:...", "email:...", in that order.
std::vector<std::string> all_sans(const CertificateInfo& certificate);

/// One connection, as accepted or made. Filled by the transport; the same for all its streams.
struct ConnectionInfo {
  std::uint64_t id = 0;
  IpPort local;          ///< Where it arrived (after restoring an original destination).
  IpPort direct_local;   ///< Before any restoring.
  IpPort direct_remote;  ///< The peer of the socket.
  IpPort remote;         ///< The same, or what a listener filter found out.
  std::string requested_server_name;  ///< SNI; empty when none.
  std::string transport_protocol;     ///< "tls", "raw_buffer" or empty (not inspected).
  std::vector<std::string> application_protocols;  ///< Offered by ALPN, or found by http_inspector.
  std::string alpn;                                ///< Negotiated.
  TlsInfoPtr tls;
  std::string transport_failure_reason;  ///< Of the handshake downstream.
  std::string termination_details;       ///< %CONNECTION_TERMINATION_DETAILS%.
  std::string listener, filter_chain;    ///< Names.
  std::string connection_protocol = "TCP";

  /// Where the client wanted to go, if the connection was redirected; unset where that was the
  /// listener itself, to which an ORIGINAL_DST cluster would connect for ever.
  std::optional<IpPort> original_destination() const {
    return local == direct_local ? std::nullopt : std::optional(local);
  }
};

/// The metadata of the configuration objects that took part, in order of decision: listener, filter
/// chain, route table, virtual host, route, cluster. Nulls are left out.
class Origins {
 public:
  Origins() = default;
  Origins(std::initializer_list<const config::Metadata*> all) {
    for (const config::Metadata* one : all) add(one);
  }
  void add(const config::Metadata* metadata) {
    if (metadata == nullptr) return;
    LAB_ASSERT(size_ < all_.size());
    all_[size_++] = metadata;
  }
  void add(const std::optional<config::Metadata>& metadata) {
    add(metadata ? &*metadata : nullptr);
  }
  const config::Metadata* const* begin() const { return all_.data(); }
  const config::Metadata* const* end() const { return all_.data() + size_; }

 private:
  std::array<const config::Metadata*, 6> all_{};
  std::size_t size_ = 0;
};

/// The upstream side of one stream or tunnel: of its last attempt. Names are views into what the
/// stream holds (cluster, host).
struct UpstreamInfo {
  std::string_view cluster;      ///< Name used in %UPSTREAM_CLUSTER% (alt_stat_name where set).
  std::string_view cluster_raw;  ///< The cluster's name.
  std::string_view host_name;    ///< The endpoint's hostname, or its address.
  std::optional<IpPort> host;    ///< The endpoint chosen.
  std::optional<IpPort> local;
  std::optional<IpPort> connected;  ///< The address really connected to.
  std::string_view protocol;        ///< "HTTP/1.1", "HTTP/2", or empty.
  std::uint64_t connection_id = 0;
  TlsInfoPtr tls;
  std::string transport_failure_reason;
  std::optional<std::chrono::nanoseconds> pool_ready;  ///< Time that the pool took.
  const config::Metadata* cluster_metadata = nullptr;  ///< The snapshot keeps it alive.
  const config::Metadata* endpoint_metadata = nullptr;
};

/// Instants of one stream, each relative to its start.
struct StreamTiming {
  using Offset = std::optional<std::chrono::nanoseconds>;
  Offset last_downstream_rx, first_upstream_tx, last_upstream_tx, first_upstream_rx,
      first_upstream_rx_body, last_upstream_rx, first_downstream_tx, last_downstream_tx,
      last_downstream_ack, downstream_handshake, upstream_connect_start, upstream_connect_end,
      upstream_handshake, complete;
};

/// Byte counts as they went over the wire (with framing) or as content.
struct ByteCounts {
  std::uint64_t body_received = 0, body_sent = 0;      ///< %BYTES_RECEIVED%, %BYTES_SENT%
  std::uint64_t wire_received = 0, wire_sent = 0;      ///< downstream
  std::uint64_t header_received = 0, header_sent = 0;  ///< downstream headers
  std::uint64_t upstream_wire_received = 0, upstream_wire_sent = 0;
  std::uint64_t upstream_header_received = 0, upstream_header_sent = 0;
  std::uint64_t retransmitted = 0;
};

/// All that access logs, header formats, trace records and authorization may know about one request
/// or one tunnelled connection. The session fills it; everything that decides or reports only reads
/// it.
struct StreamInfo {
  const ConnectionInfo* connection = nullptr;  ///< Never null while read.
  SystemTime start{};
  StreamTiming timing;
  std::string_view protocol;  ///< "HTTP/1.0", "HTTP/1.1", "HTTP/2"; empty for TCP.
  std::uint64_t stream_id = 0;
  std::string unique_id;

  // Heads as they are when read; null where there are none (yet).
  const RequestHead* request = nullptr;
  const ResponseHead* response = nullptr;
  const HeaderMap* response_trailers = nullptr;
  std::optional<IpPort>
      remote;  ///< After XFF rules; the connection's when unset. Port 0 when it came from XFF.

  std::uint32_t response_code = 0;  ///< 0: none was sent.
  std::string response_code_details;
  ResponseFlags flags;
  ByteCounts bytes;
  std::uint32_t attempts = 0;
  std::string local_reply_body;

  // Names of what was chosen, views into the route table; empty when nothing was.
  std::string_view route_configuration, virtual_host, route;
  std::string virtual_cluster;
  UpstreamInfo upstream;

  Value dynamic_metadata;  ///< Object by namespace.
  std::map<std::string, std::string> filter_state;
  const config::Metadata* route_metadata = nullptr;
  Origins origins;
  /// Keep alive what `origins` point to, for those who look at them after the stream's end.
  std::shared_ptr<const void> listener_owner, route_owner, cluster_owner;

  const IpPort& remote_address() const { return remote ? *remote : connection->remote; }
};

}  // namespace lab::proxy
