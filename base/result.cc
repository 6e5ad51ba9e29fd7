#include "base/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace lab {

Error last_errno(std::string_view what) {
  return errno_error(what, errno);
}

Error errno_error(std::string_view what, int error_number) {
  return Error{Errc::system,
               std::string(what) + ": " + std::generic_category().message(error_number)};
}

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: bug: this must hold: %s\n", file, line, condition);
  std::abort();
}

}  // namespace lab
