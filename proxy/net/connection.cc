#include "proxy/net/connection.h"

#include <sys/socket.h>

#include <cerrno>

#include "proxy/limits.h"
#include "proxy/net/socket.h"

namespace lab::proxy {

namespace {
constexpr std::size_t kReadBytes =
    Loop::kScratchBytes / 2;  ///< The other half takes what TLS decrypts.
}

Connection::Connection(Loop& loop, Fd fd, ConnectionCallbacks& callbacks,
                       std::unique_ptr<TlsSession> tls, Buffer early)
    : Flushable(loop),
      fd_(std::move(fd)),
      callbacks_(callbacks),
      tls_(std::move(tls)),
      patience_(loop, Callback::to<&Connection::on_patience_over>(this)),
      in_(std::move(early)),
      connected_at_(loop.now()),
      high_(limits::kWriteWatermark),
      state_(tls_ ? State::handshaking : State::open) {}

Connection::Connection(Loop& loop, Fd fd, ConnectionCallbacks& callbacks,
                       std::unique_ptr<TlsSession> tls)
    : Flushable(loop),
      fd_(std::move(fd)),
      callbacks_(callbacks),
      tls_(std::move(tls)),
      patience_(loop, Callback::to<&Connection::on_patience_over>(this)),
      high_(limits::kWriteWatermark),
      state_(State::connecting) {
  watch_ =
      Watch(loop, fd_.get(), EPOLLOUT, Delegate<std::uint32_t>::to<&Connection::on_events>(this));
}

Connection::~Connection() = default;

void Connection::start() {
  if (!tls_) callbacks_.on_connected();
  if (state_ == State::closed) return;
  update_interest();
  if (in_.empty()) return;
  bytes_in_ += in_.size();
  replay_wanted_ = true;
  flush_soon();
}

void Connection::on_events(std::uint32_t events) {
  if (state_ == State::connecting) return finish_connect();
  if ((events & EPOLLOUT) != 0) flush();
  if (state_ == State::closed) return;
  const bool gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if ((watch_.events() & EPOLLIN) != 0) {
    if (gone || (events & EPOLLIN) != 0) read_socket();
  } else if (gone && ended_) {
    const int error = socket_error(fd_.get());
    finish({error == 0 ? CloseKind::remote : CloseKind::remote_reset, error, {}});
  } else if (gone) {
    watch_ = Watch();  // Reported whatever we ask for; what is left to read waits until resume().
  }
}

void Connection::finish_connect() {
  const int error = socket_error(fd_.get());
  if (error != 0) return finish({CloseKind::connect_failed, error, {}});
  local_ = local_address(fd_.get());
  connected_at_ = loop().now();
  state_ = tls_ ? State::handshaking : State::open;
  update_interest();
  if (tls_) {
    continue_handshake();
  } else {
    established();
  }
}

void Connection::continue_handshake() {
  const TlsSession::Progress progress = tls_->handshake();
  if (!tls_->output().empty()) flush_soon();
  switch (progress) {
    case TlsSession::Progress::more:
      return;
    case TlsSession::Progress::done:
      state_ = State::open;
      return established();
    case TlsSession::Progress::closed:
    case TlsSession::Progress::failed:
      break;
  }
  write_some(tls_->output());  // The alert tells the peer why.
  if (state_ != State::closed) finish({CloseKind::tls_failed, 0, tls_->failure()});
}

void Connection::established() {
  callbacks_.on_connected();
  if (state_ == State::closed) return;
  if (!out_.empty() || end_wanted_) flush_soon();
}

void Connection::read_socket() {
  const auto got = ::recv(fd_.get(), loop().scratch(), kReadBytes, 0);
  if (got > 0) {
    bytes_in_ += static_cast<std::uint64_t>(got);
    if (state_ == State::closing) return;
    const std::string_view bytes(loop().scratch(), static_cast<std::size_t>(got));
    return tls_ ? take_cipher(bytes) : deliver(bytes);
  }
  if (got == 0) return peer_ended();
  if (errno == EAGAIN || errno == EINTR) return;
  finish({CloseKind::remote_reset, errno, tls_failure()});
}

void Connection::take_cipher(std::string_view bytes) {
  tls_->feed(bytes);
  if (state_ == State::handshaking) continue_handshake();
  if (state_ == State::open) read_plain();
}

void Connection::read_plain() {
  char* const plain = loop().scratch() + kReadBytes;
  while (pauses_ == 0 && state_ == State::open) {
    std::size_t got = 0;
    const TlsSession::Progress progress = tls_->read(plain, kReadBytes, got);
    if (!tls_->output().empty()) flush_soon();
    switch (progress) {
      case TlsSession::Progress::more:
        return;
      case TlsSession::Progress::done:
        deliver({plain, got});
        break;
      case TlsSession::Progress::closed:
        return peer_ended();
      case TlsSession::Progress::failed:
        write_some(tls_->output());
        if (state_ != State::closed) finish({CloseKind::tls_failed, 0, tls_->failure()});
        return;
    }
  }
}

void Connection::deliver(std::string_view bytes) {
  const bool kept = !in_.empty();
  if (kept) {
    in_.append(bytes);
    bytes = in_.view();
  }
  delivering_ = true;
  const std::size_t used = callbacks_.on_data(bytes);
  delivering_ = false;
  if (state_ == State::closed) return;
  if (kept) {
    in_.consume(used);
  } else {
    in_.append(bytes.substr(used));
  }
}

void Connection::peer_ended() {
  if (ended_) return;
  ended_ = true;
  update_interest();
  if (state_ == State::handshaking) return finish({CloseKind::remote, 0, tls_->failure()});
  if (state_ == State::closing) return finish({CloseKind::remote, 0, {}});
  if (pauses_ == 0) tell_end();
}

void Connection::tell_end() {
  if (end_told_) return;
  end_told_ = true;
  callbacks_.on_end();
  if (state_ != State::closed && end_sent_) finish({CloseKind::remote, 0, {}});
}

void Connection::pause() {
  ++pauses_;
  update_interest();
}

void Connection::resume() {
  LAB_ASSERT(pauses_ > 0);
  if (--pauses_ > 0 || state_ == State::closed) return;
  replay_wanted_ = true;
  flush_soon();
  update_interest();
}

void Connection::replay() {
  replay_wanted_ = false;
  if (!in_.empty() && state_ == State::handshaking && tls_) {
    Buffer early;
    early.swap(in_);
    take_cipher(early.view());
  } else if (!in_.empty()) {
    // Offered in place: deliver() would append the bytes to themselves.
    Buffer waiting;
    waiting.swap(in_);
    deliver(waiting.view());
  }
  if (state_ == State::open && tls_ && pauses_ == 0) read_plain();
  if (state_ == State::open && ended_ && pauses_ == 0) tell_end();
}

void Connection::flush() {
  if (replay_wanted_ && pauses_ == 0 && state_ != State::closed) replay();
  if (state_ == State::closed || state_ == State::connecting) return;
  write_all();
  if (state_ == State::closed) return;
  end_output_if_flushed();
  if (state_ == State::closed) return;
  update_interest();
  update_watermark();
}

void Connection::write_all() {
  if (state_ == State::handshaking) {
    write_some(tls_->output());
    return;
  }
  Buffer& last = tls_ ? tls_->output() : out_;
  do {
    if (out_.size() < limits::kTlsOutputBytes) callbacks_.on_flush();
    if (state_ == State::closed) return;
    if (tls_) encrypt();
  } while (!last.empty() && write_some(last));
}

void Connection::encrypt() {
  // No more than the socket may take soon: plain bytes need less room than records.
  while (!out_.empty() && tls_->output().size() < limits::kTlsOutputBytes) {
    const std::string_view part = out_.view().substr(0, limits::kTlsOutputBytes);
    if (!tls_->write(part)) return finish({CloseKind::tls_failed, 0, tls_->failure()});
    out_.consume(part.size());
  }
}

bool Connection::write_some(Buffer& from) {
  want_write_ = false;
  while (state_ != State::closed && !from.empty()) {
    const auto sent = ::send(fd_.get(), from.view().data(), from.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        want_write_ = true;
        return false;
      }
      write_failed();
      return false;
    }
    bytes_out_ += static_cast<std::uint64_t>(sent);
    from.consume(static_cast<std::size_t>(sent));
  }
  if (from.capacity() > limits::kKeptBufferBytes) from.release();
  return state_ != State::closed;
}

