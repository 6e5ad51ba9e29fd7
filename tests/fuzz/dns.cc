#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <optional>

#include "proxy/upstream/dns_resolver.h"
#include "tests/fuzz/fuzz_target.h"

namespace lab::fuzz {
namespace {

using namespace proxy;

constexpr int kTurns = 12;
constexpr const char* kName = "a.b.example.";

/// A name server on loopback that answers each question with the next piece of the input.
class NameServer {
 public:
  NameServer() {
    // The TCP port of the same number is taken too, and refuses: a truncated answer makes the
    // resolver come there.
    for (int attempt = 0; attempt < 100 && !tcp_; ++attempt) {
      udp_ = Fd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      LAB_ASSERT(udp_ && bind_to(udp_, 0));
      Fd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      LAB_ASSERT(tcp);
      if (bind_to(tcp, address().port())) tcp_ = std::move(tcp);
    }
    LAB_ASSERT(tcp_);
  }

  Address address() const {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    LAB_ASSERT(::getsockname(udp_.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0);
    return Address(reinterpret_cast<sockaddr*>(&bound), size);
  }

  /// Answers what has been asked: with a length byte's worth of `input`, behind the question's id
  /// and, when `whole` does not hold, its whole head and question with the input's answer count.
  void answer(std::string_view& input, bool whole) {
    std::array<char, 512> question{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    ssize_t got = 0;
    while ((got = ::recvfrom(udp_.get(), question.data(), question.size(), 0,
                             reinterpret_cast<sockaddr*>(&from), &size)) > 0) {
      if (input.empty()) continue;
      const std::size_t length = static_cast<unsigned char>(input[0]);
      const std::string_view piece = input.substr(1, length);
      input.remove_prefix(1 + piece.size());
      std::string reply(question.data(), whole ? 2 : static_cast<std::size_t>(got));
      if (!whole) {
        reply[2] = static_cast<char>(0x81);
        reply[3] = static_cast<char>(piece.empty() ? 0x80 : 0x80 | (piece[0] & 0x0f));
        reply[7] = static_cast<char>(piece.size() < 2 ? 0 : piece[1] & 0x0f);
        reply[11] = 0;  // No additional records, which the question has for EDNS.
        reply += piece.substr(std::min<std::size_t>(2, piece.size()));
      } else {
        reply += piece;
      }
      ::sendto(udp_.get(), reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

 private:
  static bool bind_to(const Fd& fd, std::uint16_t port) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    any.sin_port = htons(port);
    return ::bind(fd.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) == 0;
  }
  Fd udp_, tcp_;
};

void check(const DnsResolver::Answer& answer, DnsResolver::Family family) {
  LAB_ASSERT(answer.answered || answer.addresses.empty());
  LAB_ASSERT(answer.ttl.count() >= 0);
  for (const Address& address : answer.addresses) {
    LAB_ASSERT(address.is_ip() && address.port() == 0);
    if (family == DnsResolver::Family::v4) LAB_ASSERT(address.family() == AF_INET);
    if (family == DnsResolver::Family::v6) LAB_ASSERT(address.family() == AF_INET6);
    if (family != DnsResolver::Family::all)
      LAB_ASSERT(address.family() == answer.addresses.front().family());
    LAB_ASSERT(Address::parse(address.ip(), 0).has_value());
  }
}

}  // namespace

/// A name server that answers whatever it likes. The first byte chooses the family asked for and
/// how much of the answer is the input's; then come pieces, each with its length before it. An
/// answer is told at most once, and is what was asked for.
LAB_FUZZ_TARGET(dns) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const auto family = static_cast<DnsResolver::Family>(choice % 5);
  static NameServer server;
  static const std::unique_ptr<Loop> loop = std::move(*Loop::create());
  DnsResolver::Options options;
  options.servers = {server.address()};
  options.no_search_domain = true;
  const auto resolver = DnsResolver::create(*loop, options);
  LAB_ASSERT(resolver);
  int told = 0;
  const auto question = (*resolver)->ask(kName, family, [&](const DnsResolver::Answer& answer) {
    check(answer, family);
    ++told;
  });
  // What the resolver refuses to believe it waits for: then the input is over first.
  for (int turn = 0; turn < kTurns && told == 0; ++turn) {
    const bool over = input.empty();
    server.answer(input, (choice & 0x80) != 0);
    loop->turn(std::chrono::milliseconds(0));
    if (over && turn > 2) break;
  }
  loop->turn(std::chrono::milliseconds(0));
  LAB_ASSERT(told <= 1);
}

}  // namespace lab::fuzz
