#include "proxy/observe/format.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/requests.h"

namespace lab::fuzz {

using namespace proxy;

/// Whatever is accepted as a format writes a line, of a bare connection and of a request.
LAB_FUZZ_TARGET(access_log_format) {
  const auto format = Format::compile(input);
  if (!format) return;
  const RequestHead head = request("/a?b=c", "a.com", {{"x-a", "1"}});
  const TestStream connection;
  const TestStream stream(head);
  for (const auto* info : {&connection.info, &stream.info}) {
    format->text(*info, "-");
    format->value(*info, "");
  }
}

}  // namespace lab::fuzz
