#include "mesh/crd/validation/cel.h"

#include <charconv>
#include <map>
#include <variant>

#include "mesh/crd/duration.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/pattern.h"

namespace lab::crd::cel {
namespace {

struct Url {
  std::string scheme;
};

/// What an expression gives: a borrowed part of the document, a value of its own, or one of CEL's
/// further types.
using Operand = std::variant<const Value*, Value, Duration, Url>;
using Variables = std::map<std::string, const Value*>;

Result<Operand> evaluate(const Node& node, const Variables& variables);

const Value* value_of(const Operand& operand) {
  if (const auto* borrowed = std::get_if<const Value*>(&operand)) return *borrowed;
  return std::get_if<Value>(&operand);
}

tl::unexpected<Error> wrong(const std::string& reason) {
  return fail(Errc::config, reason);
}

Operand truth(bool value) {
  return Operand(Value(value));
}

Result<bool> as_bool(const Operand& operand) {
  const Value* value = value_of(operand);
  if (value == nullptr || !value->is_bool()) return wrong("no such overload");
  return value->boolean();
}

Result<std::string> as_string(const Operand& operand) {
  const Value* value = value_of(operand);
  if (value == nullptr || !value->is_string()) return wrong("no such overload");
  return value->string();
}

/// Unicode code points of a text, as CEL counts them.
std::int64_t length_of(const std::string& text) {
  std::int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

Result<Operand> size_of(const Operand& operand) {
  const Value* value = value_of(operand);
  if (value == nullptr) return wrong("no such overload");
  if (value->is_string()) return Operand(Value(length_of(value->string())));
  if (value->is_array()) return Operand(Value(static_cast<std::int64_t>(value->array().size())));
  if (value->is_object()) return Operand(Value(static_cast<std::int64_t>(value->object().size())));
  return wrong("no such overload");
}

Result<Operand> to_int(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return wrong("\"" + text + "\" is no integer");
  return Operand(Value(number));
}

Result<Operand> substring(const std::vector<Operand>& arguments) {
  const std::string text = TRY(as_string(arguments[0]));
  const Value* begin = value_of(arguments[1]);
  const Value* end = value_of(arguments[2]);
  if (begin == nullptr || end == nullptr || !begin->is_integer() || !end->is_integer())
    return wrong("no such overload");
  if (begin->integer() < 0 || end->integer() < begin->integer() ||
      end->integer() > length_of(text)) {
    return wrong("index out of range");
  }
  // The rules use it on "unix://" only, where bytes and code points agree.
  return Operand(Value(text.substr(static_cast<std::size_t>(begin->integer()),
                                   static_cast<std::size_t>(end->integer() - begin->integer()))));
}

Result<Operand> text_method(const std::string& name, const std::string& text,
                            const std::string& part) {
  if (name == "startsWith") return truth(text.compare(0, part.size(), part) == 0);
  if (name == "endsWith") {
    return truth(text.size() >= part.size() &&
                 text.compare(text.size() - part.size(), part.size(), part) == 0);
  }
  if (name == "contains") return truth(text.find(part) != std::string::npos);
  const Pattern pattern = TRY(Pattern::compile(part));
  return truth(pattern.found_in(text));
}

Result<Operand> function(const std::string& name, const std::vector<Operand>& arguments) {
  if (name == "size") return size_of(arguments[0]);
  if (name == "getScheme") {
    const auto* url = std::get_if<Url>(&arguments[0]);
    if (url == nullptr) return wrong("no such overload");
    return Operand(Value(url->scheme));
  }
  const std::string text = TRY(as_string(arguments[0]));
  if (name == "int") return to_int(text);
  if (name == "isURL") return truth(absolute_url_scheme(text).has_value());
  if (name == "duration") {
    const auto duration = parse_duration(text);
    if (!duration) return wrong("\"" + text + "\" is no duration");
    return Operand(*duration);
  }
  if (name == "url") {
    const auto scheme = absolute_url_scheme(text);
    if (!scheme) return wrong("\"" + text + "\" is no URL");
    return Operand(Url{*scheme});
  }
  return text_method(name, text, TRY(as_string(arguments[1])));
}

/// How many arguments a function takes; the compiler refuses others, so that `function` can rely on
/// it.
const std::map<std::string, std::size_t>& functions() {
  static const std::map<std::string, std::size_t> arities = {
      {"size", 1},       {"int", 1},       {"duration", 1}, {"url", 1},
      {"isURL", 1},      {"getScheme", 1}, {"contains", 2}, {"matches", 2},
      {"startsWith", 2}, {"endsWith", 2},  {"substring", 3}};
  return arities;
}

Result<bool> equal(const Operand& left, const Operand& right) {
  const Value* a = value_of(left);
  const Value* b = value_of(right);
  if (a == nullptr || b == nullptr) return wrong("no such overload");
  if (a->is_number() && b->is_number()) return a->number() == b->number();
  return *a == *b;
}

Result<int> order(const Operand& left, const Operand& right) {
  const auto compare = [](auto a, auto b) { return a < b ? -1 : (b < a ? 1 : 0); };
  const auto* first = std::get_if<Duration>(&left);
  const auto* second = std::get_if<Duration>(&right);
  if (first != nullptr && second != nullptr) return compare(first->count(), second->count());
  const Value* a = value_of(left);
  const Value* b = value_of(right);
  if (a == nullptr || b == nullptr || !a->is_number() || !b->is_number())
    return wrong("no such overload");
  return compare(a->number(), b->number());
}

Result<Operand> relation(const std::string& symbol, const Operand& left, const Operand& right) {
  if (symbol == "==") return truth(TRY(equal(left, right)));
  if (symbol == "!=") return truth(!TRY(equal(left, right)));
  if (symbol == "in") {
    const Value* list = value_of(right);
    if (list == nullptr || !list->is_array()) return wrong("no such overload");
    for (const Value& element : list->array()) {
      if (TRY(equal(left, Operand(&element)))) return truth(true);
    }
    return truth(false);
  }
  if (symbol == "+") {
    const Value* a = value_of(left);
    const Value* b = value_of(right);
    if (a == nullptr || b == nullptr) return wrong("no such overload");
    if (a->is_integer() && b->is_integer()) return Operand(Value(a->integer() + b->integer()));
    if (a->is_string() && b->is_string()) return Operand(Value(a->string() + b->string()));
    return wrong("no such overload");
  }
  const int compared = TRY(order(left, right));
  if (symbol == "<") return truth(compared < 0);
  if (symbol == "<=") return truth(compared <= 0);
  if (symbol == ">") return truth(compared > 0);
  return truth(compared >= 0);
}

Result<bool> evaluate_bool(const Node& node, const Variables& variables) {
  return as_bool(TRY(evaluate(node, variables)));
}

/// "&&" and "||": a side that decides the outcome hides an error of the other one.
Result<Operand> logic(const Node& node, const Variables& variables) {
  const bool deciding = node.text == "||";
  const Result<bool> left = evaluate_bool(node.children[0], variables);
  if (left && *left == deciding) return truth(deciding);
  const Result<bool> right = evaluate_bool(node.children[1], variables);
  if (right && *right == deciding) return truth(deciding);
  if (!left) return tl::unexpected(left.error());
  if (!right) return tl::unexpected(right.error());
  return truth(!deciding);
}

Result<Operand> macro(const Node& node, const Variables& variables) {
  const Operand range = TRY(evaluate(node.children[0], variables));
  const Value* container = value_of(range);
  if (container == nullptr || (!container->is_array() && !container->is_object()))
    return wrong("no such overload");
  std::vector<Value> keys;  // A macro over a map goes over its keys.
  if (container->is_object()) {
    for (const Member& member : container->object()) keys.emplace_back(member.key);
  }
  const std::vector<Value>& elements = container->is_object() ? keys : container->array();
  std::size_t holding = 0;
  Variables inner = variables;
  for (const Value& element : elements) {
    inner[node.variable] = &element;
    holding += TRY(evaluate_bool(node.children[1], inner)) ? 1 : 0;
  }
  if (node.text == "all") return truth(holding == elements.size());
  return truth(node.text == "exists" ? holding > 0 : holding == 1);
}

Result<Operand> member(const Node& node, const Variables& variables) {
  const Operand object = TRY(evaluate(node.children[0], variables));
  const Value* value = value_of(object);
  const Value* found = value == nullptr ? nullptr : value->find(node.text);
  if (node.kind == Node::Kind::has) return truth(found != nullptr && !found->is_null());
  if (found == nullptr || found->is_null()) return wrong("no such key: " + node.text);
  // A part of a value that lives only here is copied.
  if (std::holds_alternative<Value>(object)) return Operand(Value(*found));
  return Operand(found);
}

Result<Operand> call(const Node& node, const Variables& variables) {
  std::vector<Operand> arguments;
  for (const Node& child : node.children) arguments.push_back(TRY(evaluate(child, variables)));
  return node.text == "substring" ? substring(arguments) : function(node.text, arguments);
}

Result<Operand> list(const Node& node, const Variables& variables) {
  Value::Array elements;
  for (const Node& child : node.children) {
    const Operand element = TRY(evaluate(child, variables));
    const Value* value = value_of(element);
    if (value == nullptr) return wrong("no such overload");
    elements.push_back(*value);
  }
  return Operand(Value(std::move(elements)));
}

Result<Operand> evaluate(const Node& node, const Variables& variables) {
  switch (node.kind) {
    case Node::Kind::literal:
      return Operand(&node.value);
    case Node::Kind::name: {
      const auto found = variables.find(node.text);
      if (found == variables.end()) return wrong("undeclared reference to " + node.text);
      return Operand(found->second);
    }
    case Node::Kind::member:
    case Node::Kind::has:
      return member(node, variables);
    case Node::Kind::call:
      return call(node, variables);
    case Node::Kind::macro:
      return macro(node, variables);
    case Node::Kind::list:
      return list(node, variables);
    case Node::Kind::conditional: {
      const bool condition = TRY(evaluate_bool(node.children[0], variables));
      return evaluate(node.children[condition ? 1 : 2], variables);
    }
    case Node::Kind::binary: {
      if (node.text == "&&" || node.text == "||") return logic(node, variables);
      const Operand left = TRY(evaluate(node.children[0], variables));
      const Operand right = TRY(evaluate(node.children[1], variables));
      return relation(node.text, left, right);
    }
    case Node::Kind::negation:
      return truth(!TRY(evaluate_bool(node.children[0], variables)));
  }
  return wrong("unreachable");
}

Result<> check_calls(const Node& node) {
  if (node.kind == Node::Kind::call) {
    const auto found = functions().find(node.text);
    if (found == functions().end() || found->second != node.children.size()) {
      return fail(Errc::config, "the CEL function " + node.text + " is not known here");
    }
  }
  for (const Node& child : node.children) TRY(check_calls(child));
  return {};
}

}  // namespace

Result<Program> Program::compile(const std::string& text) {
  Node root = TRY(parse(text));
  TRY(check_calls(root));
  return Program(std::make_shared<const Node>(std::move(root)));
}

Result<bool> Program::holds(const Value& self) const {
  return evaluate_bool(*root_, {{"self", &self}});
}

}  // namespace lab::crd::cel