void Connection::write_failed() {
  const int error = errno;
  // The peer may have answered before it stopped listening: what it said is still in the socket.
  if (state_ == State::open && pauses_ == 0 && !ended_ && !delivering_) {
    out_.clear();
    read_socket();
  }
  if (state_ != State::closed) finish({CloseKind::remote_reset, error, tls_failure()});
}

void Connection::end_output_if_flushed() {
  if (!end_wanted_ || end_sent_ || pending() > 0 || state_ == State::handshaking) return;
  end_sent_ = true;
  if (tls_) {
    tls_->shutdown();
    write_some(tls_->output());
    if (state_ == State::closed) return;
  }
  ::shutdown(fd_.get(), SHUT_WR);
  if (ended_) return finish({CloseKind::local, 0, {}});
  if (state_ == State::closing && !patience_.armed()) finish({CloseKind::local, 0, {}});
}

void Connection::end_output() {
  end_wanted_ = true;
  flush_soon();
}

void Connection::close_after_flush(Duration patience) {
  if (state_ == State::closed || state_ == State::closing) return;
  if (state_ != State::open) return close();
  state_ = State::closing;
  pauses_ = 0;
  in_.release();
  end_wanted_ = true;
  if (patience > Duration::zero()) patience_.start(patience);
  flush_soon();
}

void Connection::on_patience_over() {
  if (pending() > 0) set_reset_on_close(fd_.get());
  finish({CloseKind::local, 0, {}});
}

void Connection::close() {
  if (state_ == State::closed) return;
  if (tls_ && state_ == State::open && !end_sent_) {
    tls_->shutdown();
    write_some(tls_->output());
  }
  if (state_ != State::closed) finish({CloseKind::local, 0, {}});
}

void Connection::reset() {
  if (state_ == State::closed) return;
  set_reset_on_close(fd_.get());
  finish({CloseKind::local, 0, {}});
}

void Connection::finish(const CloseReason& reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  patience_.stop();
  watch_ = Watch();
  fd_.reset();
  in_.release();
  out_.release();
  callbacks_.on_closed(reason);
}

void Connection::update_interest() {
  if (state_ == State::closed || state_ == State::connecting) return;
  std::uint32_t events = 0;
  if (!ended_ && pauses_ == 0) events |= EPOLLIN;
  if (want_write_) events |= EPOLLOUT;
  if (!watch_) {
    watch_ =
        Watch(loop(), fd_.get(), events, Delegate<std::uint32_t>::to<&Connection::on_events>(this));
  } else {
    watch_.set(events);
  }
}

void Connection::update_watermark() {
  const std::size_t waiting = pending();
  if (!blocked_ && waiting > high_) {
    blocked_ = true;
    callbacks_.on_write_blocked(true);
  } else if (blocked_ && waiting <= high_ / 2) {
    blocked_ = false;
    callbacks_.on_write_blocked(false);
  }
}

}  // namespace lab::proxy
