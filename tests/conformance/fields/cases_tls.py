"""TLS towards clients: certificates, versions, client certificates and what is told of them; secrets from files."""

import json
import ssl

from environment import F, address, any_of, direct
from fields import Case

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
SECRET = "envoy.extensions.transport_sockets.tls.v3.Secret"


def authority(e):
    return e.certificate("authority", extra=("basicConstraints=critical,CA:TRUE",), names=())


def client(e, name="client", names=("DNS:c.test", "URI:spiffe://c"), **more):
    return e.certificate(name, issuer=authority(e), names=names, **more)


def trusting(e, **fields):
    return {"trusted_ca": {"filename": authority(e)[0]}, **fields}


def tls(common=None, downstream=None, hcm=None, **more):
    """A builder: one TLS listener that says "ok"."""
    def build(e):
        fields = common(e) if callable(common) else common or {}
        context = downstream(e) if callable(downstream) else downstream or {}
        return e.http(chain={"transport_socket": e.downstream_tls(fields, **context)}, hcm=hcm(e) if callable(hcm) else hcm, **more)
    return build


def status(mine=None, **arguments):
    """A probe: the status of a request with these arguments of the handshake; `mine` makes the client's certificate."""
    def probe(r):
        return r.get(tls={**arguments, **({"certificate": mine(r.environment)} if mine else {})}, seconds=2.0).status
    return probe


def handshake(r, what, **arguments):
    with r.tls_connect(**arguments) as connection:
        return what(connection)


def version(r):
    return handshake(r, lambda c: c.version(), versions=(V12, V13))


PARAMETERS = [
    Case("tls.context", lambda e: e.http(chain={"transport_socket": F({"name": "tls", "typed_config": F(any_of(
        "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext", common_tls_context=F({"tls_certificates": F([
            {"certificate_chain": F({"filename": e.certificate()[0]}), "private_key": F({"filename": e.certificate()[1]})}])})))})}), status(), 200),
    Case("tls.alpn", tls({"alpn_protocols": F(["h9", "http/1.1"])}), lambda r: handshake(r, lambda c: c.selected_alpn_protocol(), alpn=["h9"]), "h9"),
    Case("tls.maximum", tls({"tls_params": F({"tls_maximum_protocol_version": F("TLSv1_2")})}), version, "TLSv1.2"),
    Case("tls.minimum", tls({"tls_params": {"tls_minimum_protocol_version": F("TLSv1_3")}}), status(versions=(V12, V12)), 0),
    Case("tls.cipher_suites", tls({"tls_params": {"tls_maximum_protocol_version": "TLSv1_2", "cipher_suites": F(["ECDHE-ECDSA-AES256-GCM-SHA384"])}}),
         lambda r: handshake(r, lambda c: c.cipher()[0], ciphers="ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"), "ECDHE-ECDSA-AES256-GCM-SHA384"),
    Case("tls.session_tickets", tls(downstream={"disable_stateless_session_resumption": F(True), "disable_stateful_session_resumption": True}),
         lambda r: handshake(r, lambda c: c.session is not None and c.session.has_ticket, versions=(V12, V12)), False),
]

CLIENTS = [
    Case("tls.require_client_certificate", tls(lambda e: {"validation_context": trusting(e)}, {"require_client_certificate": F(True)}), status(), 0),
    Case("tls.validation.trusted_ca", tls(lambda e: {"validation_context": F(trusting(e))}), status(lambda e: e.certificate("stranger")), 0),
    Case("tls.validation.accept_untrusted", tls(lambda e: {"validation_context": trusting(e, trust_chain_verification=F("ACCEPT_UNTRUSTED"))}),
         status(lambda e: e.certificate("stranger")), 200),
    *[Case(f"tls.validation.san.{kind.lower()}", tls(lambda e, k=kind, v=value: {"validation_context": trusting(e, match_typed_subject_alt_names=F([
        {"san_type": F(k, "EMAIL"), "matcher": F({"exact": v}, {"exact": "z"})}], [{"san_type": "EMAIL", "matcher": {"exact": "z"}}]))}, {"require_client_certificate": True}),
        status(client), 200) for kind, value in (("DNS", "c.test"), ("URI", "spiffe://c"))],
    Case("tls.validation.old_san", tls(lambda e: {"validation_context": trusting(e, match_subject_alt_names=F([{"exact": "other.test"}]))}), status(client), 0),
    Case("tls.validation.hash", tls(lambda e: {"validation_context": trusting(e, verify_certificate_hash=F(["00" * 32]))}), status(client), 0),
    Case("tls.validation.spki", tls(lambda e: {"validation_context": trusting(e, verify_certificate_spki=F(["NvqYIYSbgK2vCJpQhObf77vv+bQWtc5ek5RIOwPiC9A="]))}), status(client), 0),
]


def told(mode="SANITIZE_SET", **details):
    """A builder of a manager that tells the origin of the client's certificate."""
    def build(e):
        return e.http(chain={"transport_socket": e.downstream_tls({"validation_context": trusting(e)})}, hcm={
            "forward_client_cert_details": mode, "set_current_client_cert_details": details})
    return build


