#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cstring>

#include "base/text.h"
#include "proxy/limits.h"
#include "proxy/net/tls_internal.h"

namespace lab::proxy {

int verify_peer(X509_STORE_CTX* store, void* argument);  // tls_session.cc
void use_ticket_keys(SSL_CTX* ssl);                      // tls_tickets.cc

namespace {

using KeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;

std::string shown(const std::string& file) {
  return file.empty() ? "<inline>" : file;
}

tl::unexpected<Error> tls_fail(const std::string& what) {
  return fail(Errc::tls, what + ": " + take_tls_reason());
}

int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, text.data(), text.size());
  return static_cast<int>(text.size());
}

std::vector<X509Handle> read_certificates(const std::string& pem) {
  std::vector<X509Handle> all;
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (X509* one = PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr))
    all.emplace_back(one);
  ERR_clear_error();  // "No start line" is how the end of the text shows.
  return all;
}

Result<> use_certificate(SSL_CTX* ssl, const TlsCertificate& certificate) {
  const std::vector<X509Handle> chain = read_certificates(certificate.chain_pem);
  if (chain.empty())
    return fail(Errc::tls, "Failed to load certificate chain from " + shown(certificate.file));
  if (SSL_CTX_use_certificate(ssl, chain.front().get()) != 1) {
    return tls_fail("Failed to load certificate chain from " + shown(certificate.file));
  }
  for (std::size_t i = 1; i < chain.size(); ++i) SSL_CTX_add1_chain_cert(ssl, chain[i].get());
  const BioHandle bio(
      BIO_new_mem_buf(certificate.key_pem.data(), static_cast<int>(certificate.key_pem.size())));
  const KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password,
                                              const_cast<std::string*>(&certificate.password)));
  if (!key)
    return tls_fail("Failed to load private key for certificate " + shown(certificate.file));
  if (SSL_CTX_use_PrivateKey(ssl, key.get()) != 1 || SSL_CTX_check_private_key(ssl) != 1) {
    return tls_fail("Failed to load private key for certificate " + shown(certificate.file));
  }
  return {};
}

void free_subject_names(STACK_OF(X509_NAME) * names) {
  sk_X509_NAME_pop_free(names, X509_NAME_free);
}

Result<> trust_authorities(SSL_CTX* ssl, const TlsContext& context) {
  const TlsValidation& rules = context.options.validation;
  X509_STORE* store = SSL_CTX_get_cert_store(ssl);
  const std::vector<X509Handle> authorities = read_certificates(rules.trusted_ca_pem);
  if (authorities.empty()) {
    return fail(Errc::tls,
                "Failed to load trusted CA certificates from " + shown(rules.trusted_ca_file));
  }
  Handle<STACK_OF(X509_NAME), free_subject_names> names(sk_X509_NAME_new_null());
  for (const X509Handle& authority : authorities) {
    X509_STORE_add_cert(store, authority.get());
    sk_X509_NAME_push(names.get(), X509_NAME_dup(X509_get_subject_name(authority.get())));
  }
  if (context.is_server) SSL_CTX_set_client_CA_list(ssl, names.release());
  // An intermediate that is trusted needs no root above it.
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;
  if (rules.allow_expired) flags |= X509_V_FLAG_NO_CHECK_TIME;
  X509_STORE_set_flags(store, flags);
  return {};
}

