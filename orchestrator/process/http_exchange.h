#pragma once

#include <string>
#include <string_view>

#include "orchestrator/process/message.h"
#include "orchestrator/process/running_lab.h"

namespace lab::orchestrator {

// HTTP/1.1 to administration interfaces over a socket that does not block: no more of it than these
// need. `what` begins each message: "GET http://127.0.0.1:15000/ready in node sleep-v1".

/// Errc::timeout after the deadline.
Result<> wait_for_socket(int fd, short events, TimePoint deadline, const std::string& what);

/// A request without content; `keep` leaves the connection open after the answer.
Result<> send_http_request(int fd, const std::string& method, const std::string& path, bool keep,
                           TimePoint deadline, const std::string& what);

/// One answer, by its Content-Length or chunks, else up to the end of the connection.
/// Errc::protocol when it isn't HTTP or ends too early.
Result<HttpAnswer> receive_http_answer(int fd, TimePoint deadline, const std::string& what);

}  // namespace lab::orchestrator