def forwarded(r):
    """The client certificate that the origin was told of, by key."""
    text = r.get(tls={"certificate": client(r.environment)}).seen.get("x-forwarded-client-cert") or ""
    return sorted({part.split("=", 1)[0] for part in text.split(";")} - {"Hash", "By", ""})


FORWARDED = [
    Case("tls.forward_client_cert", lambda e: told(F("SANITIZE_SET"), uri=True)(e), forwarded, ["URI"]),
    *[Case(f"tls.forward_client_cert.{field}", told(**{field: F(True)}), forwarded, [key]) for field, key in [
        ("subject", "Subject"), ("cert", "Cert"), ("chain", "Chain"), ("dns", "DNS"), ("uri", "URI")]],
    Case("tls.forward_client_cert.details", lambda e: e.http(chain={"transport_socket": e.downstream_tls({"validation_context": trusting(e)})}, hcm={
        "forward_client_cert_details": "SANITIZE_SET", "set_current_client_cert_details": F({"uri": True})}), forwarded, ["URI"]),
]


def secret_file(e, name="s", file="sds/s.json", **secret):
    return e.file(file, json.dumps({"version_info": "1", "resources": [any_of(SECRET, {"name": name, **secret})]}))


def own(e):
    pair = e.certificate("secret")
    return {"tls_certificate": {"certificate_chain": {"filename": pair[0]}, "private_key": {"filename": pair[1]}}}


NODE = {"node": {"id": "n", "cluster": "c"}}

SECRETS = [
    Case("tls.sds", lambda e: e.http(bootstrap=NODE, chain={"transport_socket": e.downstream_tls({"tls_certificates": None, "tls_certificate_sds_secret_configs": F([
        {"name": F("s", "t"), "sds_config": F({"path_config_source": {"path": secret_file(e, **own(e))}})}])})}), status(), 200),
    Case("tls.static_secret", lambda e: (b := e.http(chain={"transport_socket": e.downstream_tls({"tls_certificates": None, "tls_certificate_sds_secret_configs": [{"name": "s"}]})}),
         b["static_resources"].update(secrets=F([{"name": "s", **own(e)}])), b)[2], status(), 200),
    Case("tls.validation.sds", lambda e: e.http(bootstrap=NODE, chain={"transport_socket": e.downstream_tls({"validation_context_sds_secret_config": F(
        {"name": "v", "sds_config": {"path_config_source": {"path": secret_file(e, "v", "sds/v.json", validation_context=trusting(e))}}})})}),
         status(lambda e: e.certificate("stranger")), 0),
    Case("tls.validation.combined", lambda e: e.http(bootstrap=NODE, chain={"transport_socket": e.downstream_tls({"combined_validation_context": F({
        "default_validation_context": F({"match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": "z"}}]}, {}),
        "validation_context_sds_secret_config": {"name": "v", "sds_config": {"path_config_source": {"path": secret_file(e, "v", "sds/v.json", validation_context=trusting(e))}}}})})}),
         status(client), 0),
]

SESSIONS = [
    Case("tls.key_log", tls(lambda e: {"key_log": F({"path": F(e.path("keys.log"), e.path("other.log"))}, {"path": e.path("other.log")})}),
         lambda r: r.get(tls={}).status == 200 and any("SECRET" in line for line in r.lines("keys.log", seconds=1.0)), True),
    Case("tls.session_timeout", tls(downstream={"session_timeout": F("77s")}),
         lambda r: handshake(r, lambda c: c.session.ticket_lifetime_hint, versions=(V12, V12)), 77),
    Case("tls.stateful_resumption", tls(downstream={"disable_stateless_session_resumption": True, "disable_stateful_session_resumption": F(True)}),
         lambda r: handshake(r, lambda c: len(c.session.id) if c.session else 0, versions=(V12, V12)), 0),
    Case("tls.validation.ca", tls(lambda e: {"validation_context": {"trusted_ca": F({"filename": authority(e)[0]})}}), status(lambda e: e.certificate("stranger")), 0),
    Case("tls.static_validation", lambda e: (b := e.http(chain={"transport_socket": e.downstream_tls({"validation_context_sds_secret_config": {"name": "v"}})}),
         b["static_resources"].update(secrets=[{"name": F("v"), "validation_context": F(trusting(e))}]), b)[2], status(lambda e: e.certificate("stranger")), 0),
    Case("tls.static_certificate", lambda e: (b := e.http(chain={"transport_socket": e.downstream_tls({"tls_certificates": None, "tls_certificate_sds_secret_configs": [{"name": "s"}]})}),
         b["static_resources"].update(secrets=[{"name": "s", "tls_certificate": F(own(e)["tls_certificate"])}]), b)[2], status(), 200),
]

CASES = PARAMETERS + CLIENTS + FORWARDED + SECRETS + SESSIONS
