#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mesh/config/words.h"

/// The rules that Envoy checks on fields (protoc-gen-validate's), as the tables name them. Each
/// rule is a function from a value to "" or what is wrong, applies to optional values and to every
/// element of a list, and has a text() for the documents.
namespace lab::config {

enum class Strict { no, yes };
enum class IgnoreEmpty { no, yes };

/// A rule on strings and bytes.
struct TextRule {
  std::string name;
  std::function<std::string(std::string_view)> problem;

  const std::string& text() const { return name; }
  std::string operator()(const std::string& value) const { return problem(value); }
  std::string operator()(const Bytes& value) const { return problem(value.data); }
  std::string operator()(const std::optional<std::string>& value) const {
    return value ? problem(*value) : "";
  }
  std::string operator()(const std::vector<std::string>& values) const;
};

/// A rule on numbers.
struct NumberRule {
  std::string name;
  std::function<bool(double)> holds;

  const std::string& text() const { return name; }
  template <class T>
  std::string operator()(const T& value) const {
    if constexpr (std::is_arithmetic_v<T>)
      return holds(static_cast<double>(value)) ? "" : "must be " + name + ".";
    else
      return check_all(value);
  }

 private:
  template <class T>
  std::string check_all(const std::optional<T>& value) const {
    return value ? (*this)(*value) : "";
  }
  template <class T>
  std::string check_all(const std::vector<T>& values) const {
    for (const T& value : values) {
      if (std::string problem = (*this)(value); !problem.empty()) return problem;
    }
    return "";
  }
};

/// A rule on durations.
struct DurationRule {
  std::string name;
  std::function<bool(Duration)> holds;

  const std::string& text() const { return name; }
  std::string operator()(const std::optional<Duration>& value) const {
    return !value || holds(*value) ? "" : "must be " + name + ".";
  }
};

/// A rule on the number of elements.
struct SizeRule {
  std::string name;
  std::function<bool(std::size_t)> holds;

  const std::string& text() const { return name; }
  template <class T>
  std::string operator()(const T& values) const {
    return holds(values.size()) ? "" : "must have " + name + ".";
  }
};

TextRule bytes_at_most(std::size_t most);
TextRule length_at_least(std::size_t least);
TextRule each_not_empty();
/// A header's name. Loose: anything but NUL, CR and LF; strict: RFC 9110 token, or a pseudo header.
TextRule header_name(Strict strict, IgnoreEmpty ignore_empty = IgnoreEmpty::no);
/// A header's value. Loose: anything but NUL, CR and LF; strict: no control characters at all.
TextRule header_value(Strict strict);
TextRule one_of_words(std::vector<std::string> words);
/// An RE2 expression that must match somewhere.
TextRule pattern(const std::string& expression);

NumberRule above(double limit);
NumberRule each_at_least(double least);
NumberRule each_at_most(double most);

DurationRule longer_than(Duration limit);
DurationRule no_shorter_than(Duration limit);
DurationRule shorter_than(Duration limit);

SizeRule items_at_least(std::size_t least);
SizeRule items_at_most(std::size_t most);

/// Elements of a list are all different.
struct UniqueItems {
  std::string text() const { return "all different"; }
  template <class T>
  std::string operator()(const std::vector<T>& values) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (values[i] == values[k]) return "must not name the same twice.";
      }
    }
    return "";
  }
};
inline UniqueItems unique_items() {
  return {};
}

/// Keys of a map.
struct KeysNotEmpty {
  std::string text() const { return "no empty key"; }
  template <class T>
  std::string operator()(const std::map<std::string, T>& values) const {
    return values.count("") == 0 ? "" : "a key must not be empty.";
  }
};
inline KeysNotEmpty keys_not_empty() {
  return {};
}

/// A switch of which only "true" has a meaning.
struct MustBeTrue {
  std::string text() const { return "true"; }
  std::string operator()(const std::optional<bool>& value) const {
    return !value || *value ? "" : "may only be true. Remove the field instead of setting false.";
  }
};
inline MustBeTrue must_be_true() {
  return {};
}

/// A field that is known, and refused by name when it is set to anything but its default.
struct NotSupported {
  std::string reason;
  std::string text() const { return "refused: " + reason; }
  template <class T>
  std::string operator()(const T& value) const {
    return is_default(value) ? "" : "is not supported: " + reason + " Remove it.";
  }

 private:
  template <class T>
  static bool is_default(const std::optional<T>& value) {
    return !value;
  }
  static bool is_default(const std::optional<bool>& value) { return !value.value_or(false); }
  template <class T>
  static bool is_default(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      return value == T{};
    else
      return value.empty();
  }
};
inline NotSupported not_supported(std::string reason) {
  return {std::move(reason)};
}

/// An enumeration's values without one.
struct NotIn {
  std::int32_t number;
  std::string text() const { return "not value " + std::to_string(number); }
  template <class E>
  std::string operator()(E value) const {
    return static_cast<std::int32_t>(value) != number
               ? ""
               : "this value is not allowed here. Choose another.";
  }
};
inline NotIn not_in(std::int32_t number) {
  return {number};
}

}  // namespace lab::config
