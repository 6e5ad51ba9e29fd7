"""DNS of clusters: whom they ask, how, and how often. The name server is one of ours, so every question is seen."""

from environment import F, address, any_of, endpoint
from fields import Case
from name_server import NameServer

CARES = "envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig"
NAME = "svc.lab.test"


def home(_, kind):
    """The address of the origins, in IPv4 only."""
    return ["127.0.0.1"] if kind == "A" else []


def cluster(e, name=NAME, **fields):
    assignment = {"cluster_name": "origin", "endpoints": [{"lb_endpoints": [endpoint(e.origin(), name)]}]}
    return {"type": "STRICT_DNS", "dns_lookup_family": "V4_ONLY", "load_assignment": assignment, **fields}


def asks(make, answer=home, ttl=300):
    """A bootstrap whose cluster asks a name server. `make(resolver, server)` gives the fields of the cluster."""
    def build(e):
        e.name_servers.clear()
        server = e.name_server(answer, ttl)
        return e.http(cluster=cluster(e, **make(address(server.port), server)))
    return build


def cares(e_resolvers, **fields):
    return {"typed_dns_resolver_config": {"name": "c-ares", "typed_config": any_of(CARES, resolvers=e_resolvers, **fields)}}


def served(r):
    return r.until(lambda: r.get().status == 200, 3)


def transports(r):
    served(r)
    return r.environment.name_servers[0].asked(0)


def kinds(r):
    r.until(lambda: r.environment.name_servers[0].questions)
    r.until(lambda: False, 0.3)
    return r.environment.name_servers[0].asked(2)


def asked_again(times, seconds):
    return lambda r: r.until(lambda: len(r.environment.name_servers[0].questions) >= times, seconds)


def fails_soon(r):
    return r.until(lambda: (r.stat("cluster.origin.update_failure") or 0) > 0, 3.5)


def two_servers(e):
    e.name_servers.clear()
    servers = [e.name_server(home, 300) for _ in range(2)]
    return e.http(cluster=cluster(e, dns_refresh_rate="0.1s", **cares([address(server.port) for server in servers], rotate_nameservers=F(True))))


def gone(r):
    """Served, and no longer once the name is unknown."""
    before = served(r)
    r.environment.name_servers[0].answer = lambda *_: None
    return before, r.until(lambda: r.get().status == 503, 3)


def failing(_, __):
    return NameServer.FAILURE


def silent(_, __):
    return NameServer.SILENT


CASES = [
    Case("dns.dns_resolvers", asks(lambda at, _: {"dns_resolvers": F([at])}), served, True),
    Case("dns.resolution_config", asks(lambda at, _: {"dns_resolution_config": F({"resolvers": F([at])})}), served, True),
    Case("dns.typed_resolver", asks(lambda at, _: {"typed_dns_resolver_config": F({"name": "c-ares", "typed_config": any_of(CARES, resolvers=F([at]))})}),
         served, True),
    Case("dns.lookup_family", asks(lambda at, _: {"dns_resolvers": [at], "dns_lookup_family": F("V4_ONLY", "V6_ONLY")}), kinds, {"A"}),
    Case("dns.use_tcp", asks(lambda at, _: {"dns_resolvers": [at], "use_tcp_for_dns_lookups": F(True)}), transports, {"tcp"}),
    Case("dns.options.use_tcp", asks(lambda at, _: {"dns_resolution_config": {"resolvers": [at], "dns_resolver_options": F({"use_tcp_for_dns_lookups": F(True)})}}),
         transports, {"tcp"}),
    Case("dns.typed.options", asks(lambda at, _: cares([at], dns_resolver_options=F({"use_tcp_for_dns_lookups": True}))), transports, {"tcp"}),
    Case("dns.refresh_rate", asks(lambda at, _: {"dns_resolvers": [at], "dns_refresh_rate": F("0.1s")}), asked_again(4, 3), True),
    Case("dns.respect_ttl", asks(lambda at, _: {"dns_resolvers": [at], "dns_refresh_rate": "100s", "respect_dns_ttl": F(True)}, ttl=1), asked_again(2, 4), True),
    Case("dns.failure_refresh_rate", asks(lambda at, _: {"dns_resolvers": [at], "dns_refresh_rate": "100s", "dns_failure_refresh_rate": F(
        {"base_interval": F("0.1s", "50s"), "max_interval": "60s"})}, failing), asked_again(8, 4), True),
    Case("dns.failure_refresh_rate.max", asks(lambda at, _: {"dns_resolvers": [at], "dns_failure_refresh_rate": {
        "base_interval": "0.1s", "max_interval": F("0.1s", "60s")}}, failing), asked_again(25, 4), True),
    Case("dns.name_gone", asks(lambda at, _: {"dns_resolvers": [at], "dns_refresh_rate": "0.1s"}), gone, (True, True)),
    Case("dns.query_timeout", asks(lambda at, _: cares([at], query_timeout_seconds=F(1, 60), query_tries=1), silent), fails_soon, True),
    Case("dns.query_tries", asks(lambda at, _: cares([at], query_timeout_seconds=1, query_tries=F(1, 4)), silent), fails_soon, True),
    Case("dns.rotate", two_servers, lambda r: r.until(lambda: all(server.questions for server in r.environment.name_servers), 3), True),
]
