#pragma once

#include <cstdint>
#include <string_view>

namespace lab {

/// XXH64. Source: the xxHash specification, "XXH64 algorithm description".
std::uint64_t xx_hash64(std::string_view bytes, std::uint64_t seed = 0);

/// MurmurHash2 of 64 bits, as libstdc++'s std::hash makes it (seed 0xc70f6907).
std::uint64_t murmur_hash2_64(std::string_view bytes, std::uint64_t seed = 0xc70f6907);

}  // namespace lab
