"""Fields that the decoder knows only to refuse by name: with one the program does not start, without it it does."""

from environment import F, address, any_of
from fields import refused

OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
ROUTER = "envoy.extensions.filters.http.router.v3.Router"
NETWORK_RBAC = "envoy.extensions.filters.network.rbac.v3.RBAC"
EVERYONE = {"permissions": [{"any": True}], "principals": [{"any": True}]}
OPTION = {"level": 6, "name": 2, "int_value": 500}


def router(**fields):
    return {"http_filters": [{"name": "router", "typed_config": any_of(ROUTER, fields)}]}


def options(e, **fields):
    return e.http(cluster={"typed_extension_protocol_options": {OPTIONS: any_of(OPTIONS, explicit_http_config={"http_protocol_options": {}}, **fields)}})


def tls(e, common=None, **fields):
    return e.http(chain={"transport_socket": e.downstream_tls(common, **fields)})


def listening(e, **fields):
    return e.http(listener={"address": {"socket_address": {**address()["socket_address"], **fields}}})


def certificate(e, **fields):
    pair = e.certificate()
    return tls(e, {"tls_certificates": [{"certificate_chain": {"filename": pair[0]}, "private_key": {"filename": pair[1]}, **fields}]})


BUILDERS = {
    "bootstrap.header_prefix": lambda e: e.http(bootstrap={"header_prefix": F("x-mine")}),
    "bootstrap.use_tcp_for_dns_lookups": lambda e: e.http(bootstrap={"use_tcp_for_dns_lookups": F(True)}),
    "admin.socket_options": lambda e: e.http(bootstrap={"admin": {"address": address(), "socket_options": F([OPTION])}}),
    "listener.deprecated_v1": lambda e: e.http(listener={"deprecated_v1": F({"bind_to_port": True})}),
    "listener.address.protocol": lambda e: listening(e, protocol=F("UDP")),
    "listener.address.resolver_name": lambda e: listening(e, resolver_name=F("mine")),
    "listener.address.pipe.mode": lambda e: e.http(listener={"address": {"pipe": {"path": e.path("s"), "mode": F(384)}}}),
    "listener.additional_addresses.socket_options": lambda e: e.http(listener={"additional_addresses": [{"address": address(), "socket_options": F({"socket_options": [OPTION]})}]}),
    "chain.use_proxy_proto": lambda e: e.http(chain={"use_proxy_proto": F(True)}),
    "chain.address_suffix": lambda e: e.http(chain={"filter_chain_match": {"address_suffix": F("127.0.0.1")}}),
    "chain.suffix_len": lambda e: e.http(chain={"filter_chain_match": {"suffix_len": F(8)}}),
    "cluster.connection_pool_per_downstream": lambda e: e.http(cluster={"connection_pool_per_downstream_connection": F(True)}),
    "cluster.bind.extra": lambda e: e.http(cluster={"upstream_bind_config": {"source_address": {"address": "127.0.0.9", "port_value": 0}, "extra_source_addresses": F(
        [{"address": {"address": "::1", "port_value": 0}}])}}),
    "cluster.bind.additional": lambda e: e.http(cluster={"upstream_bind_config": {"source_address": {"address": "127.0.0.9", "port_value": 0}, "additional_source_addresses": F(
        [{"address": "::1", "port_value": 0}])}}),
    "cluster.health.service_name_matcher": lambda e: e.http(cluster={"health_checks": [{"timeout": "1s", "interval": "1s", "unhealthy_threshold": 1, "healthy_threshold": 1,
        "http_health_check": {"path": "/", "service_name_matcher": F({"prefix": "a"})}}]}),
    "cluster.options.mirror": lambda e: options(e, request_mirror_policies=F([{"cluster": "origin"}])),
    "cluster.options.hash_policy": lambda e: options(e, hash_policy=F([{"header": {"header_name": "x"}}])),
    "cluster.options.retry_policy": lambda e: options(e, retry_policy=F({"retry_on": "5xx"})),
    "cluster.send_fully_qualified_url": lambda e: e.http(cluster={"http_protocol_options": {"send_fully_qualified_url": F(True)}}),
    "route.hedge_policy": lambda e: e.http(action={"hedge_policy": F({"hedge_on_per_try_timeout": F(True)})}),
    "virtual_host.hedge_policy": lambda e: e.http(vhost={"hedge_policy": F({"hedge_on_per_try_timeout": True})}),
    "log.sort_properties": lambda e: e.http(hcm={"access_log": [{"name": "log", "typed_config": any_of("envoy.extensions.access_loggers.file.v3.FileAccessLog", path=e.path(
        "access.log"), log_format={"json_format": {"a": "b"}, "json_format_options": F({"sort_properties": F(True)})})}]}),
    "retry.retry_priority": lambda e: e.http(action={"retry_policy": {"retry_on": "5xx", "retry_priority": F({"name": "p", "typed_config": any_of(
        "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig", update_frequency=2)})}}),
    "tcp.tunneling_config": lambda e: e.tcp(tcp={"tunneling_config": F({"hostname": "a.test:80"})}),
    "tcp.downstream_idle_timeout": lambda e: e.tcp(tcp={"downstream_idle_timeout": F("1s")}),
    "tcp.upstream_idle_timeout": lambda e: e.tcp(tcp={"upstream_idle_timeout": F("1s")}),
    "tcp.upstream_connect_mode": lambda e: e.tcp(tcp={"upstream_connect_mode": F("ON_DOWNSTREAM_DATA"), "max_early_data_bytes": 1024}),
    "network_rbac.enforcement_type": lambda e: e.tcp(filters=[{"name": "rbac", "typed_config": any_of(NETWORK_RBAC, stat_prefix="m", rules={
        "policies": {"p": EVERYONE}}, enforcement_type=F("CONTINUOUS"))}]),
    "hcm.add_user_agent": lambda e: e.http(hcm={"add_user_agent": F(True)}),
    "hcm.mapped_ipv6": lambda e: e.http(hcm={"represent_ipv4_remote_address_as_ipv4_mapped_ipv6": F(True)}),
    "hcm.internal.unix_sockets": lambda e: e.http(hcm={"internal_address_config": {"unix_sockets": F(True)}}),
    "hcm.upgrade.filters": lambda e: e.http(hcm={"upgrade_configs": [{"upgrade_type": "websocket", "filters": F(router()["http_filters"])}]}),
    "router.upstream_log": lambda e: e.http(hcm=router(upstream_log=F(e.access_log("x")))),
    "router.strict_check_headers": lambda e: e.http(hcm=router(strict_check_headers=F(["x-envoy-max-retries"]))),
    "tls.signature_algorithms": lambda e: tls(e, {"tls_params": {"signature_algorithms": F(["ecdsa_secp256r1_sha256"])}}),
    "tls.compliance_policies": lambda e: tls(e, {"tls_params": {"compliance_policies": F(["FIPS_202205"])}}),
    "tls.key_log.local": lambda e: tls(e, {"key_log": {"path": e.path("k.log"), "local_address_range": F([{"address_prefix": "127.0.0.0", "prefix_len": 8}])}}),
    "tls.key_log.remote": lambda e: tls(e, {"key_log": {"path": e.path("k.log"), "remote_address_range": F([{"address_prefix": "127.0.0.0", "prefix_len": 8}])}}),
    "tls.certificate.pkcs12": lambda e: certificate(e, pkcs12=F({"inline_string": "x"})),
    "tls.certificate.watched_directory": lambda e: certificate(e, watched_directory=F({"path": F("/elsewhere", e.certificate()[0].rsplit("/", 1)[0])})),
    "tls.validation.watched_directory": lambda e: tls(e, {"validation_context": {"watched_directory": F({"path": e.folder})}}),
    "cluster.eds.watched_directory": lambda e: e.http(bootstrap={"node": {"id": "n", "cluster": "c"}}, cluster={"type": "EDS", "load_assignment": None, "eds_cluster_config": {
        "eds_config": {"path_config_source": {"path": e.file("eds/eds.json", "{}"), "watched_directory": F({"path": "/elsewhere"})}}}}),
}

CASES = [refused(name, build) for name, build in BUILDERS.items()]
