#include "certs/openssl_error.h"

#include <openssl/err.h>

#include <string>

namespace lab::certs {

tl::unexpected<Error> openssl_error(std::string_view what) {
  // The last error names the outermost call; the first one is the cause.
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return fail(Errc::tls,
              std::string(what) + ": " + (reason != nullptr ? reason : "OpenSSL gave no reason"));
}

}  // namespace lab::certs
