#include "mesh/crd/validation/schema_check.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/text.h"

namespace lab::crd {
namespace {

std::size_t code_points(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool is_whole(const Value& value) {
  return value.is_integer() || (value.is_number() && std::floor(value.number()) == value.number());
}

bool has_type(const Value& value, Schema::Type type) {
  switch (type) {
    case Schema::Type::any:
      return true;
    case Schema::Type::object:
      return value.is_object();
    case Schema::Type::array:
      return value.is_array();
    case Schema::Type::string:
      return value.is_string();
    case Schema::Type::integer:
      return is_whole(value);
    case Schema::Type::number:
      return value.is_number();
    case Schema::Type::boolean:
      return value.is_bool();
  }
  return false;
}

std::string type_text(Schema::Type type) {
  static const char* const names[] = {
      "anything",       "an object", "a list",       "a string (quote it)",
      "a whole number", "a number",  "true or false"};
  return names[static_cast<std::size_t>(type)];
}

/// RFC 4648 section 4, padded: what the API server takes for "format: byte".
bool is_base64(const std::string& text) {
  const std::size_t end = text.find_last_not_of('=') + 1;
  return text.size() % 4 == 0 && text.size() - end <= 2 &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") >= end;
}

class SchemaChecker {
 public:
  explicit SchemaChecker(Findings& findings) : findings_(findings) {}

  void check(const Value& value, const Schema& schema, const std::string& path) {
    if (schema.int_or_string && !is_whole(value) && !value.is_string()) {
      return report(value.mark, path, "expected a whole number or a string.");
    }
    if (value.is_null() && schema.nullable) return;
    if (!has_type(value, schema.type)) {
      return report(value.mark, path,
                    "expected " + type_text(schema.type) + ", found " +
                        std::string(kind_name(value.kind())) + ".");
    }
    const std::size_t before = findings_.size();
    check_value(value, schema, path);
    if (value.is_object()) check_object(value, schema, path);
    if (value.is_array()) check_array(value, schema, path);
    check_logic(value, schema, path);
    // The API server runs rules only where the value has its shape.
    if (findings_.size() == before) check_rules(value, schema, path);
  }

 private:
  void report(Mark mark, const std::string& path, std::string text) {
    findings_.push_back(Finding{Finding::Half::schema, false, mark, path, std::move(text)});
  }

  void check_value(const Value& value, const Schema& schema, const std::string& path) {
    if (value.is_string()) check_string(value, schema, path);
    if (!value.is_number()) return;
    const double number = value.number();
    if (schema.format == "int32" && std::abs(number + 0.5) > 2147483648.0) {
      report(value.mark, path, "must fit in 32 bits (-2147483648 to 2147483647).");
    }
    if (schema.minimum && number < *schema.minimum) {
      report(value.mark, path, "must be at least " + write_json(Value(*schema.minimum)) + ".");
    }
    if (schema.maximum && number > *schema.maximum) {
      report(value.mark, path, "must be at most " + write_json(Value(*schema.maximum)) + ".");
    }
  }

  void check_string(const Value& value, const Schema& schema, const std::string& path) {
    const std::string& text = value.string();
    const auto& allowed = schema.allowed;
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
      report(value.mark, path,
             "\"" + text + "\" is not one of " + join(allowed, ", ") + "." +
                 did_you_mean(text, allowed));
    }
    if (schema.min_length && code_points(text) < *schema.min_length) {
      report(value.mark, path,
             "must have at least " + std::to_string(*schema.min_length) + " characters.");
    }
    if (schema.max_length && code_points(text) > *schema.max_length) {
      report(value.mark, path,
             "must have at most " + std::to_string(*schema.max_length) + " characters.");
    }
    if (schema.pattern && !schema.pattern->found_in(text)) {
      report(value.mark, path, "\"" + text + "\" does not match " + schema.pattern->text() + ".");
    }
    if (schema.format == "byte" && !is_base64(text)) report(value.mark, path, "must be base64.");
  }

  void check_object(const Value& value, const Schema& schema, const std::string& path) {
    check_size(value, value.object().size(), schema.min_properties, schema.max_properties, path,
               "members");
    for (const std::string& name : schema.required) {
      const Value* found = value.find(name);
      if (found == nullptr || (found->is_null() && !may_be_null(schema, name))) {
        report(value.mark, path, "the field \"" + name + "\" is required. Add it.");
      }
    }
    for (const Member& member : value.object()) check_member(member, schema, path);
  }

  static bool may_be_null(const Schema& schema, const std::string& name) {
    const auto found = schema.properties.find(name);
    return found != schema.properties.end() && found->second->nullable;
  }

  void check_member(const Member& member, const Schema& schema, const std::string& path) {
    const std::string step = path.empty() ? member.key : path + "." + member.key;
    const auto found = schema.properties.find(member.key);
    const Schema* rule =
        found != schema.properties.end() ? found->second.get() : schema.additional_properties.get();
    if (rule == nullptr) {
      // A schema without a type only says something of a value that another one describes.
      if (schema.keep_unknown || schema.type == Schema::Type::any) return;
      std::vector<std::string> names;
      for (const auto& [name, property] : schema.properties) names.push_back(name);
      return report(member.key_mark, step,
                    "unknown field \"" + member.key + "\"." + did_you_mean(member.key, names));
    }
    if (member.value.is_null() && !rule->nullable) return;
    check(member.value, *rule, step);
  }

  void check_size(const Value& value, std::size_t size, const std::optional<std::size_t>& least,
                  const std::optional<std::size_t>& most, const std::string& path,
                  const char* what) {
    if (least && size < *least) {
      report(value.mark, path, "must have at least " + std::to_string(*least) + " " + what + ".");
    }
    if (most && size > *most) {
      report(value.mark, path, "must have at most " + std::to_string(*most) + " " + what + ".");
    }
  }

  void check_array(const Value& value, const Schema& schema, const std::string& path) {
    const Value::Array& elements = value.array();
    check_size(value, elements.size(), schema.min_items, schema.max_items, path, "elements");
    if (schema.items == nullptr) return;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      check(elements[i], *schema.items, path + "[" + std::to_string(i) + "]");
    }
    if (!schema.list_map_keys.empty()) check_list_map(elements, schema, path);
  }

