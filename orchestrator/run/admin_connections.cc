#include "orchestrator/run/admin_connections.h"

#include "orchestrator/process/http_exchange.h"

namespace lab::orchestrator {
namespace {

TimePoint soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

}  // namespace

bool AdminConnections::send(const std::string& node, const std::string& path) {
  Fd& socket = sockets_[node];
  if (!socket) {
    Result<Fd> connected = lab_.connect(node, "127.0.0.1", kAdminPort);
    if (!connected) return false;
    socket = std::move(*connected);
  }
  const bool sent = send_http_request(socket.get(), "GET", path, true, soon(), path).has_value();
  if (!sent) socket.reset();
  return sent;
}

Result<HttpAnswer> AdminConnections::receive(const std::string& node) {
  Fd& socket = sockets_[node];
  if (!socket) return fail(Errc::system, "not connected");
  Result<HttpAnswer> answer = receive_http_answer(socket.get(), soon(), node);
  if (!answer) socket.reset();
  return answer;
}

std::map<std::string, std::string> AdminConnections::get(
    const std::map<std::string, std::string>& paths) {
  for (const auto& [node, path] : paths) (void)send(node, path);
  std::map<std::string, std::string> bodies;
  for (const auto& [node, path] : paths) {
    Result<HttpAnswer> answer = receive(node);
    // A proxy that was restarted, or that closes idle connections, is asked anew.
    if (!answer && send(node, path)) answer = receive(node);
    if (answer && answer->status == 200) bodies[node] = std::move(answer->body);
  }
  return bodies;
}

}  // namespace lab::orchestrator
