#include "mesh/crd/validation/names.h"

// Source: Envoy, HTTP header formatting: "%COMMAND%", "%COMMAND(ARGUMENT)%", "%COMMAND([\"A\",
// \"B\"])%", "%%".

namespace lab::crd {
namespace {

/// Reads one value from left to right.
///
///   literal --%--> name --%--> literal
///                  name --(--> arguments --[--> quote --"--> text --"--> more --]--> closing
///                  --)--> ending --%--> literal
///                              arguments --x--> text --)--> ending;  more --,--> quote
class HeaderValueReader {
 public:
  std::string problem(std::string_view value) {
    for (std::size_t at = 0; at < value.size(); ++at) {
      const char next = at + 1 < value.size() ? value[at + 1] : '\0';
      const std::string wrong = step(value[at], next, at);
      if (!wrong.empty()) return wrong;
    }
    return state_ == State::literal
               ? ""
               : "a \"%\" begins a command that never ends; write \"%%\" for the sign itself.";
  }

 private:
  enum class State : std::uint8_t { literal, name, arguments, quote, text, more, closing, ending };

  /// Handles one character; `at` moves on by one more when a second one belongs to it.
  std::string step(char c, char next, std::size_t& at) {
    switch (state_) {
      case State::literal:
        if (c != '%') return "";
        if (next == '\0') return "a \"%\" at the end must be doubled.";
        if (next == '%') {
          ++at;
        } else {
          state_ = State::name;
        }
        return "";
      case State::name:
        if (c == '%') state_ = State::literal;
        if (c == '(') state_ = State::arguments;
        return "";
      case State::arguments:
        if (c != ' ') state_ = c == '[' ? State::quote : State::text;
        return "";
      case State::quote:
        return advance(c, '"', State::text);
      case State::text:
        return text(c, next, at);
      case State::more:
        if (c == ',') {
          state_ = State::quote;
          return "";
        }
        return advance(c, ']', State::closing);
      case State::closing:
        return advance(c, ')', State::ending);
      case State::ending:
        return advance(c, '%', State::literal);
    }
    return "";
  }

  std::string text(char c, char next, std::size_t& at) {
    if (c == '\\') {
      if (next == '\0') return "a backslash at the end escapes nothing.";
      ++at;
    } else if (c == ')') {
      state_ = State::ending;
    } else if (c == '"') {
      state_ = State::more;
    }
    return "";
  }

  std::string advance(char c, char wanted, State then) {
    if (c == wanted) {
      state_ = then;
    } else if (c != ' ') {
      // Not one chain of +: g++ 12 takes its own inlining of that for an overflow.
      std::string problem = "in a \"%COMMAND%\", expected 'X', found 'Y'.";
      problem[problem.find('X')] = wanted;
      problem[problem.find('Y')] = c;
      return problem;
    }
    return "";
  }

  State state_ = State::literal;
};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string header_name_problem(std::string_view name, std::string_view marks) {
  if (name.empty()) return "a header's name must not be empty.";
  for (const char c : name) {
    if (!is_letter_or_digit(c) && marks.find(c) == std::string_view::npos)
      return "the header name \"" + std::string(name) + "\" may hold letters, digits and " +
             std::string(marks) + " only.";
  }
  return "";
}

std::string header_value_problem(std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
      return "a header's value must not hold control characters.";
  }
  return HeaderValueReader().problem(value);
}

}  // namespace lab::crd
