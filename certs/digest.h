#pragma once

#include <string>
#include <string_view>

namespace lab::certs {

/// SHA-256 of the bytes, 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace lab::certs
