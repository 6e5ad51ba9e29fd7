#include "orchestrator/pki/make_pki.h"

#include "base/parallel.h"
#include "base/text.h"
#include "certs/pki.h"

namespace lab::orchestrator {
namespace {

using std::chrono::hours;

certs::KeyType key_type(KeyKind kind) {
  switch (kind) {
    case KeyKind::rsa2048:
      return certs::KeyType::rsa_2048;
    case KeyKind::p256:
      return certs::KeyType::ec_p256;
    case KeyKind::rsa4096:
      break;
  }
  return certs::KeyType::rsa_4096;
}

std::string_view kind_name(KeyKind kind) {
  for (const auto& entry : enum_names(static_cast<const KeyKind*>(nullptr))) {
    if (entry.value == kind) return entry.name;
  }
  return "";
}

struct Subject {
  std::string common_name, organization;
};

/// "CN=a,O=b"; a text without "=" is the common name.
Result<Subject> parse_subject(const std::string& text, const std::string& name) {
  Subject subject;
  if (text.empty()) subject.common_name = name;
  if (text.find('=') == std::string::npos) {
    if (!text.empty()) subject.common_name = text;
    return subject;
  }
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    const std::string key = to_lower(trim(part.substr(0, equals)));
    const std::string value(trim(equals == std::string::npos ? "" : part.substr(equals + 1)));
    if (key == "cn")
      subject.common_name = value;
    else if (key == "o")
      subject.organization = value;
    else
      return fail(Errc::config, "subject of \"" + name + "\": only CN and O are supported, not \"" +
                                    part + "\".");
  }
  return subject;
}

/// Makes authorities before what they sign.
class PkiMaker {
 public:
  PkiMaker(const PkiSpec& spec, certs::TimePoint now) : spec_(spec), now_(now) {}

  Result<> get_keys(const std::string& slot, const certs::KeyCache& cache) {
    std::vector<certs::KeyRequest> requests;
    std::vector<std::string> names;
    const auto want = [&](const std::string& name, KeyKind kind) {
      names.push_back(name);
      const std::string number = std::to_string(names.size());
      requests.push_back(
          {slot + "/" + number + "-" + std::string(kind_name(kind)), key_type(kind)});
    };
    for (const auto& [name, authority] : spec_.authorities) want(name, authority.key);
    for (const auto& [name, certificate] : spec_.certificates) want(name, certificate.key);
    auto keys = TRY(certs::get_keys(cache, requests));
    for (std::size_t i = 0; i < keys.size(); ++i) keys_[names[i]] = std::move(keys[i]);
    return {};
  }

  Result<Pki> make() {
    for (const auto& [name, authority] : spec_.authorities) TRY(authority_of(name, 0));
    std::vector<std::string> revoked, others;
    for (const auto& [name, certificate] : spec_.certificates) {
      (certificate.revoked ? revoked : others).push_back(name);
    }
    // Signing with a large key takes milliseconds, so it is shared out; lists name what was
    // revoked.
    TRY(make_leaves(revoked, {}));
    std::vector<std::string> authorities;
    for (const auto& [name, authority] : authorities_) authorities.push_back(name);
    TRY(make_leaves(others, authorities));
    for (const auto& [name, authority] : authorities_) add(name, authority);
    return std::move(pki_);
  }

 private:
  Result<const certs::Authority*> authority_of(const std::string& name, unsigned depth) {
    const auto made = authorities_.find(name);
    if (made != authorities_.end()) return &made->second;
    const auto wanted = spec_.authorities.find(name);
    if (wanted == spec_.authorities.end())
      return fail(Errc::config, "pki: there is no authority \"" + name + "\".");
    if (depth > spec_.authorities.size()) {
      return fail(Errc::config,
                  "pki: the authorities sign each other in a circle at \"" + name + "\".");
    }
    const AuthoritySpec& spec = wanted->second;
    const Subject subject = TRY(parse_subject(spec.subject, name));
    const hours lifetime(24 * spec.days);
    if (spec.issuer.empty()) {
      authorities_[name] =
          TRY(certs::make_authority(subject.common_name, std::move(keys_[name]), now_, lifetime));
    } else {
      const certs::Authority* issuer = TRY(authority_of(spec.issuer, depth + 1));
      certs::LeafProfile profile;
      profile.common_name = subject.common_name;
      profile.organization = subject.organization;
      profile.is_authority = true;
      profile.lifetime = lifetime;
      authorities_[name] = TRY(certs::issue(*issuer, profile, std::move(keys_[name]), now_));
    }
    return &authorities_[name];
  }

