#include "proxy/http/codec.h"

#include <algorithm>

namespace lab::proxy {

std::string_view reset_reason_name(ResetReason reason) {
  switch (reason) {
    case ResetReason::cancel:
      return "cancel";
    case ResetReason::refused:
      return "refused";
    case ResetReason::protocol_error:
      return "protocol error";
    case ResetReason::internal_error:
      return "internal error";
    case ResetReason::connect_error:
      return "connect error";
    case ResetReason::flow_control_error:
      return "flow control error";
    case ResetReason::connection_closed:
      return "connection closed";
    case ResetReason::too_large:
      return "too large";
  }
  return "";
}

Sniff sniff_http(std::string_view first_bytes) {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (first_bytes.empty()) return Sniff::more;
  const std::size_t common = std::min(first_bytes.size(), kPreface.size());
  if (first_bytes.substr(0, common) == kPreface.substr(0, common)) {
    return common == kPreface.size() ? Sniff::http2 : Sniff::more;
  }
  // A request line: METHOD SP target SP "HTTP/1." digit. Empty lines before it are allowed (RFC
  // 9112 section 2.2).
  while (!first_bytes.empty() && (first_bytes[0] == '\r' || first_bytes[0] == '\n')) {
    first_bytes.remove_prefix(1);
  }
  const std::size_t end = first_bytes.find('\n');
  const std::string_view line = first_bytes.substr(0, end);
  if (std::any_of(line.begin(), line.end(),
                  [](char c) { return (c >= 0 && c < ' ' && c != '\r') || c == 0x7f; })) {
    return Sniff::other;
  }
  const std::size_t method = line.find(' ');
  if (method == 0 || std::min(method, line.size()) > limits::kMaxMethodBytes) return Sniff::other;
  if (end == std::string_view::npos) {
    return first_bytes.size() > limits::kMaxHeaderBytes ? Sniff::other : Sniff::more;
  }
  const std::size_t version = line.find(" HTTP/1.");
  return version != std::string_view::npos && version > method ? Sniff::http1 : Sniff::other;
}

}  // namespace lab::proxy
