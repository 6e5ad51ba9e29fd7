#include "mesh/crd/load_balancer.h"

namespace lab::crd {

const std::vector<EnumName<SimpleLoadBalancer>>& enum_names(const SimpleLoadBalancer*) {
  static const std::vector<EnumName<SimpleLoadBalancer>> names = {
      {SimpleLoadBalancer::UNSPECIFIED, "UNSPECIFIED"},
      {SimpleLoadBalancer::LEAST_CONN, "LEAST_CONN"},
      {SimpleLoadBalancer::RANDOM, "RANDOM"},
      {SimpleLoadBalancer::PASSTHROUGH, "PASSTHROUGH"},
      {SimpleLoadBalancer::ROUND_ROBIN, "ROUND_ROBIN"},
      {SimpleLoadBalancer::LEAST_REQUEST, "LEAST_REQUEST"}};
  return names;
}

LAB_CRD_RECORD(HttpCookieAttribute, "HTTPCookie.Attribute") {
  record.field("name", &HttpCookieAttribute::name).required();
  record.field("value", &HttpCookieAttribute::value);
}

LAB_CRD_RECORD(HttpCookie, "HTTPCookie") {
  record.field("name", &HttpCookie::name).required();
  record.field("path", &HttpCookie::path);
  record.field("ttl", &HttpCookie::ttl);
  record.field("attributes", &HttpCookie::attributes);
}

LAB_CRD_RECORD(RingHash, "RingHash") {
  record.field("minimumRingSize", &RingHash::minimum_ring_size);
}

LAB_CRD_RECORD(MagLev, "MagLev") {
  record.field("tableSize", &MagLev::table_size);
}

LAB_CRD_RECORD(ConsistentHash, "ConsistentHashLB") {
  record.field("httpHeaderName", &ConsistentHash::http_header_name);
  record.field("httpCookie", &ConsistentHash::http_cookie);
  record.field("useSourceIp", &ConsistentHash::use_source_ip);
  record.field("httpQueryParameterName", &ConsistentHash::http_query_parameter_name);
  record.field("ringHash", &ConsistentHash::ring_hash);
  record.field("maglev", &ConsistentHash::maglev);
  record.field("minimumRingSize", &ConsistentHash::minimum_ring_size);
  record.oneof("hash_key",
               {"httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"});
  record.oneof("hash_algorithm", {"ringHash", "maglev"});
}

LAB_CRD_RECORD(LocalityDistribute, "LocalityLoadBalancerSetting.Distribute") {
  record.field("from", &LocalityDistribute::from);
  record.field("to", &LocalityDistribute::to);
}

LAB_CRD_RECORD(LocalityFailover, "LocalityLoadBalancerSetting.Failover") {
  record.field("from", &LocalityFailover::from);
  record.field("to", &LocalityFailover::to);
}

LAB_CRD_RECORD(LocalityLoadBalancer, "LocalityLoadBalancerSetting") {
  record.field("distribute", &LocalityLoadBalancer::distribute);
  record.field("failover", &LocalityLoadBalancer::failover);
  record.field("failoverPriority", &LocalityLoadBalancer::failover_priority);
  record.field("enabled", &LocalityLoadBalancer::enabled);
}

LAB_CRD_RECORD(ZoneAwareLoadBalancer, "ZoneAwareLoadBalancerSetting") {
  record.field("enabled", &ZoneAwareLoadBalancer::enabled);
  record.field("minClusterSize", &ZoneAwareLoadBalancer::min_cluster_size);
  record.field("failover", &ZoneAwareLoadBalancer::failover);
  record.field("failoverPriority", &ZoneAwareLoadBalancer::failover_priority);
}

LAB_CRD_RECORD(Warmup, "WarmupConfiguration") {
  record.field("duration", &Warmup::duration).required();
  record.field("minimumPercent", &Warmup::minimum_percent);
  record.field("aggression", &Warmup::aggression);
}

LAB_CRD_RECORD(LoadBalancer, "LoadBalancerSettings") {
  record.origin(&LoadBalancer::origin);
  record.field("simple", &LoadBalancer::simple);
  record.field("consistentHash", &LoadBalancer::consistent_hash);
  record.field("localityLbSetting", &LoadBalancer::locality_lb_setting);
  record.field("zoneAwareLbSetting", &LoadBalancer::zone_aware_lb_setting);
  record.field("warmupDurationSecs", &LoadBalancer::warmup_duration_secs);
  record.field("warmup", &LoadBalancer::warmup);
  record.oneof("lb_policy", {"simple", "consistentHash"});
}

}  // namespace lab::crd
