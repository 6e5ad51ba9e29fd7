#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lab::proxy {

/// What a TLS ClientHello asks for, read without OpenSSL and without answering it.
struct ClientHello {
  enum class Verdict : std::uint8_t {
    more,     ///< Not all of it is there.
    tls,      ///< Read completely.
    not_tls,  ///< These bytes begin no ClientHello.
  };
  Verdict verdict = Verdict::more;
  std::string server_name;        ///< SNI in lower case; empty when there is none.
  std::vector<std::string> alpn;  ///< In the client's order.
};

/// Reads the beginning of a connection. The message may be split over records (RFC 8446
/// section 5.1); it may have at most `limit` bytes. Source: RFC 8446 section 4.1.2, RFC 6066
/// section 3, RFC 7301 section 3.1.
ClientHello parse_client_hello(std::string_view bytes, std::size_t limit);

}  // namespace lab::proxy
