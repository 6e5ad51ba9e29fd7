#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "base/result.h"

struct nl_sock;

namespace lab::orchestrator {

/// Links, addresses and routes of the network namespace in which it was opened. The only user of
/// libnl.
///
/// All calls fail with Errc::system; the message names the object and ends in libnl's reason.
class Netlink {
 public:
  static Result<Netlink> open();

  Result<> set_up(const std::string& link);
  /// A bridge that is up; `mac` is fixed so that neighbours can be told in advance.
  Result<> add_bridge(const std::string& name, const std::string& mac);
  struct Veth {
    std::string name;    ///< Our end; it is up.
    std::string bridge;  ///< That our end is a port of.
    std::string
        peer_name;  ///< The other end, in the network namespace of process `peer_pid`; it is down.
    std::string peer_mac;
    pid_t peer_pid = 0;
  };
  /// Both ends are made in place: moving one afterwards would wait for a grace period.
  Result<> add_veth(const Veth& veth);
  Result<> add_address(const std::string& link, const std::string& address, unsigned prefix_length);
  /// `gateway` may be empty; it need not be in a network of the link's own.
  Result<> add_route(const std::string& link, const std::string& destination,
                     const std::string& gateway);
  /// Sends to `destination` fail with "no route to host".
  Result<> add_unreachable(const std::string& destination);
  /// A neighbour that never has to be asked for.
  Result<> add_neighbour(const std::string& link, const std::string& address,
                         const std::string& mac);
  /// Whether every bridge port carries traffic already; the kernel gets them there in the
  /// background.
  Result<bool> ports_ready();

 private:
  struct Closer {
    void operator()(nl_sock* socket) const noexcept;
  };
  explicit Netlink(std::unique_ptr<nl_sock, Closer> socket) : socket_(std::move(socket)) {}
  std::unique_ptr<nl_sock, Closer> socket_;
};

}  // namespace lab::orchestrator
