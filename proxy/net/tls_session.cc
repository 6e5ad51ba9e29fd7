#include <openssl/err.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "proxy/net/tls_internal.h"

namespace lab::proxy {

namespace {

/// An OpenSSL transport over buffers. Reading takes from `fresh` (bytes at hand, not owned) after
/// `kept`.
struct Pipe {
  Buffer kept;
  std::string_view fresh;
  Buffer output;
};

int pipe_read(BIO* bio, char* to, int room) {
  auto* pipe = static_cast<Pipe*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const std::string_view source = pipe->kept.empty() ? pipe->fresh : pipe->kept.view();
  if (source.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t count = std::min(source.size(), static_cast<std::size_t>(room));
  std::memcpy(to, source.data(), count);
  if (pipe->kept.empty()) {
    pipe->fresh.remove_prefix(count);
  } else {
    pipe->kept.consume(count);
  }
  return static_cast<int>(count);
}

int pipe_write(BIO* bio, const char* from, int size) {
  static_cast<Pipe*>(BIO_get_data(bio))->output.append({from, static_cast<std::size_t>(size)});
  return size;
}

long pipe_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* pipe_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lab buffer");
    BIO_meth_set_read(made, pipe_read);
    BIO_meth_set_write(made, pipe_write);
    BIO_meth_set_ctrl(made, pipe_control);
    return made;
  }();
  return method;
}

class OpenSslSession final : public TlsSession {
 public:
  OpenSslSession(TlsContextPtr context, SSL* ssl) : context_(std::move(context)), ssl_(ssl) {
    BIO* bio = BIO_new(pipe_method());
    BIO_set_data(bio, &pipe_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_ex_data(ssl_.get(), session_index(), this);
  }

  void feed(std::string_view ciphertext) override {
    keep_fresh();
    pipe_.fresh = ciphertext;
  }
  Buffer& output() override { return pipe_.output; }
  Progress handshake() override;
  Progress read(char* to, std::size_t room, std::size_t& got) override;
  bool write(std::string_view plain) override;
  void shutdown() override {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  const std::string& failure() const override { return failure_; }
  TlsInfoPtr info() const override { return info_; }

  std::string require_san;
  std::string verify_problem;

 private:
  /// What OpenSSL did not take must outlive the caller's bytes.
  void keep_fresh() {
    pipe_.kept.append(pipe_.fresh);
    pipe_.fresh = {};
  }
  Progress progress_of(int result);
  void collect_info();

  TlsContextPtr context_;
  Pipe pipe_;
  SslHandle ssl_;
  std::string failure_;
  TlsInfoPtr info_;
};

TlsSession::Progress OpenSslSession::progress_of(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  switch (error) {
    case SSL_ERROR_NONE:
      return Progress::done;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Progress::more;
    case SSL_ERROR_ZERO_RETURN:
      return Progress::closed;
    default:
      break;
  }
  failure_ = take_tls_error();
  if (!verify_problem.empty()) failure_ += ":" + verify_problem;
  if (failure_.rfind("TLS_error", 0) != 0) failure_ = "TLS_error:" + failure_;
  failure_ += ":TLS_error_end";
  return Progress::failed;
}

TlsSession::Progress OpenSslSession::handshake() {
  ERR_clear_error();
  const Progress progress = progress_of(SSL_do_handshake(ssl_.get()));
  keep_fresh();
  if (progress == Progress::done) collect_info();
  return progress;
}

TlsSession::Progress OpenSslSession::read(char* to, std::size_t room, std::size_t& got) {
  got = 0;
  ERR_clear_error();
  Progress progress = Progress::done;
  while (got < room) {
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), to + got, room - got, &count);
    if (result != 1) {
      progress = progress_of(result);
      break;
    }
    got += count;
  }
  keep_fresh();
  return got > 0 ? Progress::done : progress;
}

bool OpenSslSession::write(std::string_view plain) {
  ERR_clear_error();
  std::size_t written = 0;
  const int result = SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written);
  return progress_of(result) == Progress::done && written == plain.size();
}

