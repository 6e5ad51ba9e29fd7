#include <cctype>
#include <charconv>

#include "mesh/crd/validation/cel.h"

namespace lab::crd::cel {
namespace {

struct Token {
  enum class Kind : std::uint8_t { end, name, number, string, symbol };
  Kind kind = Kind::end;
  std::string text;
};

/// Splits the text; an unreadable character ends it with a symbol that no rule accepts.
std::vector<Token> tokens_of(const std::string& text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  const auto take_while = [&](auto accepts) {
    const std::size_t begin = at;
    while (at < text.size() && accepts(static_cast<unsigned char>(text[at]))) ++at;
    return text.substr(begin, at - begin);
  };
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (std::isspace(c)) {
      ++at;
    } else if (std::isalpha(c) || c == '_') {
      tokens.push_back(
          {Token::Kind::name, take_while([](int d) { return std::isalnum(d) || d == '_'; })});
    } else if (std::isdigit(c)) {
      tokens.push_back(
          {Token::Kind::number, take_while([](int d) { return std::isdigit(d) != 0; })});
    } else if (c == '"' || c == '\'') {
      std::string literal;
      for (++at; at < text.size() && text[at] != static_cast<char>(c); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        literal += text[at];
      }
      ++at;
      tokens.push_back({Token::Kind::string, literal});
    } else {
      const std::string two = text.substr(at, 2);
      const bool is_two =
          two == "&&" || two == "||" || two == "==" || two == "!=" || two == "<=" || two == ">=";
      tokens.push_back({Token::Kind::symbol, is_two ? two : text.substr(at, 1)});
      at += is_two ? 2 : 1;
    }
  }
  tokens.push_back({});
  return tokens;
}

/// Recursive descent by CEL's precedence: conditional, or, and, relation, addition, unary, member.
class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text), tokens_(tokens_of(text)) {}

  Result<Node> run() {
    Node root = conditional();
    if (!broken_ && peek().kind != Token::Kind::end) fail_here();
    if (broken_)
      return fail(Errc::config, "this CEL rule is not understood near \"" + near_ + "\": " + text_);
    return root;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }
  Token take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool take_if(std::string_view text) {
    if (peek().kind == Token::Kind::string || peek().text != text) return false;
    take();
    return true;
  }
  void expect(std::string_view text) {
    if (!take_if(text)) fail_here();
  }
  void fail_here() {
    if (!broken_) near_ = peek().text;
    broken_ = true;
    at_ = tokens_.size() - 1;
  }
  static Node node(Node::Kind kind, std::string text, std::vector<Node> children) {
    Node result;
    result.kind = kind;
    result.text = std::move(text);
    result.children = std::move(children);
    return result;
  }

  Node conditional() {
    Node condition = binary(0);
    if (!take_if("?")) return condition;
    Node yes = conditional();
    expect(":");
    Node no = conditional();
    return node(Node::Kind::conditional, "", {std::move(condition), std::move(yes), std::move(no)});
  }

  /// Left-associative operators, loosest first.
  Node binary(std::size_t level) {
    static const std::vector<std::vector<std::string_view>> kLevels = {
        {"||"}, {"&&"}, {"==", "!=", "<", "<=", ">", ">=", "in"}, {"+"}};
    if (level == kLevels.size()) return unary();
    Node left = binary(level + 1);
    for (bool found = true; found && !broken_;) {
      found = false;
      for (const std::string_view symbol : kLevels[level]) {
        if (!take_if(symbol)) continue;
        Node right = binary(level + 1);
        left = node(Node::Kind::binary, std::string(symbol), {std::move(left), std::move(right)});
        found = true;
        break;
      }
    }
    return left;
  }

  Node unary() {
    if (take_if("!")) return node(Node::Kind::negation, "", {unary()});
    return member();
  }

  Node member() {
    Node object = primary();
    while (!broken_ && take_if(".")) {
      const Token name = take();
      if (name.kind != Token::Kind::name) fail_here();
      if (!take_if("(")) {
        object = node(Node::Kind::member, name.text, {std::move(object)});
      } else if (name.text == "all" || name.text == "exists" || name.text == "exists_one") {
        object = macro(name.text, std::move(object));
      } else {
        std::vector<Node> arguments = {std::move(object)};
        list_until(")", arguments);
        object = node(Node::Kind::call, name.text, std::move(arguments));
      }
    }
    return object;
  }

  Node macro(const std::string& name, Node object) {
    const Token variable = take();
    expect(",");
    Node body = conditional();
    expect(")");
    Node result = node(Node::Kind::macro, name, {std::move(object), std::move(body)});
    result.variable = variable.text;
    return result;
  }

  void list_until(std::string_view end, std::vector<Node>& elements) {
    if (take_if(end)) return;
    do {
      elements.push_back(conditional());
    } while (!broken_ && take_if(","));
    expect(end);
  }

  Node primary() {
    const Token token = take();
    switch (token.kind) {
      case Token::Kind::number: {
        std::int64_t number = 0;
        std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
        return literal(Value(number));
      }
      case Token::Kind::string:
        return literal(Value(token.text));
      case Token::Kind::name:
        return name_or_call(token.text);
      case Token::Kind::symbol:
        return bracket(token.text);
      case Token::Kind::end:
        break;
    }
    fail_here();
    return {};
  }

  Node name_or_call(const std::string& name) {
    if (name == "true" || name == "false") return literal(Value(name == "true"));
    if (!take_if("(")) return node(Node::Kind::name, name, {});
    std::vector<Node> arguments;
    list_until(")", arguments);
    if (name != "has") return node(Node::Kind::call, name, std::move(arguments));
    if (arguments.size() != 1 || arguments[0].kind != Node::Kind::member) fail_here();
    if (broken_) return {};
    return node(Node::Kind::has, arguments[0].text, std::move(arguments[0].children));
  }

  Node bracket(const std::string& symbol) {
    if (symbol == "(") {
      Node inner = conditional();
      expect(")");
      return inner;
    }
    if (symbol == "[") {
      std::vector<Node> elements;
      list_until("]", elements);
      return node(Node::Kind::list, "", std::move(elements));
    }
    if (symbol == "{" && take_if("}")) return literal(Value(Value::Object{}));
    fail_here();
    return {};
  }

  static Node literal(Value value) {
    Node result;
    result.value = std::move(value);
    return result;
  }

  const std::string& text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  bool broken_ = false;
  std::string near_;
};

}  // namespace

Result<Node> parse(const std::string& text) {
  return Parser(text).run();
}

}  // namespace lab::crd::cel
