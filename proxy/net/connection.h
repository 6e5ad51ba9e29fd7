#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "proxy/net/address.h"
#include "proxy/net/loop.h"
#include "proxy/net/tls.h"

namespace lab::proxy {

/// Why a connection is gone.
enum class CloseKind : std::uint8_t {
  local,           ///< close() was called.
  remote,          ///< The peer ended it in an orderly way.
  remote_reset,    ///< The peer reset it.
  connect_failed,  ///< It never stood.
  tls_failed,      ///< The handshake or a record was refused.
};

struct CloseReason {
  CloseKind kind = CloseKind::local;
  int error = 0;          ///< errno of connect_failed and remote_reset.
  std::string transport;  ///< What TLS said; may be empty.
};

/// Whom a connection tells. Any of these may destroy the connection through Loop::destroy_later.
class ConnectionCallbacks {
 public:
  virtual ~ConnectionCallbacks() = default;
  /// The transport stands, TLS included. Told once, and before any data.
  virtual void on_connected() {}
  /// Bytes have come; gives how many of them are used up. The rest is offered again with what
  /// follows, or by resume().
  virtual std::size_t on_data(std::string_view bytes) = 0;
  /// The peer will send no more. Told once; on_closed() follows when nothing more can be sent
  /// either.
  virtual void on_end() = 0;
  /// The connection is gone; told once, also after close().
  virtual void on_closed(const CloseReason& reason) = 0;
  /// Output is about to be written: the last moment to put more into out(). Told again when all of
  /// it was taken.
  virtual void on_flush() {}
  /// Output waits above the high watermark (true), or has fallen below half of it again (false).
  virtual void on_write_blocked(bool blocked) { (void)blocked; }
};

/// A stream socket with its buffers and perhaps TLS, on one loop.
///
///   connecting --> handshaking --> open --> closing --> closed
///        |              |            |         |          ^
///        +--------------+------------+---------+----------+
///
/// connecting: connect(2) is under way (upstream only). handshaking: TLS. closing: output is still
/// flushed, input dropped.
class Connection final : public Deletable, private Flushable {
 public:
  enum class State : std::uint8_t { connecting, handshaking, open, closing, closed };

  /// An accepted socket; `early` are bytes that listener filters have read already.
  Connection(Loop& loop, Fd fd, ConnectionCallbacks& callbacks, std::unique_ptr<TlsSession> tls,
             Buffer early);
  /// A connection attempt that connect_socket() began.
  Connection(Loop& loop, Fd fd, ConnectionCallbacks& callbacks, std::unique_ptr<TlsSession> tls);
  ~Connection() override;

  /// Accepted sockets: processes early bytes and begins the handshake. Call once, when the
  /// callbacks are ready.
  void start();

  State state() const { return state_; }
  using Flushable::loop;

  /// Where to put output; call send() afterwards.
  Buffer& out() { return out_; }
  /// Flushes out() at the end of this turn.
  void send() { flush_soon(); }
  /// Output that was given and not yet taken by the kernel.
  std::size_t pending() const { return out_.size() + (tls_ ? tls_->output().size() : 0); }
  bool write_blocked() const { return blocked_; }
  /// Bytes of pending() above which on_write_blocked(true) is told.
  void set_watermark(std::size_t high) { high_ = high; }

  /// Stops and resumes reading; nested calls count. Bytes already read and not consumed wait.
  void pause();
  void resume();
  bool paused() const { return pauses_ > 0; }

  /// No more output after what out() has; input goes on.
  void end_output();
  /// Sends what out() has, then closes; gives up after `patience`.
  void close_after_flush(Duration patience);
  /// Closes now. on_closed() is told before this returns.
  void close();
  /// Closes now and lets the peer see a reset.
  void reset();

  int fd() const { return fd_.get(); }
  const Address& local() const { return local_; }
  const Address& peer() const { return peer_; }
  void set_local(const Address& address) { local_ = address; }
  void set_peer(const Address& address) { peer_ = address; }
  TlsInfoPtr tls_info() const { return tls_ ? tls_->info() : nullptr; }
  bool has_tls() const { return tls_ != nullptr; }
  /// The last failure of TLS, for records; may be empty.
  std::string tls_failure() const { return tls_ ? tls_->failure() : std::string(); }
  TimePoint connected_at() const { return connected_at_; }
  std::uint64_t bytes_in() const { return bytes_in_; }
  std::uint64_t bytes_out() const { return bytes_out_; }

 private:
  void on_events(std::uint32_t events);
  void finish_connect();
  void continue_handshake();
  void established();
  void read_socket();
  void take_plain(std::string_view bytes);
  void take_cipher(std::string_view bytes);
  void read_plain();
  void deliver(std::string_view bytes);
  void peer_ended();
  void tell_end();
  void flush() override;
  void write_all();
  void encrypt();
  bool write_some(Buffer& from);
  void write_failed();
  void end_output_if_flushed();
  void update_watermark();
  void update_interest();
  void finish(const CloseReason& reason);
  void on_patience_over();
  void replay();

  Fd fd_;
  ConnectionCallbacks& callbacks_;
  std::unique_ptr<TlsSession> tls_;
  Watch watch_;
  Timer patience_;
  Buffer in_;   ///< Plain bytes that on_data() did not use up.
  Buffer out_;  ///< Plain bytes to send.
  Address local_, peer_;
  TimePoint connected_at_{};
  std::uint64_t bytes_in_ = 0, bytes_out_ = 0;
  std::size_t high_;
  State state_;
  std::uint8_t pauses_ = 0;
  bool ended_ = false;  ///< The peer has ended its direction.
  bool end_told_ = false;
  bool end_wanted_ = false;  ///< end_output() was called.
  bool end_sent_ = false;
  bool blocked_ = false;
  bool want_write_ = false;     ///< The kernel took less than was offered.
  bool replay_wanted_ = false;  ///< Bytes that wait in in_ or in TLS are to be offered again.
  bool delivering_ = false;
};

}  // namespace lab::proxy
