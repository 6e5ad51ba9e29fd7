#include <algorithm>
#include <cctype>

#include "mesh/crd/validation/cel.h"

namespace lab::crd::cel {
namespace {

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Recognises CEL's whole grammar, without making a tree of it. Source: google/cel-spec, "Syntax".
class Recogniser {
 public:
  explicit Recogniser(std::string_view text) : text_(text) {}

  bool accepts() { return expression() && (skip_blanks(), at_ == text_.size()); }

 private:
  static constexpr int kDeepest = 200;

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_blanks() {
    for (;;) {
      while (peek() != '\0' && std::string_view(" \t\r\n\f").find(peek()) != std::string_view::npos)
        ++at_;
      if (peek() != '/' || peek(1) != '/') return;
      at_ = std::min(text_.find('\n', at_), text_.size());
    }
  }
  bool take(std::string_view symbol) {
    skip_blanks();
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    return true;
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    if (text_.substr(at_, word.size()) != word || is_name_char(peek(word.size()))) return false;
    at_ += word.size();
    return true;
  }

  bool expression() {
    if (++depth_ > kDeepest) return false;
    const bool good =
        alternatives() && (!take("?") || (alternatives() && take(":") && expression()));
    --depth_;
    return good;
  }

  /// Operands with operators between them: which bind closer makes no difference here.
  bool alternatives() {
    do {
      if (!operand()) return false;
    } while (operation());
    return true;
  }
  bool operation() {
    for (const char* symbol :
         {"||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%"}) {
      if (take(symbol)) return true;
    }
    return take_word("in");
  }

  bool operand() {
    const char* sign = take("!") ? "!" : (take("-") ? "-" : nullptr);
    while (sign != nullptr && take(sign)) {
    }
    if (!primary()) return false;
    field_last_ = false;
    for (;;) {
      if (take("[")) {
        if (!expression() || !take("]")) return false;
        field_last_ = false;
      } else if (take("{")) {
        if (!entries(true)) return false;
        field_last_ = false;
      } else if (take(".")) {
        if (!name()) return false;
        const bool called = take("(");
        if (called && !list(")")) return false;
        field_last_ = !called;
      } else {
        return true;
      }
    }
  }

  bool primary() {
    if (take("(")) return expression() && take(")");
    if (take("[")) return list("]");
    if (take("{")) return entries(false);
    if (string() || number()) return true;
    take(".");
    skip_blanks();
    const std::size_t begin = at_;
    if (!name()) return false;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (is_reserved(word)) return false;
    if (!take("(")) return true;
    // has() asks for a field, nothing else.
    return word == "has" ? operand() && field_last_ && take(")") : list(")");
  }

  /// Up to `end`, which one comma may stand before.
  bool list(std::string_view end) {
    if (take(end)) return true;
    for (;;) {
      if (!expression()) return false;
      if (take(end)) return true;
      if (!take(",")) return false;
      if (end == "]" && take(end)) return true;
    }
  }

  bool entries(bool fields) {
    while (!take("}")) {
      if (!(fields ? name() : expression()) || !take(":") || !expression()) return false;
      if (!take(",")) return take("}");
    }
    return true;
  }

  bool name() {
    skip_blanks();
    if (std::isdigit(static_cast<unsigned char>(peek())) != 0) return false;
    const std::size_t begin = at_;
    while (is_name_char(peek())) ++at_;
    return at_ > begin;
  }

  static bool is_reserved(std::string_view word) {
    static constexpr std::string_view kReserved[] = {
        "as",  "break", "const",   "continue",  "else",   "for", "function", "if",    "import",
        "let", "loop",  "package", "namespace", "return", "var", "void",     "while", "in"};
    return std::find(std::begin(kReserved), std::end(kReserved), word) != std::end(kReserved);
  }

  bool number() {
    skip_blanks();
    const bool fraction_first =
        peek() == '.' && std::isdigit(static_cast<unsigned char>(peek(1))) != 0;
    if (std::isdigit(static_cast<unsigned char>(peek())) == 0 && !fraction_first) return false;
    while (is_name_char(peek()) ||
           (peek() == '.' && std::isdigit(static_cast<unsigned char>(peek(1))) != 0) ||
           ((peek() == '+' || peek() == '-') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E')))
      ++at_;
    return true;
  }

  bool string() {
    skip_blanks();
    std::size_t prefix = 0;
    while (prefix < 2 && std::string_view("rRbB").find(peek(prefix)) != std::string_view::npos &&
           peek(prefix) != '\0')
      ++prefix;
    const char quote = peek(prefix);
    if (quote != '"' && quote != '\'') return false;
    const std::string_view start = text_.substr(at_, prefix);
    const bool raw = start.find_first_of("rR") != std::string_view::npos;
    const bool tripled = peek(prefix + 1) == quote && peek(prefix + 2) == quote;
    const std::string end(tripled ? 3 : 1, quote);
    at_ += prefix + end.size();
    for (; at_ < text_.size(); ++at_) {
      if (text_.substr(at_, end.size()) == end) {
        at_ += end.size();
        return true;
      }
      if (!tripled && (peek() == '\n' || peek() == '\r')) break;
      if (!raw && peek() == '\\') ++at_;
    }
    at_ = text_.size();
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool field_last_ = false;  ///< The operand just read ends in ".FIELD".
};

}  // namespace

bool is_syntax(std::string_view text) {
  return Recogniser(text).accepts();
}

}  // namespace lab::crd::cel
