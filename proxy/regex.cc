#include "proxy/regex.h"

#include <re2/re2.h>

#include <atomic>

#include "proxy/regex_limit.h"

namespace lab::proxy {
namespace {

constexpr int kMaxProgramSize = 100;  // Envoy's default.
std::atomic<int> max_program_size{kMaxProgramSize};

RE2::Options options() {
  RE2::Options result(RE2::Quiet);
  result.set_never_nl(false);
  return result;
}

}  // namespace

struct Regex::Impl {
  explicit Impl(const std::string& pattern) : expression(pattern, options()) {}
  RE2 expression;
};

Result<Regex> Regex::compile(const std::string& pattern) {
  auto impl = std::make_shared<const Impl>(pattern);
  if (!impl->expression.ok()) {
    return fail(Errc::config,
                "regular expression \"" + pattern + "\": " + impl->expression.error() + ".");
  }
  if (impl->expression.ProgramSize() > max_program_size) {
    return fail(Errc::config,
                "regular expression \"" + pattern + "\": its program size of " +
                    std::to_string(impl->expression.ProgramSize()) + " is above " +
                    std::to_string(max_program_size) +
                    ". Simplify it, or set re2.max_program_size.error_level in layered_runtime.");
  }
  Regex result;
  result.impl_ = std::move(impl);
  return result;
}

void set_max_regex_program(int size) {
  max_program_size = size;
}

bool Regex::matches(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), impl_->expression);
}

bool Regex::finds(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->expression);
}

std::string Regex::replace_all(std::string_view text, const std::string& substitution) const {
  std::string result(text);
  RE2::GlobalReplace(&result, impl_->expression, substitution);
  return result;
}

Result<RegexRewrite> RegexRewrite::compile(const config::RegexMatchAndSubstitute& source) {
  return RegexRewrite{TRY(Regex::compile(source.pattern.regex)), source.substitution};
}

}  // namespace lab::proxy
