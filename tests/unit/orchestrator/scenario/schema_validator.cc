#include "tests/unit/orchestrator/scenario/schema_validator.h"

#include <algorithm>
#include <cmath>
#include <regex>

namespace lab::orchestrator {
namespace {

bool has_type(const Value& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  return value.is_integer() || (value.is_number() && std::floor(value.number()) == value.number());
}

bool type_holds(const Value& value, const Value& types) {
  if (types.is_string()) return has_type(value, types.string());
  return std::any_of(types.array().begin(), types.array().end(),
                     [&](const Value& type) { return has_type(value, type.string()); });
}

bool object_holds(const Value& value, const Value& schema, const Value& root) {
  if (!value.is_object()) return true;
  if (const Value* required = schema.find("required")) {
    for (const Value& name : required->array()) {
      if (value.find(name.string()) == nullptr) return false;
    }
  }
  const Value* properties = schema.find("properties");
  const Value* others = schema.find("additionalProperties");
  for (const Member& member : value.object()) {
    const Value* own = properties == nullptr ? nullptr : properties->find(member.key);
    if (own != nullptr) {
      if (!is_valid(member.value, *own, root)) return false;
    } else if (others != nullptr && others->is_bool() && !others->boolean()) {
      return false;
    } else if (others != nullptr && others->is_object() && !is_valid(member.value, *others, root)) {
      return false;
    }
  }
  const Value* least = schema.find("minProperties");
  return least == nullptr || static_cast<std::int64_t>(value.object().size()) >= least->integer();
}

bool leaf_holds(const Value& value, const Value& schema) {
  if (value.is_number()) {
    if (const Value* least = schema.find("minimum"); least && value.number() < least->number())
      return false;
    if (const Value* most = schema.find("maximum"); most && value.number() > most->number())
      return false;
  }
  if (value.is_string()) {
    if (const Value* pattern = schema.find("pattern")) {
      if (!std::regex_search(value.string(), std::regex(pattern->string()))) return false;
    }
    if (schema.find("minLength") != nullptr && value.string().empty()) return false;
  }
  if (const Value* names = schema.find("enum")) {
    return std::find(names->array().begin(), names->array().end(), value) != names->array().end();
  }
  return true;
}

bool array_holds(const Value& value, const Value& schema, const Value& root) {
  if (!value.is_array()) return true;
  if (schema.find("minItems") != nullptr && value.array().empty()) return false;
  const Value* items = schema.find("items");
  return items == nullptr ||
         std::all_of(value.array().begin(), value.array().end(),
                     [&](const Value& one) { return is_valid(one, *items, root); });
}

}  // namespace

bool is_valid(const Value& value, const Value& schema, const Value& root) {
  if (const Value* reference = schema.find("$ref")) {
    const Value* target = root.at_path(reference->string().substr(2));
    if (target == nullptr || !is_valid(value, *target, root)) return false;
  }
  if (const Value* type = schema.find("type"); type && !type_holds(value, *type)) return false;
  const auto count = [&](const Value& branches) {
    return std::count_if(branches.array().begin(), branches.array().end(),
                         [&](const Value& branch) { return is_valid(value, branch, root); });
  };
  if (const Value* any = schema.find("anyOf"); any && count(*any) == 0) return false;
  if (const Value* one = schema.find("oneOf"); one && count(*one) != 1) return false;
  if (const Value* all = schema.find("allOf")) {
    if (count(*all) != static_cast<std::int64_t>(all->array().size())) return false;
  }
  if (const Value* inner = schema.find("not"); inner && is_valid(value, *inner, root)) return false;
  return leaf_holds(value, schema) && object_holds(value, schema, root) &&
         array_holds(value, schema, root);
}

}  // namespace lab::orchestrator
