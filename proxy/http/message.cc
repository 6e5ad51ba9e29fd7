#include "proxy/http/message.h"

namespace lab::proxy {

std::string_view protocol_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::http10:
      return "HTTP/1.0";
    case Protocol::http11:
      return "HTTP/1.1";
    case Protocol::http2:
      return "HTTP/2";
  }
  return "";
}

namespace {

/// The member that a pseudo-header field (or Host) stands for, or nullptr.
template <class Head>
auto member_of(Head& head, std::string_view name) -> decltype(&head.method) {
  if (name == ":method") return &head.method;
  if (name == ":path") return &head.path;
  if (name == ":authority" || name == "host") return &head.authority;
  if (name == ":scheme") return &head.scheme;
  if (name == ":protocol") return &head.upgrade;
  return nullptr;
}

}  // namespace

std::optional<std::string_view> RequestHead::field(std::string_view name) const {
  const std::string* member = member_of(*this, name);
  if (member == nullptr) return headers.get(name);
  if (member->empty()) return {};
  return *member;
}

void RequestHead::set_field(std::string_view name, std::string_view value) {
  std::string* member = member_of(*this, name);
  if (member == nullptr) {
    headers.set(name, value);
  } else {
    member->assign(value);
  }
}

void RequestHead::clear() {
  protocol = Protocol::http11;
  for (std::string* member : {&method, &scheme, &authority, &path, &upgrade}) member->clear();
  server_wide = false;
  headers.clear();
}

std::optional<std::string> ResponseHead::field(std::string_view name) const {
  if (name == ":status") return std::to_string(status);
  const auto value = headers.get(name);
  if (!value) return {};
  return std::string(*value);
}

void ResponseHead::clear() {
  protocol = Protocol::http11;
  status = 0;
  headers.clear();
}

}  // namespace lab::proxy
