#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/record.h"

namespace lab::orchestrator {

/// A list that may be written as its only element: `body: text` or `body: [text, text]`.
template <class T>
struct OneOrMore {
  std::vector<T> all;

  bool empty() const { return all.empty(); }
  auto begin() const { return all.begin(); }
  auto end() const { return all.end(); }
};

using Words = OneOrMore<std::string>;
using Numbers = OneOrMore<std::int32_t>;

/// The words of one line as a POSIX shell splits them: blanks, '...', "..." and backslash; no
/// expansion.
///
/// Fails with Errc::config when a quotation isn't closed.
Result<std::vector<std::string>> split_words(std::string_view line);

/// The line that a shell splits into these words again; quotes only where they are needed.
std::string quote_words(const std::vector<std::string>& words);

}  // namespace lab::orchestrator

namespace lab {

template <class T>
struct Codec<orchestrator::OneOrMore<T>> {
  static bool decode(const Value& value, DecodeContext& context,
                     orchestrator::OneOrMore<T>& target) {
    if (value.is_array()) return Codec<std::vector<T>>::decode(value, context, target.all);
    return Codec<T>::decode(value, context, target.all.emplace_back());
  }
  static std::optional<Value> encode(const orchestrator::OneOrMore<T>& source) {
    if (source.all.size() == 1) return Codec<std::optional<T>>::encode(source.all.front());
    return Codec<std::vector<T>>::encode(source.all);
  }
  static TypeInfo type() {
    TypeInfo result;
    result.alternatives = {Codec<T>::type(), Codec<std::vector<T>>::type()};
    return result;
  }
};

}  // namespace lab