  Result<certs::LeafProfile> profile_of(const std::string& name,
                                        const CertificateSpec& spec) const {
    const Subject subject = TRY(parse_subject(spec.subject, name));
    certs::LeafProfile profile;
    profile.common_name = subject.common_name;
    profile.organization = subject.organization;
    profile.dns_names = spec.dns.all;
    profile.ip_addresses = spec.ip.all;
    profile.uris = spec.uri.all;
    for (const std::string& usage : spec.usage) {
      profile.extended_key_usages.push_back(usage == "client" ? "clientAuth" : "serverAuth");
    }
    profile.lifetime = hours(24 * std::abs(spec.days));
    if (spec.starts_in_days != 0) profile.not_before = now_ + hours(24 * spec.starts_in_days);
    if (spec.days < 0) {  // It ended -days ago, after having lived for a day.
      profile.lifetime = hours(24);
      profile.not_before = now_ - hours(24 * (1 - spec.days));
    }
    return profile;
  }

  /// Makes leaves, and the revocation lists of authorities, at the same time.
  Result<> make_leaves(const std::vector<std::string>& leaves,
                       const std::vector<std::string>& lists) {
    std::vector<Result<certs::KeyPair>> pairs(leaves.size());
    std::vector<Result<std::string>> texts(lists.size());
    run_parallel(leaves.size() + lists.size(), [&](std::size_t i) {
      if (i < leaves.size())
        pairs[i] = leaf(leaves[i], spec_.certificates.at(leaves[i]));
      else
        texts[i - leaves.size()] = revocation_list(lists[i - leaves.size()]);
    });
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const certs::KeyPair pair = TRY(std::move(pairs[i]));
      const CertificateSpec& spec = spec_.certificates.at(leaves[i]);
      if (spec.revoked && !spec.issuer.empty())
        revoked_[spec.issuer].push_back(certs::share(pair.certificate));
      add(leaves[i], pair);
    }
    for (std::size_t i = 0; i < lists.size(); ++i)
      pki_.files[lists[i] + ".crl"] = TRY(std::move(texts[i]));
    return {};
  }

  /// Called by several threads: all authorities exist, and nothing is changed.
  Result<certs::KeyPair> leaf(const std::string& name, const CertificateSpec& spec) const {
    const certs::LeafProfile profile = TRY(profile_of(name, spec));
    certs::PrivateKey key = certs::share(keys_.at(name));
    if (spec.issuer.empty()) {
      const certs::Authority self = TRY(
          certs::make_authority(profile.common_name, certs::share(key), now_, profile.lifetime));
      return certs::issue(self, profile, std::move(key), now_);
    }
    const auto issuer = authorities_.find(spec.issuer);
    if (issuer == authorities_.end())
      return fail(Errc::config, "pki: there is no authority \"" + spec.issuer + "\".");
    return certs::issue(issuer->second, profile, std::move(key), now_);
  }

  void add(const std::string& name, const certs::KeyPair& pair) {
    const X509& certificate = *pair.certificate;
    pki_.files[name + ".crt"] = certs::chain_pem(pair);
    pki_.files[name + ".key"] = certs::to_pem(*pair.key);
    pki_.fingerprints[name] = certs::sha256_fingerprint(certificate);
    const certs::Description facts = certs::describe(certificate);
    const std::string prefix = "pki." + name;
    pki_.variables[prefix + ".sha1"] = certs::sha1_fingerprint(certificate);
    pki_.variables[prefix + ".sha256"] = pki_.fingerprints[name];
    pki_.variables[prefix + ".serial"] = facts.serial;
    pki_.variables[prefix + ".subject"] = facts.subject;
    pki_.descriptions[name] = facts;
  }

  Result<std::string> revocation_list(const std::string& authority) const {
    const auto revoked = revoked_.find(authority);
    std::vector<const X509*> certificates;
    if (revoked != revoked_.end()) {
      for (const auto& certificate : revoked->second) certificates.push_back(certificate.get());
    }
    return certs::make_revocation_list(authorities_.at(authority), certificates, now_);
  }

  const PkiSpec& spec_;
  certs::TimePoint now_;
  std::map<std::string, certs::PrivateKey> keys_;
  std::map<std::string, certs::Authority> authorities_;
  std::map<std::string, std::vector<certs::Certificate>> revoked_;
  Pki pki_;
};

}  // namespace

Result<Pki> make_pki(const PkiSpec& spec, const std::string& slot, const certs::KeyCache& cache,
                     certs::TimePoint now) {
  PkiMaker maker(spec, now);
  TRY(maker.get_keys(slot, cache));
  return maker.make();
}

}  // namespace lab::orchestrator
