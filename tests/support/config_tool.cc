// What the decoder takes, for scripts.
//   config_tool fields                 every message and its fields, as JSON
//   config_tool decode TYPE FILE...    each file is one message of that type, or a list of them;
//                                      prints what is wrong and exits 1
#include <algorithm>
#include <iostream>

#include "base/file.h"
#include "mesh/config/load.h"

namespace {

using namespace lab;

std::string type_text(const TypeInfo& type) {
  using Kind = TypeInfo::Kind;
  switch (type.kind) {
    case Kind::any:
      return "any";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::string:
      return "string";
    case Kind::duration:
      return "duration";
    case Kind::enumeration:
      return "enum";
    case Kind::record:
      return type.record->name();
    case Kind::list:
      return "list of " + type_text(*type.element);
    case Kind::map:
      return "map of " + type_text(*type.element);
  }
  return "";
}

const RecordBase* record_in(const TypeInfo& type) {
  if (type.element) return record_in(*type.element);
  return type.record;
}

Value::Array names_in(const TypeInfo& type) {
  if (type.element) return names_in(*type.element);
  Value::Array names;
  for (const std::string& name : type.names) names.push_back(Value(name));
  return names;
}

/// The records that can be reached from `root`, in the order in which a reader meets them.
void collect(const RecordBase& root, std::vector<const RecordBase*>& records) {
  if (std::find(records.begin(), records.end(), &root) != records.end()) return;
  records.push_back(&root);
  for (const auto& field : root.fields()) {
    if (!field->ignored_reason().empty()) continue;  // What is below it is ignored, too.
    if (const RecordBase* const inner = record_in(field->type())) collect(*inner, records);
  }
}

Value describe(const FieldBase& field) {
  Value result{Value::Object{}};
  const TypeInfo type = field.type();
  result.set("name", Value(field.name()));
  result.set("type", Value(type_text(type)));
  result.set("required", Value(field.is_required()));
  result.set("ignored", Value(field.ignored_reason()));
  Value::Array rules;
  for (const std::string& rule : field.rule_texts()) rules.push_back(Value(rule));
  result.set("rules", Value(std::move(rules)));
  result.set("values", Value(names_in(type)));
  return result;
}

Value describe(const RecordBase& record) {
  Value result{Value::Object{}};
  result.set("message", Value(record.name()));
  Value::Array fields, groups;
  for (const auto& field : record.fields()) fields.push_back(describe(*field));
  for (const auto& group : record.oneofs()) {
    Value::Array members;
    for (const std::string& name : group.fields) members.push_back(Value(name));
    Value one{Value::Object{}};
    one.set("name", Value(group.name));
    one.set("required", Value(group.required));
    one.set("fields", Value(std::move(members)));
    groups.push_back(std::move(one));
  }
  result.set("fields", Value(std::move(fields)));
  result.set("oneofs", Value(std::move(groups)));
  return result;
}

int print_fields() {
  std::vector<const RecordBase*> records;
  collect(config::record_of(static_cast<const config::Bootstrap*>(nullptr)), records);
  for (const auto& type : config::any_types()) collect(type->record(), records);
  collect(config::record_of(static_cast<const config::DiscoveryResponse*>(nullptr)), records);
  Value::Array messages;
  for (const RecordBase* const record : records) messages.push_back(describe(*record));
  std::cout << write_json(Value(std::move(messages)), 1) << "\n";
  return 0;
}

Result<> decode_file(const std::string& type_name, const std::string& path) {
  const Value value = TRY(config::parse_any_format(TRY(read_file(path)), path));
  Diagnostics problems;
  if (type_name == "envoy.config.bootstrap.v3.Bootstrap") {
    config::Bootstrap bootstrap;
    decode(value, path, problems, bootstrap);
    return problems.result();
  }
  const config::AnyType* const type = config::find_any_type(type_name);
  if (type == nullptr) return fail(Errc::usage, "no such type: " + type_name);
  DecodeContext context(path, problems);
  const auto decode_one = [&](const Value& one) {
    const DecodeContext::TypedObject typed(context, one);
    type->decode(one, context);
  };
  if (value.is_array()) {
    for (const Value& one : value.array()) decode_one(one);
  } else {
    decode_one(value);
  }
  return problems.result();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words[0] == "fields") return print_fields();
  if (words.size() < 3 || words[0] != "decode") {
    std::cerr << "usage: config_tool fields | config_tool decode TYPE FILE...\n";
    return 2;
  }
  bool good = true;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const Result<> result = decode_file(words[1], words[i]);
    if (!result) std::cerr << result.error().message << "\n";
    good = good && result.has_value();
  }
  return good ? 0 : 1;
}