void OpenSslSession::collect_info() {
  auto info = std::make_shared<TlsInfo>();
  SSL* ssl = ssl_.get();
  info->version = SSL_get_version(ssl);
  info->cipher = SSL_get_cipher_name(ssl);
  info->resumed = SSL_session_reused(ssl) == 1;
  const unsigned char* alpn = nullptr;
  unsigned alpn_size = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &alpn_size);
  info->alpn.assign(reinterpret_cast<const char*>(alpn), alpn_size);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) info->server_name = name;
  unsigned id_size = 0;
  const unsigned char* id = SSL_SESSION_get_id(SSL_get0_session(ssl), &id_size);
  info->session_id = to_hex({reinterpret_cast<const char*>(id), id_size});
  X509* peer = SSL_get0_peer_certificate(ssl);
  if (peer != nullptr) {
    auto described = std::make_shared<CertificateInfo>(describe_x509(peer));
    STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
    described->chain_pem = context_->is_server ? described->pem : std::string();
    for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
      described->chain_pem += x509_pem(sk_X509_value(chain, i));
    }
    info->peer = std::move(described);
    info->peer_validated =
        SSL_get_verify_result(ssl) == X509_V_OK && context_->options.validation.any();
  }
  // A client presents its certificate only when it is asked, now or when the session was made; a
  // server always does.
  const bool asked = context_->is_server || SSL_get_ex_data(ssl, asked_index()) != nullptr;
  X509* local = asked ? SSL_get_certificate(ssl) : nullptr;
  for (const CertificateInfoPtr& candidate : context_->certificates) {
    if (local != nullptr && candidate->pem == x509_pem(local)) info->local = candidate;
  }
  info_ = std::move(info);
}

std::vector<unsigned char> alpn_wire(const std::vector<std::string>& protocols) {
  std::vector<unsigned char> wire;
  for (const std::string& protocol : protocols) {
    wire.push_back(static_cast<unsigned char>(protocol.size()));
    wire.insert(wire.end(), protocol.begin(), protocol.end());
  }
  return wire;
}

}  // namespace

int session_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// SSL_CTX_set_cert_verify_callback: judges a chain by the context's rules after OpenSSL's own
/// verification.
int verify_peer(X509_STORE_CTX* store, void* argument) {
  const auto& context = *static_cast<const TlsContext*>(argument);
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* session = static_cast<OpenSslSession*>(SSL_get_ex_data(ssl, session_index()));
  const TlsValidation& rules = context.options.validation;
  if (!rules.trusted_ca_pem.empty() && !rules.accept_untrusted) {
    if (X509_verify_cert(store) != 1) {
      session->verify_problem = std::string("verify cert failed: ") +
                                X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
      return 0;
    }
  } else if (!rules.trusted_ca_pem.empty() && X509_verify_cert(store) != 1) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
  }
  session->verify_problem =
      judge_peer_names(X509_STORE_CTX_get0_cert(store), rules, session->require_san);
  if (session->verify_problem.empty()) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

std::unique_ptr<TlsSession> TlsSession::server(TlsContextPtr context) {
  SSL* ssl = SSL_new(context->contexts.front().get());
  auto session = std::make_unique<OpenSslSession>(std::move(context), ssl);
  SSL_set_accept_state(ssl);
  return session;
}

std::unique_ptr<TlsSession> TlsSession::client(TlsContextPtr context,
                                               const ClientRequest& request) {
  const TlsContext& shared = *context;
  SSL* ssl = SSL_new(shared.contexts.front().get());
  auto session = std::make_unique<OpenSslSession>(std::move(context), ssl);
  session->require_san = request.require_san;
  const std::string& sni = request.sni.empty() ? shared.options.sni : request.sni;
  if (!sni.empty()) SSL_set_tlsext_host_name(ssl, sni.c_str());
  // What the context says wins: a request's protocols are for contexts that name none. (A cluster
  // may have several contexts, one per kind of endpoint.)
  const bool names_protocols = !shared.options.alpn.empty();
  const std::vector<unsigned char> alpn =
      alpn_wire(names_protocols ? shared.options.alpn : request.alpn);
  if (!alpn.empty()) SSL_set_alpn_protos(ssl, alpn.data(), static_cast<unsigned>(alpn.size()));
  // A session belongs to the names it was made with; only those of the context itself are kept for
  // reuse.
  const bool plain_request = request.sni.empty() && request.require_san.empty() &&
                             (names_protocols || request.alpn.empty());
  if (plain_request) {
    const SslSessionHandle earlier = shared.take_session();
    if (earlier) {
      SSL_set_session(ssl, earlier.get());
      SSL_set_ex_data(ssl, asked_index(),
                      SSL_SESSION_get_ex_data(earlier.get(), session_asked_index()));
    }
  }
  SSL_set_connect_state(ssl);
  return session;
}

}  // namespace lab::proxy
