#pragma once

#include <map>
#include <string>

#include "mesh/compile/snapshot.h"
#include "mesh/config/tls.h"

namespace lab::compile {

/// Where the files of a proxy's dynamic resources are. Names are escaped, so that any name is a
/// file name.
std::string resource_path(const std::string& folder, const std::string& kind,
                          const std::string& name);
/// The source that reads one such file.
config::ConfigSource file_source(const std::string& folder, const std::string& kind,
                                 const std::string& name);

/// The workload's own certificate, as the mesh's authority issues it.
inline constexpr const char* kChainFile = "/etc/certs/cert-chain.pem";
inline constexpr const char* kKeyFile = "/etc/certs/key.pem";
inline constexpr const char* kRootFile = "/etc/certs/root-cert.pem";

/// Puts certificates into TLS contexts and collects the secrets that a proxy then needs.
class Secrets {
 public:
  Secrets(const Snapshot& snapshot, std::string name_space)
      : snapshot_(snapshot), name_space_(std::move(name_space)) {}

  /// A certificate and key from files.
  void add_files(config::CommonTlsContext& tls, const std::string& chain, const std::string& key);
  /// The authorities in a file ("system": the machine's), and which names of a peer are right.
  void trust_file(config::CommonTlsContext& tls, const std::string& file,
                  std::vector<config::StringMatcher> names, const std::string& revoked = "");
  /// The mesh's own certificate and root.
  void add_mesh_identity(config::CommonTlsContext& tls);
  void trust_mesh(config::CommonTlsContext& tls, std::vector<config::StringMatcher> names);
  /// A Secret of the cluster, by name; its authorities are in it or in NAME-cacert.
  void add_credential(config::CommonTlsContext& tls, const std::string& name);
  void trust_credential(config::CommonTlsContext& tls, const std::string& name,
                        std::vector<config::StringMatcher> names, const std::string& revoked = "");
  /// Authorities that are in a Secret of their own.
  void trust_authority(config::CommonTlsContext& tls, const std::string& name,
                       std::vector<config::StringMatcher> names, const std::string& revoked);

  std::vector<config::Secret> take();

 private:
  config::SdsSecretConfig reference(const std::string& name) const;
  void remember(config::Secret secret) { secrets_.emplace(secret.name, std::move(secret)); }
  void trust_secret(config::CommonTlsContext& tls, const std::string& name,
                    const std::string& holder, std::vector<config::StringMatcher> names,
                    const std::string& revoked);
  void combine(config::CommonTlsContext& tls, const std::string& secret,
               std::vector<config::StringMatcher> names, const std::string& revoked) const;
  const crd::Secret* find(const std::string& name) const;
  config::DataSource content(const std::string& secret, const std::vector<std::string>& keys) const;

  const Snapshot& snapshot_;
  std::string name_space_;
  std::map<std::string, config::Secret> secrets_;
};

}  // namespace lab::compile
