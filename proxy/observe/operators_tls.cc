#include "base/text.h"
#include "proxy/observe/operators.h"

namespace lab::proxy {
namespace {

/// Which connection and which side's certificate an operator reads.
using Tls = const TlsInfo* (*)(const StreamInfo&);
const TlsInfo* downstream(const StreamInfo& info) {
  return info.connection->tls.get();
}
const TlsInfo* upstream(const StreamInfo& info) {
  return info.upstream.tls.get();
}

Operator session(std::string_view name, Tls tls, std::string TlsInfo::*member) {
  return plain(name, [tls, member](const StreamInfo& info) -> Value {
    const TlsInfo* found = tls(info);
    return found == nullptr ? Value() : text_or_null(found->*member);
  });
}

Operator certificate(std::string_view name, Tls tls, CertificateInfoPtr TlsInfo::*side,
                     std::string (*read)(const CertificateInfo&)) {
  return plain(name, [tls, side, read](const StreamInfo& info) -> Value {
    const TlsInfo* found = tls(info);
    if (found == nullptr || !(found->*side)) return {};
    return text_or_null(read(*(found->*side)));
  });
}

template <std::string CertificateInfo::*Member>
std::string text(const CertificateInfo& certificate) {
  return certificate.*Member;
}
template <std::vector<std::string> CertificateInfo::*Member>
std::string names(const CertificateInfo& certificate) {
  return join(certificate.*Member, ",");
}

/// Like encodeURIComponent, which is how Envoy puts a PEM text into one word.
std::string encoded_pem(const CertificateInfo& certificate) {
  std::string result;
  for (const char c : certificate.pem) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      result += c;
    } else {
      constexpr char kDigits[] = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      result += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return result;
}

}  // namespace

std::vector<Operator> tls_operators() {
  using C = CertificateInfo;
  const auto peer = &TlsInfo::peer;
  const auto local = &TlsInfo::local;
  return {
      session("DOWNSTREAM_TLS_CIPHER", downstream, &TlsInfo::cipher),
      session("DOWNSTREAM_TLS_VERSION", downstream, &TlsInfo::version),
      session("DOWNSTREAM_TLS_SESSION_ID", downstream, &TlsInfo::session_id),
      session("UPSTREAM_TLS_CIPHER", upstream, &TlsInfo::cipher),
      session("UPSTREAM_TLS_VERSION", upstream, &TlsInfo::version),
      session("UPSTREAM_TLS_SESSION_ID", upstream, &TlsInfo::session_id),
      certificate("DOWNSTREAM_PEER_URI_SAN", downstream, peer, names<&C::uri_sans>),
      certificate("DOWNSTREAM_PEER_DNS_SAN", downstream, peer, names<&C::dns_sans>),
      certificate("DOWNSTREAM_PEER_IP_SAN", downstream, peer, names<&C::ip_sans>),
      certificate("DOWNSTREAM_PEER_EMAIL_SAN", downstream, peer, names<&C::email_sans>),
      certificate("DOWNSTREAM_LOCAL_URI_SAN", downstream, local, names<&C::uri_sans>),
      certificate("DOWNSTREAM_LOCAL_DNS_SAN", downstream, local, names<&C::dns_sans>),
      certificate("DOWNSTREAM_LOCAL_IP_SAN", downstream, local, names<&C::ip_sans>),
      certificate("DOWNSTREAM_LOCAL_EMAIL_SAN", downstream, local, names<&C::email_sans>),
      certificate("DOWNSTREAM_PEER_SUBJECT", downstream, peer, text<&C::subject>),
      certificate("DOWNSTREAM_LOCAL_SUBJECT", downstream, local, text<&C::subject>),
      certificate("DOWNSTREAM_PEER_ISSUER", downstream, peer, text<&C::issuer>),
      certificate("DOWNSTREAM_PEER_SERIAL", downstream, peer, text<&C::serial>),
      certificate("DOWNSTREAM_PEER_FINGERPRINT_1", downstream, peer, text<&C::sha1>),
      certificate("DOWNSTREAM_PEER_FINGERPRINT_256", downstream, peer, text<&C::sha256>),
      certificate("DOWNSTREAM_PEER_CERT", downstream, peer, encoded_pem),
      certificate("UPSTREAM_PEER_URI_SAN", upstream, peer, names<&C::uri_sans>),
      certificate("UPSTREAM_PEER_DNS_SAN", upstream, peer, names<&C::dns_sans>),
      certificate("UPSTREAM_PEER_IP_SAN", upstream, peer, names<&C::ip_sans>),
      certificate("UPSTREAM_LOCAL_URI_SAN", upstream, local, names<&C::uri_sans>),
      certificate("UPSTREAM_LOCAL_DNS_SAN", upstream, local, names<&C::dns_sans>),
      certificate("UPSTREAM_LOCAL_IP_SAN", upstream, local, names<&C::ip_sans>),
      certificate("UPSTREAM_PEER_SUBJECT", upstream, peer, text<&C::subject>),
      certificate("UPSTREAM_PEER_ISSUER", upstream, peer, text<&C::issuer>),
      certificate("UPSTREAM_PEER_CERT", upstream, peer, encoded_pem),
      plain("DOWNSTREAM_TRANSPORT_FAILURE_REASON",
            [](const StreamInfo& info) {
              return text_or_null(info.connection->transport_failure_reason);
            }),
      plain("UPSTREAM_TRANSPORT_FAILURE_REASON",
            [](const StreamInfo& info) {
              return text_or_null(info.upstream.transport_failure_reason);
            }),
  };
}

}  // namespace lab::proxy
