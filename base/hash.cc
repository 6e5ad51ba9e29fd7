#include "base/hash.h"

#include <bit>
#include <cstring>

namespace lab {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));  // Little-endian machines only, as everything here.
  return value;
}

std::uint64_t round_of(std::uint64_t accumulator, std::uint64_t lane) {
  return std::rotl(accumulator + lane * kPrime2, 31) * kPrime1;
}

std::uint64_t merge(std::uint64_t hash, std::uint64_t accumulator) {
  return (hash ^ round_of(0, accumulator)) * kPrime1 + kPrime4;
}

std::uint64_t stripes(const char*& at, const char* end, std::uint64_t seed) {
  std::uint64_t lanes[4] = {seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1};
  for (; end - at >= 32; at += 32) {
    for (int i = 0; i < 4; ++i) lanes[i] = round_of(lanes[i], load<std::uint64_t>(at + 8 * i));
  }
  std::uint64_t hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
                       std::rotl(lanes[3], 18);
  for (const std::uint64_t lane : lanes) hash = merge(hash, lane);
  return hash;
}

}  // namespace

std::uint64_t xx_hash64(std::string_view bytes, std::uint64_t seed) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint64_t hash = bytes.size() >= 32 ? stripes(at, end, seed) : seed + kPrime5;
  hash += bytes.size();
  for (; end - at >= 8; at += 8) {
    hash = std::rotl(hash ^ round_of(0, load<std::uint64_t>(at)), 27) * kPrime1 + kPrime4;
  }
  if (end - at >= 4) {
    hash = std::rotl(hash ^ load<std::uint32_t>(at) * kPrime1, 23) * kPrime2 + kPrime3;
    at += 4;
  }
  for (; at != end; ++at) {
    hash = std::rotl(hash ^ static_cast<std::uint8_t>(*at) * kPrime5, 11) * kPrime1;
  }
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

std::uint64_t murmur_hash2_64(std::string_view bytes, std::uint64_t seed) {
  constexpr std::uint64_t kMultiplier = 0xc6a4a7935bd1e995;
  const auto mix = [](std::uint64_t value) { return value ^ (value >> 47); };
  const char* at = bytes.data();
  const std::size_t whole = bytes.size() & ~std::size_t{7};
  std::uint64_t hash = seed ^ (bytes.size() * kMultiplier);
  for (const char* const end = at + whole; at != end; at += 8) {
    const std::uint64_t lane = mix(load<std::uint64_t>(at) * kMultiplier) * kMultiplier;
    hash = (hash ^ lane) * kMultiplier;
  }
  if (bytes.size() != whole) {
    std::uint64_t rest = 0;
    for (std::size_t i = bytes.size(); i > whole; --i) {
      rest = (rest << 8) + static_cast<std::uint8_t>(bytes[i - 1]);
    }
    hash = (hash ^ rest) * kMultiplier;
  }
  return mix(mix(hash) * kMultiplier);
}

}  // namespace lab
