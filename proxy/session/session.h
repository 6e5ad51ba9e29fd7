#pragma once

#include <functional>
#include <list>
#include <memory>

#include "proxy/net/connection.h"
#include "proxy/observe/stream_info.h"
#include "proxy/session/worker.h"

namespace lab::proxy {

class Session;

/// What a filter chain gives to the session of a connection.
struct SessionContext {
  Worker& worker;
  std::shared_ptr<ConnectionInfo> info;
  Origins origins;                   ///< Of the listener and the filter chain.
  std::shared_ptr<const void> keep;  ///< Keeps what `origins` and the session point to alive.
  std::size_t buffer_bytes = 1024 * 1024;
  Duration handshake_timeout{};  ///< 0: none.
  std::function<void(Session&)>
      ended;  ///< Takes the session out of its listener, which destroys it later.
};

/// One downstream connection after its filter chain was chosen.
class Session : public Deletable {
 public:
  /// Begins; `early` are bytes that listener filters have read.
  virtual void start(Fd fd, std::unique_ptr<TlsSession> tls, Buffer early) = 0;
  /// The listener goes away or changes: ends in an orderly way.
  virtual void drain() = 0;
  /// Ends now.
  virtual void close() = 0;

  std::list<std::unique_ptr<Session>>::iterator place;  ///< In its listener's list.
};

}  // namespace lab::proxy
