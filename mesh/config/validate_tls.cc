#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "mesh/config/validate.h"

namespace lab::config {
namespace {

constexpr std::size_t kTicketKeyBytes = 80;
constexpr std::size_t kSha256Bytes = 32;

bool has_text(const DataSource& source) {
  return source.inline_string && !source.inline_string->empty();
}

bool empty_inline(const std::optional<DataSource>& source) {
  return source && ((source->inline_string && source->inline_string->empty()) ||
                    (source->inline_bytes && source->inline_bytes->data.empty()));
}

bool has_authority(const CommonTlsContext& common) {
  if (common.validation_context_sds_secret_config || common.combined_validation_context)
    return true;
  return common.validation_context &&
         (common.validation_context->trusted_ca || common.validation_context->system_root_certs);
}

}  // namespace

bool valid_validation(const CertificateValidationContext& validation, DecodeContext& context,
                      Mark mark) {
  if (validation.watched_directory &&
      (!validation.trusted_ca || !validation.trusted_ca->filename)) {
    return refuse(context, mark, "watched_directory needs a trusted_ca from a file in it.");
  }
  if (empty_inline(validation.trusted_ca))
    return refuse(context, mark, "trusted_ca is empty. Name a file or put certificates in.");
  const bool trusts = validation.trusted_ca || validation.system_root_certs;
  if (validation.allow_expired_certificate && !trusts)
    return refuse(context, mark, "allow_expired_certificate needs a trusted_ca. Add it.");
  for (const std::string& hash : validation.verify_certificate_hash) {
    const std::string digits = replace_all(hash, ":", "");
    if (digits.size() != 2 * kSha256Bytes ||
        !std::all_of(digits.begin(), digits.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; }))
      return refuse(context, mark, "verify_certificate_hash is SHA-256 in hexadecimal.");
  }
  for (const std::string& hash : validation.verify_certificate_spki) {
    // 32 bytes in base64: 43 digits and one "=".
    const bool good = hash.size() == 44 && hash.back() == '=' &&
                      std::all_of(hash.begin(), hash.end() - 1, [](unsigned char c) {
                        return std::isalnum(c) != 0 || c == '+' || c == '/';
                      });
    if (!good) return refuse(context, mark, "verify_certificate_spki is SHA-256 in base64.");
  }
  return true;
}

bool valid_san_matcher(const SubjectAltNameMatcher& matcher, DecodeContext& context, Mark mark) {
  if (matcher.san_type != SubjectAltNameMatcher::SanType::other_name) return true;
  return refuse(context, mark, "san_type OTHER_NAME is not supported. Use DNS, URI, IP or EMAIL.");
}

namespace {

/// Whether a folder to be watched is that of the file: then watching the file is the same.
bool watches_folder_of(const std::optional<WatchedDirectory>& watched,
                       const std::optional<DataSource>& source) {
  if (!watched) return true;
  std::string folder = watched->path;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  return source && source->filename &&
         source->filename->substr(0, source->filename->rfind('/')) == folder;
}

}  // namespace

bool valid_tls_certificate(const TlsCertificate& certificate, DecodeContext& context, Mark mark) {
  if (watches_folder_of(certificate.watched_directory, certificate.certificate_chain)) return true;
  return refuse(context, mark,
                "watched_directory must be the folder of certificate_chain: a file is watched "
                "there.");
}

bool valid_ticket_keys(const TlsSessionTicketKeys& keys, DecodeContext& context, Mark mark) {
  for (const DataSource& key : keys.keys) {
    const bool wrong = (has_text(key) && key.inline_string->size() != kTicketKeyBytes) ||
                       (key.inline_bytes && key.inline_bytes->data.size() != kTicketKeyBytes);
    if (wrong) return refuse(context, mark, "a session ticket key has exactly 80 bytes.");
  }
  return true;
}

bool valid_common_tls(const CommonTlsContext& common, DecodeContext& context, Mark mark) {
  for (const std::string& protocol : common.alpn_protocols) {
    if (protocol.size() > 255)
      return refuse(context, mark, "an ALPN protocol has at most 255 bytes.");
  }
  return true;
}

bool valid_upstream_tls(const UpstreamTlsContext& tls, DecodeContext& context, Mark mark) {
  if (tls.sni.find('\0') != std::string::npos)
    return refuse(context, mark, "sni holds a NUL byte.");
  if (tls.auto_sni_san_validation &&
      (!tls.common_tls_context || !has_authority(*tls.common_tls_context))) {
    return refuse(context, mark,
                  "auto_sni_san_validation needs a validation context with a trusted_ca.");
  }
  if (!tls.common_tls_context) return true;
  const auto& common = *tls.common_tls_context;
  if (common.tls_certificates.size() > 1 || common.tls_certificate_sds_secret_configs.size() > 1)
    return refuse(context, mark, "a client presents one certificate at most.");
  return true;
}

bool valid_downstream_tls(const DownstreamTlsContext& tls, DecodeContext& context, Mark mark) {
  if (!tls.common_tls_context) return true;
  const auto& common = *tls.common_tls_context;
  if (!common.tls_certificates.empty() && !common.tls_certificate_sds_secret_configs.empty())
    return refuse(context, mark, "certificates come either from files or by SDS, not by both.");
  if (tls.ocsp_staple_policy != DownstreamTlsContext::OcspStaplePolicy::must_staple) return true;
  for (const TlsCertificate& certificate : common.tls_certificates) {
    if (!certificate.ocsp_staple)
      return refuse(context, mark, "MUST_STAPLE needs an ocsp_staple in each certificate.");
  }
  return true;
}

}  // namespace lab::config
