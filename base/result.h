#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace lab {

/// What went wrong, as far as a caller may act on it. The exit code of the lab follows from it
/// (docs/architecture.md).
enum class Errc : std::uint8_t {
  usage,      ///< The command line is wrong, or names something that does not exist.
  not_found,  ///< A file or object that was asked for is not there.
  config,     ///< A file that a person wrote is wrong.
  system,     ///< The operating system refused; the message ends in errno's text.
  tls,        ///< OpenSSL refused; the message ends in its reason.
  protocol,   ///< A peer broke its protocol.
  timeout,    ///< Something that was waited for did not happen in time.
  unfit,      ///< This host lacks a capability, program or kernel feature.
};

/// A failure: for the program its code, for the person a sentence that tells where, what, and what
/// to do.
struct Error {
  Errc code = Errc::system;
  std::string message;
};

template <class T = void>
using Result = tl::expected<T, Error>;

/// The failed half of a Result: `return fail(Errc::config, "...");`
inline tl::unexpected<Error> fail(Errc code, std::string message) {
  return tl::unexpected(Error{code, std::move(message)});
}

/// An Errc::system error for the current errno: "WHAT: TEXT OF ERRNO".
Error last_errno(std::string_view what);
/// The same for an errno that was kept.
Error errno_error(std::string_view what, int error_number);

/// What TRY gives: the value, or nothing for Result<>.
template <class T>
T take_value(Result<T>&& result) {
  return *std::move(result);
}
inline void take_value(Result<>&&) {}

/// Ends the program with a message: only for what a bug alone can cause.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace lab

/// Gives the value of a Result, or returns its error from the enclosing function.
#define TRY(...)                                                           \
  ({                                                                       \
    auto try_result = (__VA_ARGS__);                                       \
    if (!try_result) return tl::unexpected(std::move(try_result).error()); \
    ::lab::take_value(std::move(try_result));                              \
  })

/// Holds unless there is a bug; stays on in every build.
#define LAB_ASSERT(condition) \
  ((condition) ? void() : ::lab::assertion_failed(#condition, __FILE__, __LINE__))
