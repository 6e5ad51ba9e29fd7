#include <set>

#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/networking.h"

namespace lab::crd {
namespace {

bool check_server_port(Checker& checker, const Port& port, bool unix_socket) {
  bool good = true;
  const auto expect = [&](const char* member, const std::string& problem) {
    good = good && problem.empty();
    checker.expect(member, problem);
  };
  const Checker::Step step(checker, "port");
  if (protocol_class(port.protocol) == ProtocolClass::unsupported) {
    expect("protocol", "\"" + port.protocol +
                           "\" is no protocol of a gateway. Use one of HTTP, HTTPS, HTTP2, GRPC, "
                           "GRPC-WEB, TLS, TCP, MONGO, REDIS, MYSQL.");
  }
  if (port.number > 0 || !unix_socket) expect("number", port_problem(port.number));
  if (port.target_port > 0) expect("targetPort", "has no effect on a gateway. Remove it.");
  if (port.name.empty()) expect("name", "the port must have a name.");
  return good;
}

void check_bind(Checker& checker, const Server& server, bool unix_socket) {
  if (!unix_socket) {
    if (!server.bind.empty()) checker.expect("bind", ip_problem(server.bind));
    return;
  }
  checker.expect("bind", unix_path_problem(std::string_view(server.bind).substr(7)));
  if (server.port.number != 0)
    checker.error("port", "the port's number must be 0 for a unix socket.");
}

bool is_passthrough(const ServerTlsSettings& tls) {
  return tls.mode == ServerTlsMode::PASSTHROUGH || tls.mode == ServerTlsMode::AUTO_PASSTHROUGH;
}

void check_tls_fits_protocol(Checker& checker, const Server& server) {
  const bool wants_tls = is_tls_protocol(server.port.protocol);
  if (wants_tls && !server.tls) {
    checker.error("a server of protocol " + server.port.protocol + " needs the field \"tls\".");
  }
  if (wants_tls || !server.tls) return;
  const ServerTlsSettings& tls = *server.tls;
  if (!is_http_protocol(server.port.protocol)) {
    checker.error("tls", "only servers of protocol HTTPS or TLS may have TLS settings.");
  } else if (!is_passthrough(tls) || !tls.ca_certificates.empty() || !tls.private_key.empty() ||
             !tls.server_certificate.empty()) {
    checker.error("tls", "a plain-text HTTP server may only have httpsRedirect here.");
  }
}

void check_server(Checker& checker, const Server& server) {
  if (server.hosts.empty()) checker.error("hosts", "a server needs at least one host.");
  checker.each("hosts", server.hosts,
               [&](const std::string& host) { check_scoped_host(checker, host, true); });
  const bool unix_socket = server.bind.compare(0, 7, "unix://") == 0;
  const bool good_port = check_server_port(checker, server.port, unix_socket);
  check_bind(checker, server, unix_socket);
  checker.with("tls", server.tls,
               [&](const ServerTlsSettings& tls) { check_server_tls(checker, tls); });
  if (good_port) check_tls_fits_protocol(checker, server);
}

void check_certificates(Checker& checker, const ServerTlsSettings& tls, bool mutual) {
  const std::string mode = mutual ? "mode MUTUAL" : "mode SIMPLE";
  if (mutual && tls.ca_certificates.empty())
    checker.error("caCertificates", mode + " needs the clients' CA.");
  std::vector<TlsCertificate> certificates = tls.tls_certificates;
  if (certificates.empty()) certificates.push_back({tls.server_certificate, tls.private_key, ""});
  for (const TlsCertificate& certificate : certificates) {
    if (certificate.server_certificate.empty()) {
      checker.error("serverCertificate",
                    mode + " needs a server certificate, or a credentialName.");
    }
    if (certificate.private_key.empty())
      checker.error("privateKey", mode + " needs a private key, or a credentialName.");
  }
}

void check_istio_mutual(Checker& checker, const ServerTlsSettings& tls) {
  const auto refuse = [&](const char* name, bool set) {
    if (set)
      checker.error(name, "mode ISTIO_MUTUAL uses the workload's own certificates; remove this.");
  };
  refuse("serverCertificate", !tls.server_certificate.empty());
  refuse("privateKey", !tls.private_key.empty());
  refuse("caCertificates", !tls.ca_certificates.empty());
  refuse("tlsCertificates", !tls.tls_certificates.empty());
  refuse("credentialName", !tls.credential_name.empty());
  refuse("credentialNames", !tls.credential_names.empty());
}

}  // namespace

void check_server_tls(Checker& checker, const ServerTlsSettings& tls) {
  if (tls.mode == ServerTlsMode::ISTIO_MUTUAL) return check_istio_mutual(checker, tls);
  const bool credential = !tls.credential_name.empty() || !tls.credential_names.empty();
  const bool files = !tls.server_certificate.empty() && !tls.private_key.empty();
  const int sources = (files ? 1 : 0) + (tls.credential_name.empty() ? 0 : 1) +
                      (tls.credential_names.empty() ? 0 : 1) +
                      (tls.tls_certificates.empty() ? 0 : 1);
  if (is_passthrough(tls) && (sources > 0 || !tls.ca_certificates.empty() ||
                              !tls.server_certificate.empty() || !tls.private_key.empty())) {
    checker.warn("this mode passes TLS through; the certificates are ignored.");
  }
  if (sources > 1) {
    checker.error(
        "only one of credentialName, credentialNames, serverCertificate/privateKey and "
        "tlsCertificates may be set.");
  }
  const bool simple = tls.mode == ServerTlsMode::SIMPLE;
  const bool mutual =
      tls.mode == ServerTlsMode::MUTUAL || tls.mode == ServerTlsMode::OPTIONAL_MUTUAL;
  if ((simple || mutual) && credential) return;  // The credential brings all that follows.
  if (simple || mutual) check_certificates(checker, tls, mutual);
  if (tls.ca_crl.empty()) return;
  if (!tls.credential_name.empty())
    checker.error("caCrl", "with a credentialName the CRL belongs into the credential.");
  if (simple)
    checker.error("caCrl",
                  "mode SIMPLE asks clients for no certificate, so that a CRL has no use.");
}

void check_spec(Checker& checker, const GatewaySpec& spec) {
  if (spec.servers.empty()) checker.error("servers", "a gateway needs at least one server.");
  std::set<std::string> names;
  checker.each("servers", spec.servers, [&](const Server& server) {
    check_server(checker, server);
    const Checker::Step step(checker, "port");
    if (!names.insert(server.port.name).second) {
      checker.error("name", "port names must be unique in a gateway; \"" + server.port.name +
                                "\" is there twice.");
    }
    if (!is_http_protocol(server.port.protocol) && server.tls && server.tls->https_redirect) {
      checker.warn("tls.httpsRedirect is for servers of protocol HTTP.");
    }
  });
}

}  // namespace lab::crd
