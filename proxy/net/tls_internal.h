#pragma once

// Shared by the OpenSSL adapter's files only: nothing else includes this or OpenSSL's headers.

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <deque>
#include <mutex>
#include <vector>

#include "base/handle.h"
#include "proxy/net/tls.h"

namespace lab::proxy {

using SslContextHandle = Handle<SSL_CTX, SSL_CTX_free>;
using SslHandle = Handle<SSL, SSL_free>;
using SslSessionHandle = Handle<SSL_SESSION, SSL_SESSION_free>;
using X509Handle = Handle<X509, X509_free>;
using BioHandle = Handle<BIO, BIO_free_all>;

/// An SSL_CTX per certificate (a server may have several; the first that fits the SNI is used) and
/// what they share.
class TlsContext {
 public:
  TlsOptions options;
  bool is_server = false;
  std::vector<SslContextHandle> contexts;        ///< At least one; index as `certificates`.
  std::vector<CertificateInfoPtr> certificates;  ///< What each presents; empty when there is none.
  std::vector<CertificateInfoPtr> authorities;
  Fd key_log;

  /// Sessions of this client's earlier connections, each used once: servers hand out one ticket per
  /// connection.
  void keep_session(SslSessionHandle session) const;
  SslSessionHandle take_session() const;

 private:
  mutable std::mutex sessions_mutex_;
  mutable std::deque<SslSessionHandle> sessions_;
};

/// What OpenSSL's error queue says, as Envoy writes it; empties the queue.
std::string take_tls_error();
/// The last reason alone ("certificate verify failed").
std::string take_tls_reason();

/// Reads a certificate's facts.
CertificateInfo describe_x509(X509* certificate);
std::string x509_pem(X509* certificate);

/// Applies san_rules, hashes and `require_san` to a peer's certificate; why it isn't accepted, or
/// "".
std::string judge_peer_names(X509* certificate, const TlsValidation& rules,
                             const std::string& require_san);

/// The index of a TlsSession in its SSL's extra data.
int session_index();
/// Extra data of an SSL (of a session): set when the server asked this client for a certificate.
int asked_index();
int session_asked_index();

}  // namespace lab::proxy
