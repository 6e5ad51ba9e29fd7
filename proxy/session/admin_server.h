#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "proxy/http/codec.h"
#include "proxy/net/connection.h"
#include "proxy/observe/admin.h"

namespace lab::proxy {

/// Serves the administration interface over HTTP/1 on the main loop.
class AdminServer {
 public:
  using Handler = std::function<AdminResponse(const AdminRequest&)>;
  AdminServer(Loop& loop, Handler handler);
  ~AdminServer();

  /// Fails with Errc::system when the address can't be bound.
  Result<> listen(const Address& address);
  /// Where it listens: the port that the kernel chose, when configuration said 0.
  const Address& address() const { return address_; }

 private:
  class Client;
  void on_acceptable(std::uint32_t);
  void forget(Client& client);

  Loop& loop_;
  Handler handler_;
  Fd socket_;
  Address address_;
  Watch watch_;
  std::list<std::unique_ptr<Client>> clients_;
};

}  // namespace lab::proxy
