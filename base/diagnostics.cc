#include "base/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace lab {

std::string Origin::text() const {
  if (mark.line == 0) return file;
  return file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

void Diagnostics::add(Origin origin, std::string message) {
  all_.push_back(Diagnostic{std::move(origin), std::move(message)});
}

void Diagnostics::append(const Diagnostics& other) {
  all_.insert(all_.end(), other.all_.begin(), other.all_.end());
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.origin.file, d.origin.mark.line, d.origin.mark.column, d.message);
  };
  std::vector<Diagnostic> result = all_;
  std::stable_sort(result.begin(), result.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  result.erase(
      std::unique(result.begin(), result.end(),
                  [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
      result.end());
  return result;
}

std::string Diagnostics::text() const {
  std::string result;
  for (const Diagnostic& diagnostic : sorted()) {
    if (!result.empty()) result += '\n';
    const std::string place = diagnostic.origin.text();
    result += place.empty() ? diagnostic.message : place + ": " + diagnostic.message;
  }
  return result;
}

Result<> Diagnostics::result() const {
  if (empty()) return {};
  return fail(Errc::config, text());
}

}  // namespace lab
