"""TLS, continued: curves, orders of ciphers, revocation, depth, tickets, keys with a password; what an upstream is asked."""

import pathlib
import subprocess

from cases_cluster import behind_tls
from cases_tls import NODE, V12, authority, client, handshake, secret_file, status, tls, trusting
from engine import tls_context
from environment import F, any_of
from fields import Case

AES128, AES256 = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
CA = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")


def only_curve(r):
    context = tls_context()
    context.set_ecdh_curve("prime256v1")
    return r.get(tls={"context": context}).status


def revocations(e, issuer, *revoked):
    """The path of a list of revoked certificates, signed by `issuer`."""
    folder = pathlib.Path(e.folder) / ("crl-" + pathlib.Path(issuer[0]).stem)
    folder.mkdir(exist_ok=True)
    (folder / "index").write_text("")
    (folder / "number").write_text("01\n")
    (folder / "conf").write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index\ncrlnumber={folder}/number\ndefault_md=sha256\ndefault_crl_days=30\n")
    command = ["openssl", "ca", "-config", str(folder / "conf"), "-cert", issuer[0], "-keyfile", issuer[1]]
    for each in revoked:
        subprocess.run([*command, "-revoke", each[0]], check=True, capture_output=True)
    subprocess.run([*command, "-gencrl", "-out", str(folder / "crl")], check=True, capture_output=True)
    return str(folder / "crl")


def root(e):
    return e.certificate("root", extra=CA, names=())


def middle(e):
    return e.certificate("middle", issuer=root(e), extra=CA, names=())


def leaf(e):
    """A certificate with the one that signed it."""
    pair = e.certificate("leaf", issuer=middle(e))
    return e.file("leaf-chain.crt", pathlib.Path(pair[0]).read_text() + pathlib.Path(middle(e)[0]).read_text()), pair[1]


def of_root(e, **fields):
    return {"validation_context": {"trusted_ca": {"filename": root(e)[0]}, **fields}}


VALIDATION = [
    Case("tls.ecdh_curves", tls({"tls_params": {"ecdh_curves": F(["P-384"])}}), only_curve, 0),
    Case("tls.prefer_client_ciphers", tls({"tls_params": {"cipher_suites": [AES128, AES256]}}, {"prefer_client_ciphers": F(True)}),
         lambda r: handshake(r, lambda c: c.cipher()[0], ciphers=f"{AES256}:{AES128}", versions=(V12, V12)), AES256),
    Case("tls.validation.crl", tls(lambda e: {"validation_context": trusting(e, crl=F({"filename": revocations(e, authority(e), client(e))}))}), status(client), 0),
    Case("tls.validation.leaf_crl", tls(lambda e: of_root(e, crl={"filename": revocations(e, middle(e))}, only_verify_leaf_cert_crl=F(True))), status(leaf), 200),
    Case("tls.validation.depth", tls(lambda e: of_root(e, max_verify_depth=F(0))), status(leaf), 0),
    Case("tls.validation.combined.secret", lambda e: e.http(bootstrap=NODE, chain={"transport_socket": e.downstream_tls({"combined_validation_context": {
        "default_validation_context": {}, "validation_context_sds_secret_config": F({"name": "v", "sds_config": {"path_config_source": {"path": secret_file(
            e, "v", "sds/v.json", validation_context=trusting(e))}}})}})}), status(lambda e: e.certificate("stranger")), 0),
]


def locked(e):
    pair = e.certificate()
    key = e.path("locked.key")
    subprocess.run(["openssl", "pkey", "-in", pair[1], "-aes256", "-passout", "pass:open", "-out", key], check=True, capture_output=True)
    return {"tls_certificates": [{"certificate_chain": {"filename": pair[0]}, "private_key": {"filename": key}, "password": F({"inline_string": "open"}, {"inline_string": "no"})}]}


def two(e, **fields):
    """Two listeners with the same keys for tickets."""
    socket = lambda: e.downstream_tls(**fields)  # noqa: E731
    return e.bootstrap([e.listener([{"filters": [e.manager()], "transport_socket": socket()}], name) for name in ("main", "second")])


def resumed(r):
    """Whether a session of one listener goes on at another one."""
    context = tls_context(versions=(V12, V12))
    with r.tls_connect(context=context) as first:
        session = first.session
    with r.tls_connect(name="second", context=context, session=session) as second:
        return second.session_reused


KEYS = {"keys": [{"inline_string": "k" * 80}]}

TICKETS = [
    Case("tls.password", tls(locked), status(), 200),
    Case("tls.ticket_keys", lambda e: two(e, session_ticket_keys=F(KEYS)), resumed, True),
    Case("tls.ticket_keys.keys", tls(downstream={"session_ticket_keys": {"keys": F([{"inline_string": "k" * 80}])}}), status(), 200),
    Case("tls.ticket_keys.sds", lambda e: {**two(e, session_ticket_keys_sds_secret_config=F({"name": "t", "sds_config": {"path_config_source": {"path": e.path("sds/t.json")}}})),
                                           **NODE, "files": {"sds/t.json": {"resources": [any_of(SECRET, {"name": "t", "session_ticket_keys": F(KEYS)})]}}}, resumed, True),
]


SECRET = "envoy.extensions.transport_sockets.tls.v3.Secret"

UPSTREAM = [
    Case("upstream_tls.max_session_keys", behind_tls(lambda e: e.upstream_tls({"alpn_protocols": ["http/1.1"]}, max_session_keys=F(0)), cluster={"max_requests_per_connection": 1}),
         lambda r: [r.get().status for _ in range(3)] and r.stat("cluster.origin.ssl.session_reused"), 0),
]

CASES = VALIDATION + TICKETS + UPSTREAM
