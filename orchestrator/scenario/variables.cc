#include "orchestrator/scenario/variables.h"

#include <functional>

#include "base/text.h"

namespace lab::orchestrator {
namespace {

/// Adds the members of `extra` to `base`; an object's members are merged, everything else replaced.
Value merged(Value base, const Value& extra) {
  if (!base.is_object() || !extra.is_object()) return extra;
  for (const Member& member : extra.object()) {
    const Value* old = base.find(member.key);
    base.set(member.key, old != nullptr ? merged(*old, member.value) : member.value);
  }
  return base;
}

Variables strings_of(const Value* object) {
  Variables result;
  if (object == nullptr || !object->is_object()) return result;
  for (const Member& member : object->object()) {
    if (member.value.is_string()) result[member.key] = member.value.string();
  }
  return result;
}

void append_to_name(Value& step, const std::string& addition) {
  Value* name = step.find("name");
  if (name == nullptr || !name->is_string()) return;
  const Mark mark = name->mark;
  *name = Value(name->string() + addition);
  name->mark = mark;
}

/// One step for each row; a row's values are told in the name unless the name uses them itself.
std::vector<Value> for_each_row(const Value& step) {
  const Value* rows = step.find("for-each");
  if (rows == nullptr || !rows->is_array()) return {step};
  std::vector<Value> result;
  for (const Value& row : rows->array()) {
    const Variables with = strings_of(row.find("with"));
    Value one = step;
    one.erase("for-each");
    const std::string name = step.find("name")->string();
    if (const Value* expect = row.find("expect")) {
      const Value* own = one.find("expect");
      one.set("expect", own != nullptr ? merged(*own, *expect) : *expect);
    }
    if (substitute(name, with) == name) {
      std::vector<std::string> values;
      for (const auto& [key, value] : with) values.push_back(value);
      append_to_name(one, " (" + join(values, ", ") + ")");
    }
    result.push_back(substitute_all(one, with));
  }
  return result;
}

/// A cell of a matrix says a status (a number) or "exit N".
Value cell_expectation(const Value& cell) {
  Value expect{Value::Object{}};
  expect.mark = cell.mark;
  if (cell.is_string() && cell.string().rfind("exit ", 0) == 0) {
    expect.set("exit", Value(std::int64_t{std::atoi(cell.string().c_str() + 5)}));
  } else {
    expect.set("status", cell);
  }
  return expect;
}

std::vector<Value> matrix_cells(const Value& step) {
  const Value* matrix = step.find("matrix");
  if (matrix == nullptr || matrix->is_null()) return {step};
  std::vector<Value> result;
  const Value* to = matrix->find("to");
  for (const Member& row : matrix->find("rows")->object()) {
    for (std::size_t column = 0; column < row.value.array().size(); ++column) {
      if (column >= to->array().size()) break;
      const std::string& target = to->array()[column].string();
      Value one = step;
      one.erase("matrix");
      one.set("from", Value(row.key));
      const Value expect = cell_expectation(row.value.array()[column]);
      const Value* own = one.find("expect");
      one.set("expect", own != nullptr ? merged(*own, expect) : expect);
      append_to_name(one, " (" + row.key + " -> " + target + ")");
      result.push_back(substitute_all(one, {{"to", target}}));
    }
  }
  return result;
}

}  // namespace

std::string substitute(std::string_view text, const Variables& variables,
                       std::vector<std::string>* unknown) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find("${", at);
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return result + std::string(text.substr(at));
    result += text.substr(at, open - at);
    const std::string name(text.substr(open + 2, close - open - 2));
    const auto found = variables.find(name);
    if (found != variables.end()) {
      result += found->second;
    } else {
      result += text.substr(open, close + 1 - open);
      if (unknown != nullptr) unknown->push_back(name);
    }
    at = close + 1;
  }
  return result;
}

Value substitute_all(const Value& value, const Variables& variables) {
  Value result = value;
  if (value.is_string()) {
    result = Value(substitute(value.string(), variables));
    result.mark = value.mark;
  } else if (value.is_array()) {
    for (Value& element : result.array()) element = substitute_all(element, variables);
  } else if (value.is_object()) {
    for (Member& member : result.object()) {
      member.key = substitute(member.key, variables);
      member.value = substitute_all(member.value, variables);
    }
  }
  return result;
}

Variables known_variables(const Scenario& scenario, const std::vector<std::string>& node_names) {
  Variables result = scenario.variables;
  const auto add = [&](const std::string& name) {
    for (const char* fact : {".sha1", ".sha256", ".serial", ".subject"}) {
      result.emplace("pki." + name + fact, "");
    }
  };
  for (const auto& [name, authority] : scenario.pki.authorities) add(name);
  for (const auto& [name, certificate] : scenario.pki.certificates) add(name);
  for (const std::string& name : node_names) result.emplace("node." + name + ".address", "");
  for (const auto& [name, network] : scenario.networks) {
    for (const std::string& node : network.nodes)
      result.emplace("network." + name + "." + node, "");
  }
  return result;
}

std::vector<Step> resolve_steps(const Scenario& scenario, const Variables& variables,
                                Diagnostics& out) {
  std::vector<Step> steps;
  if (!scenario.raw_steps.is_array()) return steps;
  for (const Value& written : scenario.raw_steps.array()) {
    for (const Value& row : for_each_row(written)) {
      for (const Value& cell : matrix_cells(row)) {
        decode(substitute_all(cell, variables), scenario.path, out, steps.emplace_back());
      }
    }
  }
  return steps;
}

}  // namespace lab::orchestrator
