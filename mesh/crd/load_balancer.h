#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mesh/crd/duration.h"
#include "mesh/crd/metadata.h"

/// Load balancing of a DestinationRule. Source: Istio, networking/v1/destination_rule.proto.
namespace lab::crd {

enum class SimpleLoadBalancer : std::uint8_t {
  UNSPECIFIED,
  LEAST_CONN,  ///< The older name of LEAST_REQUEST.
  RANDOM,
  PASSTHROUGH,
  ROUND_ROBIN,
  LEAST_REQUEST,
};
const std::vector<EnumName<SimpleLoadBalancer>>& enum_names(const SimpleLoadBalancer*);

struct HttpCookieAttribute {
  std::string name;
  std::string value;
};
const Record<HttpCookieAttribute>& record_of(const HttpCookieAttribute*);

struct HttpCookie {
  std::string name;
  std::string path;
  std::optional<Duration> ttl;
  std::vector<HttpCookieAttribute> attributes;
};
const Record<HttpCookie>& record_of(const HttpCookie*);

struct RingHash {
  std::uint64_t minimum_ring_size = 0;
};
const Record<RingHash>& record_of(const RingHash*);

struct MagLev {
  std::uint64_t table_size = 0;
};
const Record<MagLev>& record_of(const MagLev*);

struct ConsistentHash {
  std::optional<std::string> http_header_name;
  std::optional<HttpCookie> http_cookie;
  std::optional<bool> use_source_ip;
  std::optional<std::string> http_query_parameter_name;
  std::optional<RingHash> ring_hash;
  std::optional<MagLev> maglev;
  std::uint64_t minimum_ring_size = 0;  ///< The older spelling of ring_hash.
};
const Record<ConsistentHash>& record_of(const ConsistentHash*);

struct LocalityDistribute {
  std::string from;
  std::map<std::string, std::uint32_t> to;  ///< Percent by locality.
};
const Record<LocalityDistribute>& record_of(const LocalityDistribute*);

struct LocalityFailover {
  std::string from;
  std::string to;
};
const Record<LocalityFailover>& record_of(const LocalityFailover*);

struct LocalityLoadBalancer {
  std::vector<LocalityDistribute> distribute;
  std::vector<LocalityFailover> failover;
  std::vector<std::string> failover_priority;
  std::optional<bool> enabled;
};
const Record<LocalityLoadBalancer>& record_of(const LocalityLoadBalancer*);

struct ZoneAwareLoadBalancer {
  std::optional<bool> enabled;
  std::optional<std::uint64_t> min_cluster_size;
  std::vector<LocalityFailover> failover;
  std::vector<std::string> failover_priority;
};
const Record<ZoneAwareLoadBalancer>& record_of(const ZoneAwareLoadBalancer*);

struct Warmup {
  std::optional<Duration> duration;
  std::optional<double> minimum_percent;
  std::optional<double> aggression;
};
const Record<Warmup>& record_of(const Warmup*);

struct LoadBalancer {
  Origin origin;
  std::optional<SimpleLoadBalancer> simple;
  std::optional<ConsistentHash> consistent_hash;
  std::optional<LocalityLoadBalancer> locality_lb_setting;
  std::optional<ZoneAwareLoadBalancer> zone_aware_lb_setting;
  std::optional<Duration> warmup_duration_secs;  ///< The older spelling of warmup.duration.
  std::optional<Warmup> warmup;
};
const Record<LoadBalancer>& record_of(const LoadBalancer*);

}  // namespace lab::crd
