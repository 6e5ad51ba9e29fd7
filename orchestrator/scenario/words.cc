#include "orchestrator/scenario/words.h"

namespace lab::orchestrator {
namespace {

bool is_plain(char c) {
  constexpr std::string_view kMarks = "-_./:=,@%+*";
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || kMarks.find(c) != std::string_view::npos;
}

std::string quote_word(const std::string& word) {
  bool plain = !word.empty();
  for (char c : word) plain = plain && is_plain(c);
  if (plain) return word;
  std::string result = "'";
  for (char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// Reads one word from `line` at `at`, which stands on its first character; false when a quotation
/// stays open.
bool read_word(std::string_view line, std::size_t& at, std::string& word) {
  char quote = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != 0) {
      const bool escape = quote == '"' && c == '\\' && at + 1 < line.size() &&
                          std::string_view("\"\\$`").find(line[at + 1]) != std::string_view::npos;
      if (escape)
        word += line[++at];
      else if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '\\' && at + 1 < line.size()) {
      if (line[++at] != '\n') word += line[at];
    } else if (c == ' ' || c == '\t' || c == '\n') {
      break;
    } else {
      word += c;
    }
  }
  return quote == 0;
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == ' ' || line[at] == '\t' || line[at] == '\n') continue;
    if (!read_word(line, at, words.emplace_back())) {
      return fail(Errc::config, "a quotation is not closed in: " + std::string(line));
    }
  }
  return words;
}

std::string quote_words(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) {
    if (!result.empty()) result += ' ';
    result += quote_word(word);
  }
  return result;
}

}  // namespace lab::orchestrator