Result<> use_revocations(SSL_CTX* ssl, const TlsValidation& rules) {
  if (rules.crl_pem.empty()) return {};
  X509_STORE* store = SSL_CTX_get_cert_store(ssl);
  const BioHandle bio(
      BIO_new_mem_buf(rules.crl_pem.data(), static_cast<int>(rules.crl_pem.size())));
  int count = 0;
  while (X509_CRL* list = PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_crl(store, list);
    X509_CRL_free(list);
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return fail(Errc::tls, "Failed to load CRL from <inline>");
  X509_STORE_set_flags(store, rules.only_verify_leaf_crl
                                  ? X509_V_FLAG_CRL_CHECK
                                  : X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

int version_number(TlsVersion version, int automatic) {
  switch (version) {
    case TlsVersion::automatic:
      return automatic;
    case TlsVersion::tls1_0:
      return TLS1_VERSION;
    case TlsVersion::tls1_1:
      return TLS1_1_VERSION;
    case TlsVersion::tls1_2:
      return TLS1_2_VERSION;
    case TlsVersion::tls1_3:
      return TLS1_3_VERSION;
  }
  return automatic;
}

/// BoringSSL writes groups of equal preference as "[A|B]"; OpenSSL has no such groups and keeps
/// their order.
std::string cipher_list(const std::vector<std::string>& suites) {
  std::string list = replace_all(join(suites, ":"), "|", ":");
  return replace_all(replace_all(list, "[", ""), "]", "");
}

Result<> use_versions_and_ciphers(SSL_CTX* ssl, const TlsContext& context) {
  const TlsOptions& options = context.options;
  // Envoy's defaults: servers 1.2 to 1.3, clients 1.2.
  SSL_CTX_set_min_proto_version(ssl, version_number(options.min_version, TLS1_2_VERSION));
  SSL_CTX_set_max_proto_version(
      ssl,
      version_number(options.max_version, context.is_server ? TLS1_3_VERSION : TLS1_2_VERSION));
  static const std::vector<std::string> kDefaultSuites = {
      "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305",
      "ECDHE-RSA-AES128-GCM-SHA256",   "ECDHE-RSA-CHACHA20-POLY1305",
      "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"};
  const auto& suites = options.cipher_suites.empty() ? kDefaultSuites : options.cipher_suites;
  if (SSL_CTX_set_cipher_list(ssl, cipher_list(suites).c_str()) != 1) {
    return tls_fail("Failed to initialize cipher suites " + cipher_list(suites));
  }
  const std::string curves = options.curves.empty() ? "X25519:P-256" : join(options.curves, ":");
  if (SSL_CTX_set1_groups_list(ssl, curves.c_str()) != 1) {
    return tls_fail("Failed to initialize ECDH curves " + curves);
  }
  return {};
}

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned in_size, void* argument) {
  const auto& context = *static_cast<const TlsContext*>(argument);
  for (const std::string& ours : context.options.alpn) {
    for (unsigned at = 0; at < in_size; at += in[at] + 1u) {
      const std::string_view theirs(reinterpret_cast<const char*>(in) + at + 1, in[at]);
      if (theirs != ours) continue;
      *out = in + at + 1;
      *out_size = in[at];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_NOACK;  // As Envoy: the handshake goes on without a protocol.
}

bool presents_name(const CertificateInfo& certificate, std::string_view name) {
  for (const std::string& san : certificate.dns_sans) {
    if (equal_ignore_case(san, name)) return true;
    const std::size_t dot = name.find('.');
    if (san.rfind("*.", 0) == 0 && dot != std::string_view::npos &&
        equal_ignore_case(std::string_view(san).substr(1), name.substr(dot))) {
      return true;
    }
  }
  return false;
}

/// Chooses among several certificates by the name that the client asks for; the first is the
/// fallback.
int choose_certificate(SSL* ssl, int*, void* argument) {
  const auto& context = *static_cast<const TlsContext*>(argument);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  for (std::size_t i = 0; name != nullptr && i < context.contexts.size(); ++i) {
    if (!presents_name(*context.certificates[i], name)) continue;
    if (i > 0) SSL_set_SSL_CTX(ssl, context.contexts[i].get());
    break;
  }
  return SSL_TLSEXT_ERR_OK;
}

int keep_new_session(SSL* ssl, SSL_SESSION* session) {
  const auto* context = static_cast<const TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  SslSessionHandle kept(session);
  // The server may have asked for our certificate when this session was made; a resumption must
  // know.
  SSL_SESSION_set_ex_data(session, session_asked_index(), SSL_get_ex_data(ssl, asked_index()));
  context->keep_session(std::move(kept));
  return 1;
}

int note_certificate_request(SSL* ssl, void*) {
  static int asked = 1;
  SSL_set_ex_data(ssl, asked_index(), &asked);
  return 1;
}

void write_key_log(const SSL* ssl, const char* line) {
  const auto* context = static_cast<const TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const std::string text = std::string(line) + "\n";
  [[maybe_unused]] const auto written = ::write(context->key_log.get(), text.data(), text.size());
}

Result<> open_key_log(TlsContext& context) {
  if (context.options.key_log_path.empty()) return {};
  context.key_log = Fd(::open(context.options.key_log_path.c_str(),
                              O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!context.key_log)
    return tl::unexpected(last_errno("open key log " + context.options.key_log_path));
  return {};
}

void set_up_server(SSL_CTX* ssl, const TlsContext& context) {
  const TlsOptions& options = context.options;
  SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
  if (!options.prefer_client_ciphers) SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(
      ssl, options.stateful_resumption ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
  if (!options.ticket_keys.empty()) use_ticket_keys(ssl);
  if (!options.stateless_resumption) SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET);
  if (!options.stateless_resumption && !options.stateful_resumption)
    SSL_CTX_set_num_tickets(ssl, 0);
  SSL_CTX_set_timeout(ssl, options.session_timeout.count());
  // A session made under one set of rules must not be resumed under another.
  std::string id =
      options.validation.trusted_ca_pem + (options.require_client_certificate ? "+" : "-");
  for (const SanRule& rule : options.validation.san_rules) id += rule.text + "\n";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(id.data(), id.size(), digest, &size, EVP_sha256(), nullptr);
  SSL_CTX_set_session_id_context(ssl, digest, SSL_MAX_SID_CTX_LENGTH);
  if (!options.alpn.empty()) {
    SSL_CTX_set_alpn_select_cb(ssl, select_alpn, const_cast<TlsContext*>(&context));
  }
  if (context.certificates.size() > 1) {
    SSL_CTX_set_tlsext_servername_callback(ssl, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(ssl, const_cast<TlsContext*>(&context));
  }
}

void set_up_client(SSL_CTX* ssl, const TlsContext& context) {
  if (!context.options.allow_renegotiation) SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_cert_cb(ssl, note_certificate_request, nullptr);
  if (context.options.max_session_keys == 0) {
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    return;
  }
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ssl, keep_new_session);
}

Result<SslContextHandle> make_one(TlsContext& context, const TlsCertificate* certificate) {
  SslContextHandle ssl(SSL_CTX_new(context.is_server ? TLS_server_method() : TLS_client_method()));
  if (!ssl) return tls_fail("create a TLS context");
  SSL_CTX_set_app_data(ssl.get(), &context);
  SSL_CTX_set_mode(ssl.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(ssl.get(), SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  TRY(use_versions_and_ciphers(ssl.get(), context));
  if (certificate != nullptr) TRY(use_certificate(ssl.get(), *certificate));
  const TlsValidation& rules = context.options.validation;
  if (!rules.trusted_ca_pem.empty()) TRY(trust_authorities(ssl.get(), context));
  TRY(use_revocations(ssl.get(), rules));
  if (rules.max_depth >= 0) SSL_CTX_set_verify_depth(ssl.get(), rules.max_depth);
  int verify = SSL_VERIFY_NONE;
  if (rules.any() || context.options.require_client_certificate || !context.is_server)
    verify = SSL_VERIFY_PEER;
  if (context.is_server && context.options.require_client_certificate)
    verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify(ssl.get(), verify, nullptr);
  SSL_CTX_set_cert_verify_callback(ssl.get(), verify_peer, &context);
  if (context.is_server) {
    set_up_server(ssl.get(), context);
  } else {
    set_up_client(ssl.get(), context);
  }
  if (context.key_log) SSL_CTX_set_keylog_callback(ssl.get(), write_key_log);
  return ssl;
}

Result<TlsContextPtr> make_context(TlsOptions options, bool is_server) {
  auto context = std::make_shared<TlsContext>();
  context->options = std::move(options);
  context->is_server = is_server;
  TRY(open_key_log(*context));
  for (const TlsCertificate& certificate : context->options.certificates) {
    context->contexts.push_back(TRY(make_one(*context, &certificate)));
    context->certificates.push_back(
        TRY(describe_certificate(certificate.chain_pem, certificate.file)));
  }
  if (context->contexts.empty()) context->contexts.push_back(TRY(make_one(*context, nullptr)));
  for (const X509Handle& authority :
       read_certificates(context->options.validation.trusted_ca_pem)) {
    CertificateInfo info = describe_x509(authority.get());
    info.file = context->options.validation.trusted_ca_file;
    context->authorities.push_back(std::make_shared<CertificateInfo>(std::move(info)));
  }
  return TlsContextPtr(std::move(context));
}

}  // namespace

int asked_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int session_asked_index() {
  static const int index = SSL_SESSION_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

Result<TlsContextPtr> make_server_context(TlsOptions options) {
  return make_context(std::move(options), true);
}
Result<TlsContextPtr> make_client_context(TlsOptions options) {
  return make_context(std::move(options), false);
}

const std::vector<CertificateInfoPtr>& context_certificates(const TlsContext& context) {
  return context.certificates;
}
const std::vector<CertificateInfoPtr>& context_authorities(const TlsContext& context) {
  return context.authorities;
}

void TlsContext::keep_session(SslSessionHandle session) const {
  const std::lock_guard lock(sessions_mutex_);
  sessions_.push_back(std::move(session));
  // Envoy's limit is per connection in use at a time; a few more serve a burst of connections.
  const std::size_t most = std::max<std::size_t>(options.max_session_keys, limits::kClientSessions);
  if (sessions_.size() > most) sessions_.pop_front();
}

SslSessionHandle TlsContext::take_session() const {
  const std::lock_guard lock(sessions_mutex_);
  if (sessions_.empty()) return nullptr;
  SslSessionHandle session = std::move(sessions_.back());
  sessions_.pop_back();
  return session;
}

std::string take_tls_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason != nullptr ? reason : "no reason given";
}

std::string take_tls_error() {
  std::string text = "TLS_error:";
  while (const unsigned long code = ERR_get_error()) {
    const char* library = ERR_lib_error_string(code);
    const char* reason = ERR_reason_error_string(code);
    std::string words = reason == nullptr ? "unknown" : replace_all(reason, " ", "_");
    for (char& c : words) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    text += "|" + std::to_string(code) + ":" + (library == nullptr ? "unknown" : library) +
            ":OPENSSL_internal:" + words;
  }
  return text;
}

}  // namespace lab::proxy
