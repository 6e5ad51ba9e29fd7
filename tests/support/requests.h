#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "proxy/http/message.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// A request head; header names in lower case.
inline RequestHead request(std::string path, std::string authority = "a.com",
                           std::initializer_list<std::pair<const char*, const char*>> headers = {},
                           std::string method = "GET") {
  RequestHead head;
  head.method = std::move(method);
  head.scheme = "http";
  head.authority = std::move(authority);
  head.path = std::move(path);
  for (const auto& [name, value] : headers) head.headers.add(name, value);
  return head;
}

/// A stream on a connection from 10.0.0.9:4000 to 10.0.0.1:80.
struct TestStream {
  ConnectionInfo connection;
  StreamInfo info;

  TestStream() {
    connection.local = connection.direct_local = *IpPort::parse("10.0.0.1:80");
    connection.remote = connection.direct_remote = *IpPort::parse("10.0.0.9:4000");
    connection.id = 7;
    info.connection = &connection;
    info.protocol = "HTTP/1.1";
  }
  explicit TestStream(const RequestHead& head) : TestStream() { info.request = &head; }
};

}  // namespace lab::proxy
