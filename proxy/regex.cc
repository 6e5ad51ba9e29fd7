#include "proxy/regex.h"

#include <re2/re2.h>

namespace lab::proxy {
namespace {

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
  Regex result;
  result.impl_ = std::move(impl);
  return result;
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
