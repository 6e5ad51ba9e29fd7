#include <poll.h>
#include <sys/socket.h>

#include "orchestrator/process/http_exchange.h"
#include "orchestrator/process/lab_client.h"

namespace lab::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;

Result<HttpAnswer> exchange(RunningLab& lab, const std::string& method, const std::string& node,
                            std::uint16_t port, const std::string& path,
                            std::chrono::milliseconds timeout) {
  const TimePoint deadline = Clock::now() + timeout;
  const std::string what =
      method + " http://127.0.0.1:" + std::to_string(port) + path + " in node " + node;
  const Fd socket = TRY(lab.connect(node, "127.0.0.1", port, timeout));
  TRY(send_http_request(socket.get(), method, path, false, deadline, what));
  return receive_http_answer(socket.get(), deadline, what);
}

}  // namespace

Result<Fd> RunningLab::connect(const std::string& node, const std::string& address,
                               std::uint16_t port, std::chrono::milliseconds timeout) {
  const TimePoint deadline = Clock::now() + timeout;
  const std::string what = "connect to " + address + " port " + std::to_string(port);
  Value body = operation("connect");
  body.set("address", address);
  body.set("port", static_cast<int>(port));
  Message answer = TRY(state_->call(std::move(body), node, {}, deadline));
  if (answer.fds.empty()) return fail(Errc::system, "the lab did not hand over a socket");
  Fd socket = std::move(answer.fds[0]);
  TRY(wait_for_socket(socket.get(), POLLOUT, deadline, what));
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return tl::unexpected(errno_error(what, error));
  return socket;
}

Result<HttpAnswer> RunningLab::http_get(const std::string& node, std::uint16_t port,
                                        const std::string& path,
                                        std::chrono::milliseconds timeout) {
  return exchange(*this, "GET", node, port, path, timeout);
}

Result<HttpAnswer> RunningLab::http_post(const std::string& node, std::uint16_t port,
                                         const std::string& path,
                                         std::chrono::milliseconds timeout) {
  return exchange(*this, "POST", node, port, path, timeout);
}

}  // namespace lab::orchestrator