  void check_list_map(const Value::Array& elements, const Schema& schema, const std::string& path) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      std::string key;
      for (const std::string& name : schema.list_map_keys) {
        const Value* part = elements[i].find(name);
        key += (part == nullptr ? "" : write_json(*part)) + "\n";
      }
      if (!seen.insert(key).second) {
        report(
            elements[i].mark, path + "[" + std::to_string(i) + "]",
            "an element with the same " + join(schema.list_map_keys, ", ") + " stands before it.");
      }
    }
  }

  static bool accepts(const Value& value, const Schema& schema) {
    Findings ignored;
    SchemaChecker(ignored).check(value, schema, "");
    return ignored.empty();
  }

  static std::string names_in(const std::vector<Schema::Pointer>& alternatives) {
    std::vector<std::string> names;
    for (const Schema::Pointer& alternative : alternatives) {
      names.insert(names.end(), alternative->required.begin(), alternative->required.end());
    }
    return join(names, ", ");
  }

  void check_logic(const Value& value, const Schema& schema, const std::string& path) {
    for (const Schema::Pointer& part : schema.all_of) check(value, *part, path);
    const auto accepting = [&](const std::vector<Schema::Pointer>& alternatives) {
      return std::count_if(
          alternatives.begin(), alternatives.end(),
          [&](const Schema::Pointer& alternative) { return accepts(value, *alternative); });
    };
    if (!schema.one_of.empty() && accepting(schema.one_of) != 1) {
      report(value.mark, path, "only one of " + names_in(schema.one_of) + " may be set.");
    }
    if (!schema.any_of.empty() && accepting(schema.any_of) == 0) {
      report(value.mark, path, "one of " + names_in(schema.any_of) + " is required.");
    }
    if (schema.negated != nullptr && accepts(value, *schema.negated)) {
      report(value.mark, path, "has a form that is not allowed.");
    }
  }

  void check_rules(const Value& value, const Schema& schema, const std::string& path) {
    for (const SchemaRule& rule : schema.rules) {
      const Result<bool> holds = rule.program.holds(value);
      if (holds && *holds) continue;
      report(value.mark, path, rule.message + (holds ? "." : ": " + holds.error().message + "."));
    }
  }

  Findings& findings_;
};

bool is_head(const std::string& key) {
  return key == "apiVersion" || key == "kind" || key == "metadata";
}

Value prune(const Value& value, const Schema& schema) {
  if (schema.keep_unknown) return value;
  if (value.is_array() && schema.items != nullptr) {
    Value::Array elements;
    for (const Value& element : value.array()) elements.push_back(prune(element, *schema.items));
    Value result(std::move(elements));
    result.mark = value.mark;
    return result;
  }
  if (!value.is_object()) return value;
  Value::Object members;
  for (const Member& member : value.object()) {
    const auto found = schema.properties.find(member.key);
    const Schema* rule =
        found != schema.properties.end() ? found->second.get() : schema.additional_properties.get();
    if (rule == nullptr || (member.value.is_null() && !rule->nullable)) continue;
    members.push_back(Member{member.key, prune(member.value, *rule), member.key_mark});
  }
  Value result(std::move(members));
  result.mark = value.mark;
  return result;
}

}  // namespace

void check_schema(const Value& document, const KindSchema& schema, Findings& findings) {
  Value::Object members;
  for (const Member& member : document.object()) {
    if (!is_head(member.key)) members.push_back(member);
  }
  Value rest(std::move(members));
  rest.mark = document.mark;
  SchemaChecker(findings).check(rest, *schema.schema, "");
}

Value prune_document(const Value& document, const KindSchema& schema) {
  Value result = prune(document, *schema.schema);
  for (const Member& member : document.object()) {
    if (is_head(member.key)) result.set(member.key, member.value).mark = member.value.mark;
  }
  return result;
}

}  // namespace lab::crd
