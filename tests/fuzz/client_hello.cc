#include "proxy/net/client_hello.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "tests/fuzz/fuzz_target.h"

namespace lab::fuzz {
namespace {

using namespace proxy;

constexpr std::size_t kLimit = 2048;
constexpr std::size_t kMostCuts = 40;

bool same(const ClientHello& a, const ClientHello& b) {
  return a.verdict == b.verdict && a.server_name == b.server_name && a.alpn == b.alpn;
}

/// The same handshake bytes in records of `piece` bytes: splitting must change nothing.
std::string split_records(std::string_view record, std::size_t piece) {
  std::string split;
  const std::string_view head = record.substr(0, 3);
  for (std::string_view rest = record.substr(5); !rest.empty();) {
    const std::string_view part = rest.substr(0, piece);
    split += head;
    split += static_cast<char>(part.size() >> 8);
    split += static_cast<char>(part.size());
    split += part;
    rest.remove_prefix(part.size());
  }
  return split;
}

}  // namespace

/// The first byte chooses how the bytes arrive. A verdict, once given, must stay whatever follows,
/// and must not depend on how the message is cut into records.
LAB_FUZZ_TARGET(client_hello) {
  if (input.empty()) return;
  const std::size_t piece = 1u + static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const ClientHello whole = parse_client_hello(input, kLimit);
  const std::size_t step = std::max(piece, input.size() / kMostCuts);
  for (std::size_t size = 0; size < input.size(); size += step) {
    const ClientHello part = parse_client_hello(input.substr(0, size), kLimit);
    if (part.verdict != ClientHello::Verdict::more) LAB_ASSERT(same(part, whole));
  }
  if (whole.verdict != ClientHello::Verdict::tls) return;
  LAB_ASSERT(whole.server_name == to_lower(whole.server_name));
  const auto size = static_cast<std::size_t>(static_cast<unsigned char>(input[3])) << 8 |
                    static_cast<unsigned char>(input[4]);
  if (size + 5 == input.size())
    LAB_ASSERT(same(parse_client_hello(split_records(input, piece), 16 * kLimit), whole));
}

}  // namespace lab::fuzz
