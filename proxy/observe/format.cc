#include "proxy/observe/format.h"

#include <cctype>
#include <charconv>
#include <map>

#include "base/json.h"

namespace lab::proxy {
namespace {

/// "%NAME(parameters):LENGTH%" taken apart; `size` counts all of it.
struct Command {
  std::string_view name, parameters;
  bool has_parameters = false;
  std::optional<std::size_t> length;
  std::size_t size = 0;
};

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Reads "(:LENGTH)?%" at the beginning of `rest`; how long it is, or nothing.
std::optional<std::size_t> read_end(std::string_view rest, std::optional<std::size_t>& length) {
  std::size_t at = 0;
  length.reset();
  if (rest.starts_with(':')) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    if (error != std::errc()) return {};
    length = number;
    at = static_cast<std::size_t>(end - rest.data());
  }
  if (at >= rest.size() || rest[at] != '%') return {};
  return at + 1;
}

/// The parameters reach to the first ")" that ends the command: they may hold ")" and "%"
/// themselves.
std::optional<Command> read_command(std::string_view text) {
  Command command;
  std::size_t at = 1;
  while (at < text.size() && is_name_character(text[at])) ++at;
  if (at == 1) return {};
  command.name = text.substr(1, at - 1);
  if (at >= text.size() || text[at] != '(') {
    const auto end = read_end(text.substr(at), command.length);
    if (!end) return {};
    command.size = at + *end;
    return command;
  }
  command.has_parameters = true;
  const std::size_t begin = at + 1;
  for (std::size_t close = text.find(')', begin); close != std::string_view::npos;
       close = text.find(')', close + 1)) {
    const auto end = read_end(text.substr(close + 1), command.length);
    if (!end) continue;
    command.parameters = text.substr(begin, close - begin);
    command.size = close + 1 + *end;
    return command;
  }
  return {};
}

Result<> check_syntax(const Command& command, const OperatorSyntax& syntax) {
  using Parameters = OperatorSyntax::Parameters;
  const std::string name(command.name);
  if (command.has_parameters && syntax.parameters == Parameters::none) {
    return fail(Errc::config, name + " does not take any parameters or length.");
  }
  if (!command.has_parameters && syntax.parameters == Parameters::required) {
    return fail(Errc::config, name + " requires parameters: %" + name + "(...)%.");
  }
  if (command.length && !syntax.length) {
    return fail(Errc::config, name + " does not allow length to be specified.");
  }
  return {};
}

}  // namespace

const Operator* find_operator(std::string_view name) {
  static const auto* const table = [] {
    auto* operators = new std::map<std::string_view, Operator>;
    for (const auto& group : {request_operators(), response_operators(), time_operators(),
                              address_operators(), tls_operators(), other_operators()}) {
      for (const Operator& entry : group) operators->emplace(entry.name, entry);
    }
    return operators;
  }();
  const auto found = table->find(name);
  return found == table->end() ? nullptr : &found->second;
}

Result<Format> Format::compile(std::string_view text) {
  Format format;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) format.parts_.push_back(Part{std::exchange(literal, {}), {}, {}});
  };
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%') {
      literal += text[at++];
      continue;
    }
    if (text.substr(at, 2) == "%%") {
      literal += '%';
      at += 2;
      continue;
    }
    const auto command = read_command(text.substr(at));
    if (!command) {
      return fail(Errc::config, "Incorrect configuration: " + std::string(text) +
                                    ". Couldn't find valid command at position " +
                                    std::to_string(at) + ".");
    }
    const Operator* entry = find_operator(command->name);
    if (entry == nullptr) {
      return fail(Errc::config, "Not supported field in StreamInfo: " + std::string(command->name) +
                                    ". docs/envoy-subset.md lists the operators.");
    }
    TRY(check_syntax(*command, entry->syntax));
    flush();
    format.parts_.push_back(Part{"", TRY(entry->make(command->parameters)), command->length});
    at += command->size;
  }
  flush();
  return format;
}

std::string text_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::string:
      return value.string();
    case Value::Kind::boolean:
      return value.boolean() ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(value.integer());
    default:
      return write_json(value);
  }
}

namespace {

Value shortened(Value value, const std::optional<std::size_t>& length) {
  if (!length || value.is_null()) return value;
  std::string text = text_of(value);
  if (text.size() <= *length) return value;
  text.resize(*length);
  return Value(std::move(text));
}

}  // namespace

std::string Format::text(const StreamInfo& info, std::string_view missing) const {
  std::string result;
  for (const Part& part : parts_) {
    if (!part.fact) {
      result += part.literal;
      continue;
    }
    const Value value = shortened(part.fact(info), part.length);
    if (value.is_null()) {
      result += missing;
    } else {
      result += text_of(value);
    }
  }
  return result;
}

Value Format::value(const StreamInfo& info, std::string_view missing) const {
  if (parts_.size() == 1 && parts_[0].fact)
    return shortened(parts_[0].fact(info), parts_[0].length);
  return Value(text(info, missing));
}

bool Format::is_constant() const {
  return parts_.empty() || (parts_.size() == 1 && !parts_[0].fact);
}

}  // namespace lab::proxy
