"""Redirects that the proxy follows itself."""

from environment import F, answer, direct
from fields import Case


def away(to="http://a.test/two", status="302 Found"):
    return answer(status, b"away", [("location", to), ("x-from", "one")])


def sent(e, **pages):
    """An origin that sends some paths elsewhere; others are "here"."""
    e.origin(steps=lambda data: [pages.get(data.split(b" ")[1].decode().lstrip("/"), answer(body=b"here"))])
    return e


def policy(pages=None, route=None, **fields):
    def build(e):
        return sent(e, **({"one": away()} if pages is None else pages)).http(action={"internal_redirect_policy": fields, **(route or {})})
    return build


def followed(path="/one", **request):
    """A probe: the status, and the paths that the origin saw."""
    def probe(r):
        reply = r.get(path, **request)
        return reply.status, [each.method + " " + each.path for each in reply.all_seen]
    return probe


TWO = (200, ["GET /one", "GET /two"])

CASES = [
    Case("redirect.internal", lambda e: sent(e, one=away()).http(action={"internal_redirect_policy": F({})}), followed(), TWO),
    Case("redirect.internal.headers", lambda e: sent(e, one=away("http://b.test/two?q=1")).http(action={"internal_redirect_policy": F({})}),
         lambda r: [(s.path, s.get("host"), s.get("x-envoy-original-url")) for s in [r.get("/one").all_seen[-1]]], [("/two?q=1", "b.test", "http://a.test/one")]),
    Case("redirect.internal.codes", policy({"one": away(status="307 Temporary Redirect")}, redirect_response_codes=F([307])), followed(), TWO),
    Case("redirect.internal.max", policy({"one": away("http://a.test/mid"), "mid": away()}, max_internal_redirects=F(2)), followed(), (200, ["GET /one", "GET /mid", "GET /two"])),
    Case("redirect.internal.cross_scheme", policy({"one": away("https://a.test/two")}, allow_cross_scheme_redirect=F(True)), followed(), TWO),
    Case("redirect.internal.copy", policy(response_headers_to_copy=F(["x-from"])), lambda r: r.get("/one").all_seen[-1].get("x-from"), "one"),
    Case("redirect.internal.body", lambda e: sent(e, one=away(status="307 Temporary Redirect")).http(action={"internal_redirect_policy": F({"redirect_response_codes": [307]})}),
         lambda r: [(s.method, s.body) for s in r.get("/one", method="POST", body=b"abc").all_seen], [("POST", b"abc"), ("POST", b"abc")]),
    Case("redirect.internal.see_other", lambda e: sent(e, one=away(status="303 See Other")).http(action={"internal_redirect_policy": F({"redirect_response_codes": [303]})}),
         lambda r: [(s.method, s.body) for s in r.get("/one", method="POST", body=b"abc").all_seen], [("POST", b"abc"), ("GET", b"")]),
    Case("redirect.internal.other_route", lambda e: sent(e, one=away()).http(routes=[direct("direct", "/two"), {"match": {"prefix": "/"}, "route": {
        "cluster": "origin", "internal_redirect_policy": F({})}}]), lambda r: (r.get("/one").status, r.get("/one").body), (200, "direct")),
    Case("redirect.internal.stats", lambda e: sent(e, one=away()).http(action={"internal_redirect_policy": F({})}),
         lambda r: (r.get("/one").status, r.stat("cluster.origin.upstream_internal_redirect_succeeded_total"), r.stat("cluster.origin.upstream_rq_302")), (200, 1, None)),
    Case("redirect.internal.log", lambda e: sent(e, one=away()).http(action={"internal_redirect_policy": F({})}, hcm={
        "access_log": e.access_log("%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS%")}), lambda r: r.get("/one") and r.lines(count=2, seconds=0.7),
         ["/two 302 internal_redirect", "/two 200 via_upstream"]),
    Case("redirect.internal.fail", lambda e: sent(e, one=away("/two")).http(action={"internal_redirect_policy": F({})}),
         lambda r: (r.get("/one").status, r.stat("cluster.origin.upstream_internal_redirect_failed_total")), (302, 1)),
]
