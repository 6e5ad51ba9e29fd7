#include "proxy/observe/grpc_status.h"

#include <iterator>

namespace lab::proxy {
namespace {

struct Names {
  const char *camel, *snake;
};
constexpr Names kNames[] = {
    {"OK", "OK"},
    {"Canceled", "CANCELLED"},
    {"Unknown", "UNKNOWN"},
    {"InvalidArgument", "INVALID_ARGUMENT"},
    {"DeadlineExceeded", "DEADLINE_EXCEEDED"},
    {"NotFound", "NOT_FOUND"},
    {"AlreadyExists", "ALREADY_EXISTS"},
    {"PermissionDenied", "PERMISSION_DENIED"},
    {"ResourceExhausted", "RESOURCE_EXHAUSTED"},
    {"FailedPrecondition", "FAILED_PRECONDITION"},
    {"Aborted", "ABORTED"},
    {"OutOfRange", "OUT_OF_RANGE"},
    {"Unimplemented", "UNIMPLEMENTED"},
    {"Internal", "INTERNAL"},
    {"Unavailable", "UNAVAILABLE"},
    {"DataLoss", "DATA_LOSS"},
    {"Unauthenticated", "UNAUTHENTICATED"},
};

}  // namespace

std::string grpc_status_name(std::uint32_t status, bool snake_case) {
  if (status == kInvalidGrpcStatus) return snake_case ? "INVALID_CODE" : "InvalidCode";
  if (status >= std::size(kNames)) return std::to_string(status);
  return snake_case ? kNames[status].snake : kNames[status].camel;
}

unsigned http_status_of_grpc(std::uint32_t status) {
  constexpr unsigned kStatuses[] = {200, 499, 500, 400, 504, 404, 409, 403, 429,
                                    400, 409, 400, 501, 500, 503, 500, 401};
  return status < std::size(kStatuses) ? kStatuses[status] : 500;
}

std::uint32_t grpc_status_of_http(unsigned http_status) {
  switch (http_status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

}  // namespace lab::proxy
