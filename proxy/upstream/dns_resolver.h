#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/net/address.h"
#include "proxy/net/loop.h"

namespace lab::proxy {

/// Asks DNS without blocking; c-ares stays in dns_resolver.cc.
class DnsResolver {
 public:
  enum class Family : std::uint8_t { automatic, v4, v6, v4_preferred, all };
  struct Answer {
    /// DNS said what there is, which may be nothing; false when no server gave an answer.
    bool answered = false;
    std::vector<Address> addresses;  ///< Without ports, in the order of the answer.
    std::chrono::seconds ttl{0};     ///< The least of all records.
  };
  using Done = std::function<void(const Answer&)>;
  /// Cancels the question when it is destroyed: the answer is not told then.
  using Question = std::shared_ptr<void>;

  struct Options {
    std::vector<Address> servers;  ///< Empty: the system's.
    bool use_tcp = false;
    bool no_search_domain = false;
    bool rotate = false;                          ///< Another server first for each question.
    std::optional<std::chrono::seconds> timeout;  ///< Of one try.
    std::optional<int> tries;
  };
  /// Fails with Errc::system when c-ares can't be set up.
  static Result<std::unique_ptr<DnsResolver>> create(Loop& loop, const Options& options);
  virtual ~DnsResolver() = default;
  /// The answer comes later, never from within this call.
  virtual Question ask(const std::string& name, Family family, Done done) = 0;
};

}  // namespace lab::proxy
