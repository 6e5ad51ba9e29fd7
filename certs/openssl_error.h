#pragma once

#include <string_view>

#include "base/result.h"

namespace lab::certs {

/// Errc::tls, "WHAT: OPENSSL'S REASON"; empties OpenSSL's error queue.
tl::unexpected<Error> openssl_error(std::string_view what);

}  // namespace lab::certs
