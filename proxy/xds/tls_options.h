#pragma once

#include <functional>
#include <set>
#include <string>

#include "mesh/config/tls.h"
#include "proxy/net/tls.h"

namespace lab::proxy {

/// Turns TLS configuration into what proxy/net understands, reading the files it names.
struct TlsSources {
  /// The secret of that reference; an error when it is missing or broken.
  std::function<Result<config::Secret>(const config::SdsSecretConfig&)> secret;
  std::set<std::string>
      files;  ///< All files that were read: a change of one means "make it again".
};

Result<TlsOptions> upstream_tls_options(const config::UpstreamTlsContext& context,
                                        TlsSources& sources);
Result<TlsOptions> downstream_tls_options(const config::DownstreamTlsContext& context,
                                          TlsSources& sources);

}  // namespace lab::proxy
