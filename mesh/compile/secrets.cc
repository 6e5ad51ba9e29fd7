#include "mesh/compile/secrets.h"

#include <functional>

#include "base/text.h"

namespace lab::compile {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

/// "%7C" for "|"; long names end in a hash, because file names end at 255 bytes.
std::string escaped(const std::string& name) {
  constexpr std::size_t kLongest = 200;
  std::string out;
  for (const char c : name) {
    if (is_plain(c)) {
      out += c;
    } else {
      out += "%" + to_hex(std::string_view(&c, 1));
    }
  }
  if (out.size() <= kLongest) return out;
  return out.substr(0, kLongest) + "~" + std::to_string(std::hash<std::string>{}(name));
}

config::DataSource file(const std::string& name) {
  config::DataSource source;
  source.filename = name;
  return source;
}

}  // namespace

std::string resource_path(const std::string& folder, const std::string& kind,
                          const std::string& name) {
  return folder + "/" + kind + "/" + escaped(name) + ".json";
}

config::ConfigSource file_source(const std::string& folder, const std::string& kind,
                                 const std::string& name) {
  config::ConfigSource source;
  source.path_config_source.emplace().path = resource_path(folder, kind, name);
  source.resource_api_version = config::ApiVersion::v3;
  return source;
}

config::SdsSecretConfig Secrets::reference(const std::string& name) const {
  config::SdsSecretConfig secret;
  secret.name = name;
  secret.sds_config = file_source(snapshot_.folder, "sds", name);
  return secret;
}

void Secrets::add_files(config::CommonTlsContext& tls, const std::string& chain,
                        const std::string& key) {
  config::TlsCertificate certificate;
  certificate.certificate_chain = file(chain);
  certificate.private_key = file(key);
  if (!snapshot_.profile->secrets_by_name) {
    tls.tls_certificates.push_back(std::move(certificate));
    return;
  }
  config::Secret secret;
  secret.name = "file-cert:" + chain + "~" + key;
  secret.tls_certificate = std::move(certificate);
  tls.tls_certificate_sds_secret_configs.push_back(reference(secret.name));
  remember(std::move(secret));
}

void Secrets::combine(config::CommonTlsContext& tls, const std::string& secret,
                      std::vector<config::StringMatcher> names, const std::string& revoked) const {
  config::CombinedValidationContext& context = tls.combined_validation_context.emplace();
  context.default_validation_context.match_subject_alt_names = std::move(names);
  if (!revoked.empty()) context.default_validation_context.crl = file(revoked);
  context.validation_context_sds_secret_config = reference(secret);
}

void Secrets::trust_file(config::CommonTlsContext& tls, const std::string& path,
                         std::vector<config::StringMatcher> names, const std::string& revoked) {
  config::CertificateValidationContext trusted;
  if (path == "system") {
    trusted.system_root_certs.emplace();
  } else {
    trusted.trusted_ca = file(path);
  }
  if (!snapshot_.profile->secrets_by_name) {
    trusted.match_subject_alt_names = std::move(names);
    if (!revoked.empty()) trusted.crl = file(revoked);
    tls.validation_context = std::move(trusted);
    return;
  }
  config::Secret secret;
  secret.name = "file-root:" + path;
  secret.validation_context = std::move(trusted);
  combine(tls, secret.name, std::move(names), revoked);
  remember(std::move(secret));
}

void Secrets::add_mesh_identity(config::CommonTlsContext& tls) {
  if (!snapshot_.profile->secrets_by_name) return add_files(tls, kChainFile, kKeyFile);
  config::Secret secret;
  secret.name = "default";
  secret.tls_certificate.emplace();
  secret.tls_certificate->certificate_chain = file(kChainFile);
  secret.tls_certificate->private_key = file(kKeyFile);
  tls.tls_certificate_sds_secret_configs.push_back(reference(secret.name));
  remember(std::move(secret));
}

void Secrets::trust_mesh(config::CommonTlsContext& tls, std::vector<config::StringMatcher> names) {
  if (!snapshot_.profile->secrets_by_name) return trust_file(tls, kRootFile, std::move(names));
  config::Secret secret;
  secret.name = "ROOTCA";
  secret.validation_context.emplace();
  secret.validation_context->trusted_ca = file(kRootFile);
  combine(tls, secret.name, std::move(names), "");
  remember(std::move(secret));
}

const crd::Secret* Secrets::find(const std::string& name) const {
  for (const crd::Secret& secret : snapshot_.objects->secrets) {
    if (secret.metadata.name == name && secret.metadata.namespace_name == name_space_)
      return &secret;
  }
  return nullptr;
}

/// What the Secret holds under the first of `keys` that it has; without the object, where a volume
/// of it would be.
config::DataSource Secrets::content(const std::string& name,
                                    const std::vector<std::string>& keys) const {
  if (const crd::Secret* secret = find(name)) {
    for (const std::string& key : keys) {
      config::DataSource source;
      const auto plain = secret->string_data.find(key);
      if (plain != secret->string_data.end()) {
        source.inline_string = plain->second;
        return source;
      }
      const auto encoded = secret->data.find(key);
      if (encoded == secret->data.end()) continue;
      Diagnostics ignored;
      config::Bytes bytes;
      if (decode(Value(encoded->second), "", ignored, bytes))
        source.inline_bytes = std::move(bytes);
      return source;
    }
  }
  return file("/etc/istio/credentials/" + name + "/" + keys.front());
}

void Secrets::add_credential(config::CommonTlsContext& tls, const std::string& name) {
  config::Secret secret;
  secret.name = "kubernetes://" + name;
  secret.tls_certificate.emplace();
  secret.tls_certificate->certificate_chain = content(name, {"tls.crt", "cert"});
  secret.tls_certificate->private_key = content(name, {"tls.key", "key"});
  tls.tls_certificate_sds_secret_configs.push_back(reference(secret.name));
  remember(std::move(secret));
}

void Secrets::trust_credential(config::CommonTlsContext& tls, const std::string& name,
                               std::vector<config::StringMatcher> names,
                               const std::string& revoked) {
  const std::string own = name + "-cacert";
  trust_secret(tls, own, find(own) != nullptr ? own : name, std::move(names), revoked);
}

void Secrets::trust_authority(config::CommonTlsContext& tls, const std::string& name,
                              std::vector<config::StringMatcher> names,
                              const std::string& revoked) {
  trust_secret(tls, name, name, std::move(names), revoked);
}

void Secrets::trust_secret(config::CommonTlsContext& tls, const std::string& name,
                           const std::string& holder, std::vector<config::StringMatcher> names,
                           const std::string& revoked) {
  config::Secret secret;
  secret.name = "kubernetes://" + name;
  secret.validation_context.emplace();
  secret.validation_context->trusted_ca = content(holder, {"ca.crt", "cacert"});
  combine(tls, secret.name, std::move(names), revoked);
  remember(std::move(secret));
}

std::vector<config::Secret> Secrets::take() {
  std::vector<config::Secret> all;
  for (auto& [name, secret] : secrets_) all.push_back(std::move(secret));
  secrets_.clear();
  return all;
}

}  // namespace lab::compile
