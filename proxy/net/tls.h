#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "proxy/net/certificate_info.h"

/// TLS without sockets: contexts made of certificates and rules, and sessions that turn plain bytes
/// into records and back. OpenSSL's headers stay in tls_context.cc, tls_session.cc and
/// certificate_info.cc.
namespace lab::proxy {

/// The kinds of subject alternative names that a peer's certificate can be asked for.
enum class SanKind : std::uint8_t { any, email, dns, uri, ip_address };

/// A rule about the peer's names: one name of that kind for which `matches` is true is enough.
struct SanRule {
  SanKind kind = SanKind::any;
  std::function<bool(std::string_view)> matches;
  std::string text;  ///< For messages.
  bool exact_dns =
      false;  ///< `text` is a name; a certificate's wildcard name stands for it (RFC 6125).
};

/// A certificate chain with its key.
struct TlsCertificate {
  std::string file;       ///< Where the chain was read from, for people; may be empty.
  std::string chain_pem;  ///< Leaf first.
  std::string key_pem;
  std::string password;
};

/// How the peer's certificate is judged.
struct TlsValidation {
  std::string trusted_ca_pem;   ///< Empty: the chain isn't verified.
  std::string trusted_ca_file;  ///< Where it was read from, for people.
  std::string crl_pem;
  bool only_verify_leaf_crl = false;
  std::vector<SanRule> san_rules;  ///< One must hold, when there are any.
  std::vector<std::string>
      certificate_hashes;                ///< SHA-256 of DER in hexadecimal, lower case, no colons.
  std::vector<std::string> spki_hashes;  ///< SHA-256 of the public key in base64.
  bool allow_expired = false;
  bool accept_untrusted = false;
  int max_depth = -1;
  bool any() const {
    return !trusted_ca_pem.empty() || !san_rules.empty() || !certificate_hashes.empty() ||
           !spki_hashes.empty();
  }
};

enum class TlsVersion : std::uint8_t { automatic, tls1_0, tls1_1, tls1_2, tls1_3 };

/// Everything that one side of a connection says and demands.
struct TlsOptions {
  TlsVersion min_version = TlsVersion::automatic;
  TlsVersion max_version = TlsVersion::automatic;
  std::vector<std::string> cipher_suites;  ///< OpenSSL's names, for TLS up to 1.2; "[A|B]" groups
                                           ///< as BoringSSL writes them.
  std::vector<std::string> curves;
  std::vector<std::string> alpn;
  std::vector<TlsCertificate> certificates;
  TlsValidation validation;
  std::string key_log_path;
  std::function<bool(const std::string& local_ip, const std::string& remote_ip)> key_log_allows;
  // Servers only.
  bool require_client_certificate = false;
  bool stateless_resumption = true;  ///< Session tickets are given out.
  bool stateful_resumption = true;
  std::vector<std::string> ticket_keys;  ///< 80 bytes each, the first encrypts.
  std::chrono::seconds session_timeout{7200};
  bool prefer_client_ciphers = false;
  bool full_scan_certificates = false;
  // Clients only.
  std::string sni;
  std::uint32_t max_session_keys = 1;  ///< 0 switches resumption off.
  bool allow_renegotiation = false;
  bool auto_host_sni = false;
  bool auto_sni_san_validation = false;
};

class TlsContext;  // Holds an SSL_CTX.
using TlsContextPtr = std::shared_ptr<const TlsContext>;

/// Fails with Errc::tls when OpenSSL refuses something; the message names the file and ends in
/// OpenSSL's reason.
Result<TlsContextPtr> make_server_context(TlsOptions options);
Result<TlsContextPtr> make_client_context(TlsOptions options);

/// The certificates that a context would present, for /certs.
const std::vector<CertificateInfoPtr>& context_certificates(const TlsContext& context);
/// The trusted authorities of a context, for /certs.
const std::vector<CertificateInfoPtr>& context_authorities(const TlsContext& context);

/// What a certificate in PEM form says, its chain included.
Result<CertificateInfoPtr> describe_certificate(const std::string& pem, const std::string& file);

/// One connection's TLS: ciphertext in and out of buffers, no socket.
class TlsSession {
 public:
  enum class Progress : std::uint8_t {
    more,    ///< Ciphertext is missing.
    done,    ///< The handshake stands, or bytes were read.
    closed,  ///< The peer said close_notify.
    failed,  ///< See failure().
  };

  /// What a client asks of one connection beyond its context.
  struct ClientRequest {
    std::string sni;                ///< Empty: the context's.
    std::vector<std::string> alpn;  ///< Empty: the context's.
    std::string
        require_san;  ///< auto_san_validation: the name the certificate must have; empty: none.
  };

  static std::unique_ptr<TlsSession> server(TlsContextPtr context);
  static std::unique_ptr<TlsSession> client(TlsContextPtr context, const ClientRequest& request);
  virtual ~TlsSession() = default;

  /// Hands over ciphertext from the peer.
  virtual void feed(std::string_view ciphertext) = 0;
  /// Ciphertext for the peer; the owner sends and consumes it.
  virtual Buffer& output() = 0;
  /// Goes on with the handshake as far as what was fed allows.
  virtual Progress handshake() = 0;
  /// Decrypts up to `room` bytes.
  virtual Progress read(char* to, std::size_t room, std::size_t& got) = 0;
  /// Encrypts all of it to output().
  virtual bool write(std::string_view plain) = 0;
  /// Says close_notify.
  virtual void shutdown() = 0;

  /// Why it failed, as Envoy says it: "TLS_error:|CODE:LIBRARY:FUNCTION:REASON:TLS_error_end".
  virtual const std::string& failure() const = 0;
  /// What was agreed on; nullptr before the handshake is done.
  virtual TlsInfoPtr info() const = 0;
};

}  // namespace lab::proxy
