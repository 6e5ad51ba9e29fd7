#include "mesh/config/rules.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace lab::config {
namespace {

bool token_character(char c) {
  const bool alphanumeric =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || std::string_view("!#$%&'*+-.^_|~`").find(c) != std::string_view::npos;
}

bool breaks_line(char c) {
  return c == '\0' || c == '\r' || c == '\n';
}

bool control_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

std::string seconds_text(Duration value) {
  return Codec<Duration>::encode(value)->string();
}

DurationRule duration_rule(std::string name, std::function<bool(Duration)> holds) {
  return {std::move(name), std::move(holds)};
}

}  // namespace

std::string TextRule::operator()(const std::vector<std::string>& values) const {
  for (const std::string& value : values) {
    if (std::string found = problem(value); !found.empty()) return found;
  }
  return "";
}

TextRule bytes_at_most(std::size_t most) {
  const std::string name = "at most " + std::to_string(most) + " bytes";
  return {name, [most, name](std::string_view text) -> std::string {
            return text.size() <= most ? "" : "must have " + name + ".";
          }};
}

TextRule length_at_least(std::size_t least) {
  const std::string name = "at least " + std::to_string(least) + " characters";
  return {name, [least, name](std::string_view text) -> std::string {
            return text.size() >= least ? "" : "must have " + name + ".";
          }};
}

TextRule each_not_empty() {
  return {"no empty element", [](std::string_view text) -> std::string {
            return text.empty() ? "must not hold an empty text." : "";
          }};
}

TextRule header_name(Strict strict, IgnoreEmpty ignore_empty) {
  const bool tokens = strict == Strict::yes;
  const bool skip_empty = ignore_empty == IgnoreEmpty::yes;
  return {
      "header name", [tokens, skip_empty](std::string_view text) -> std::string {
        if (text.empty()) return skip_empty || !tokens ? "" : "a header name must not be empty.";
        if (tokens && text.front() == ':') text.remove_prefix(1);
        const bool good =
            tokens ? !text.empty() && std::all_of(text.begin(), text.end(), token_character)
                   : std::none_of(text.begin(), text.end(), breaks_line);
        return good
                   ? ""
                   : "is not a header name. Remove the characters that a header's name can't have.";
      }};
}

TextRule header_value(Strict strict) {
  const bool all_controls = strict == Strict::yes;
  return {"header value", [all_controls](std::string_view text) -> std::string {
            const bool good = std::none_of(text.begin(), text.end(),
                                           all_controls ? control_character : breaks_line);
            return good ? "" : "is not a header value. Remove line ends and control characters.";
          }};
}

TextRule one_of_words(std::vector<std::string> words) {
  return {"one of " + join(words, ", "), [words](std::string_view text) -> std::string {
            if (std::find(words.begin(), words.end(), text) != words.end()) return "";
            return "\"" + std::string(text) + "\" is not one of " + join(words, ", ") + "." +
                   did_you_mean(text, words);
          }};
}

TextRule pattern(const std::string& expression) {
  return {"matches " + expression, [expression](std::string_view text) -> std::string {
            if (RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), expression))
              return "";
            return "must match " + expression + ".";
          }};
}

NumberRule above(double limit) {
  return {"above " + write_json(Value(limit)), [limit](double value) { return value > limit; }};
}

NumberRule each_at_least(double least) {
  return {"at least " + write_json(Value(least)), [least](double value) { return value >= least; }};
}

NumberRule each_at_most(double most) {
  return {"at most " + write_json(Value(most)), [most](double value) { return value <= most; }};
}

DurationRule longer_than(Duration limit) {
  return duration_rule("longer than " + seconds_text(limit),
                       [limit](Duration value) { return value > limit; });
}

DurationRule no_shorter_than(Duration limit) {
  return duration_rule("at least " + seconds_text(limit),
                       [limit](Duration value) { return value >= limit; });
}

DurationRule shorter_than(Duration limit) {
  return duration_rule("shorter than " + seconds_text(limit),
                       [limit](Duration value) { return value < limit; });
}

SizeRule items_at_least(std::size_t least) {
  return {"at least " + std::to_string(least) + " elements",
          [least](std::size_t size) { return size >= least; }};
}

SizeRule items_at_most(std::size_t most) {
  return {"at most " + std::to_string(most) + " elements",
          [most](std::size_t size) { return size <= most; }};
}

}  // namespace lab::config
