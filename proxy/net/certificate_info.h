#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lab::proxy {

/// What a certificate says, as logs, x-forwarded-client-cert and the trace record show it.
struct CertificateInfo {
  std::string file;     ///< Where it was read from; empty for a peer's.
  std::string subject;  ///< RFC 2253 form, "CN=v1.client,O=lab".
  std::string issuer;   ///< The same form.
  std::string serial;   ///< Lower-case hexadecimal without leading zeros of the number.
  std::string sha1;     ///< Of the DER form: 40 lower-case hexadecimal digits.
  std::string sha256;   ///< Of the DER form: 64 lower-case hexadecimal digits.
  std::vector<std::string> uri_sans;
  std::vector<std::string> dns_sans;
  std::vector<std::string> ip_sans;
  std::vector<std::string> email_sans;
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
  std::string pem;        ///< The certificate itself.
  std::string chain_pem;  ///< With the others that were presented, leaf first.
};

/// Shared by all sessions that see the same certificate; never changes.
using CertificateInfoPtr = std::shared_ptr<const CertificateInfo>;

/// What a finished handshake agreed on.
struct TlsInfo {
  CertificateInfoPtr local;  ///< The certificate that this side presented, if it was asked for one.
  CertificateInfoPtr peer;   ///< The peer's, if it presented one.
  bool peer_validated = false;  ///< The peer's chain was verified against trusted CAs.
  bool resumed = false;
  std::string version;      ///< "TLSv1.2", "TLSv1.3".
  std::string cipher;       ///< OpenSSL's name, "TLS_AES_128_GCM_SHA256".
  std::string alpn;         ///< The protocol chosen; may be empty.
  std::string server_name;  ///< SNI; may be empty.
  std::string session_id;   ///< Hexadecimal.
};
using TlsInfoPtr = std::shared_ptr<const TlsInfo>;

}  // namespace lab::proxy
