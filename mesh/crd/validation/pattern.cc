#include "mesh/crd/validation/pattern.h"

#include <re2/re2.h>

namespace lab::crd {
namespace {

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view text) {
  auto regex = std::make_shared<const re2::RE2>(piece(text), re2::RE2::Quiet);
  if (!regex->ok()) return fail(Errc::config, regex->error());
  return Pattern(std::move(regex));
}

bool Pattern::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(piece(text), *regex_);
}

const std::string& Pattern::text() const {
  return regex_->pattern();
}

}  // namespace lab::crd
