#include "proxy/net/client_hello.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace lab::proxy {
namespace {

std::string number(std::size_t value, int size) {
  std::string text;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
    text += static_cast<char>(value >> shift);
  return text;
}
std::string vector_of(const std::string& content, int size) {
  return number(content.size(), size) + content;
}
std::string extension(unsigned type, const std::string& content) {
  return number(type, 2) + vector_of(content, 2);
}

std::string server_name(const std::string& name) {
  return extension(0, vector_of(std::string(1, '\0') + vector_of(name, 2), 2));
}

std::string message(const std::string& extensions) {
  std::string body = number(0x0303, 2) + std::string(32, 'r') + vector_of("", 1) +
                     vector_of(number(0x1301, 2), 2) + vector_of(std::string(1, '\0'), 1);
  if (!extensions.empty()) body += vector_of(extensions, 2);
  return "\x01" + vector_of(body, 3);
}
std::string record(const std::string& content) {
  return "\x16\x03\x01" + vector_of(content, 2);
}

TEST(ClientHello, ReadsNameAndProtocols) {
  const std::string alpn =
      extension(16, vector_of(vector_of("h2", 1) + vector_of("http/1.1", 1), 2));
  const std::string bytes = record(message(server_name("API.Example.com") + alpn));
  const ClientHello hello = parse_client_hello(bytes, 65536);
  ASSERT_EQ(hello.verdict, ClientHello::Verdict::tls);
  EXPECT_EQ(hello.server_name, "api.example.com") << "names compare without case";
  EXPECT_EQ(hello.alpn, (std::vector<std::string>{"h2", "http/1.1"}));
}

TEST(ClientHello, EveryBeginningOfAHelloWaitsForMore) {
  const std::string whole = message(server_name("a.b"));
  const std::string split = record(whole.substr(0, 10)) + record(whole.substr(10));
  for (const std::string& bytes : {record(whole), split}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(parse_client_hello(bytes.substr(0, size), 65536).verdict,
                ClientHello::Verdict::more)
          << size;
    }
    EXPECT_EQ(parse_client_hello(bytes, 65536).server_name, "a.b");
  }
}

TEST(ClientHello, Verdicts) {
  using Verdict = ClientHello::Verdict;
  std::string truncated = message(server_name("a.b"));
  truncated[truncated.size() - 4] = 0x7f;  // The name's length now reaches over the end.
  const struct {
    const char* why;
    std::string bytes;
    Verdict verdict;
  } cases[] = {
      {"no extensions is TLS 1.2 at its oldest", record(message("")), Verdict::tls},
      {"plain HTTP", "GET / HTTP/1.1\r\n", Verdict::not_tls},
      {"an SSL 2 hello", std::string("\x80\x2e\x01\x00\x02", 5), Verdict::not_tls},
      {"another handshake message", record("\x02" + std::string(40, 'x')), Verdict::not_tls},
      {"an empty record", std::string("\x16\x03\x01\0\0", 5), Verdict::not_tls},
      {"a record above 16 KiB", "\x16\x03\x01\x40\x01", Verdict::not_tls},
      {"a message above the limit", record("\x01\x7f\xff\xff"), Verdict::not_tls},
      {"a length that reaches over the end", record(truncated), Verdict::not_tls},
  };
  for (const auto& c : cases)
    EXPECT_EQ(parse_client_hello(c.bytes, 65536).verdict, c.verdict) << c.why;
}

// An inspector that reads a little at a time gives up at the limit; one that got all at once must
// not come to another verdict.
TEST(ClientHello, TheLimitCountsRecordHeadersToo) {
  const std::string whole = message(server_name("a.b"));
  std::string split;
  for (const char byte : whole) split += record(std::string(1, byte));
  EXPECT_EQ(parse_client_hello(split, split.size()).verdict, ClientHello::Verdict::tls);
  const std::size_t limit = split.size() - 1;
  EXPECT_EQ(parse_client_hello(split.substr(0, limit), limit).verdict,
            ClientHello::Verdict::not_tls);
  EXPECT_EQ(parse_client_hello(split, limit).verdict, ClientHello::Verdict::not_tls);
}

}  // namespace
}  // namespace lab::proxy
