#include "proxy/observe/proto_names.h"

#include <algorithm>

#include "base/text.h"
#include "mesh/config/any.h"

namespace lab::proxy {
namespace {

constexpr std::string_view kTypeUrl = "type.googleapis.com/";

Value renamed(const Value& value, const TypeInfo* type);

const RecordBase* record_of_any(const Value& value) {
  const Value* type = value.find("@type");
  if (type == nullptr || !type->is_string()) return nullptr;
  std::string_view name = type->string();
  if (name.starts_with(kTypeUrl)) name.remove_prefix(kTypeUrl.size());
  const config::AnyType* known = config::find_any_type(name);
  return known == nullptr ? nullptr : &known->record();
}

Value renamed_object(const Value& value, const RecordBase& record) {
  Value result(Value::Object{});
  for (const Member& member : value.object()) {
    const FieldBase* field = record.find(member.key);
    if (field == nullptr) {
      result.set(member.key, member.value);
      continue;
    }
    const TypeInfo type = field->type();
    result.set(field->name(), renamed(member.value, &type));
  }
  return result;
}

Value renamed(const Value& value, const TypeInfo* type) {
  using Kind = TypeInfo::Kind;
  const Kind kind = type == nullptr ? Kind::any : type->kind;
  const TypeInfo* element = type == nullptr ? nullptr : type->element.get();
  if (value.is_array()) {
    Value::Array elements;
    for (const Value& each : value.array()) elements.push_back(renamed(each, element));
    return Value(std::move(elements));
  }
  if (!value.is_object()) return value;
  if (kind == Kind::record && type->record != nullptr) return renamed_object(value, *type->record);
  if (const RecordBase* record = record_of_any(value)) return renamed_object(value, *record);
  if (kind != Kind::map) return value;
  Value result(Value::Object{});
  for (const Member& member : value.object())
    result.set(member.key, renamed(member.value, element));
  return result;
}

constexpr std::string_view kRedacted = "[redacted]";

/// Every text below becomes the word; bytes are base64.
void redact_all(Value& value, std::string_view key) {
  if (value.is_string()) {
    value = Value(key == "inline_bytes" || key == "inlineBytes" ? "W3JlZGFjdGVkXQ==" : kRedacted);
  } else if (value.is_array()) {
    for (Value& each : value.array()) redact_all(each, key);
  } else if (value.is_object()) {
    for (Member& member : value.object()) redact_all(member.value, member.key);
  }
}

bool is_secret(std::string_view key, std::string_view parent) {
  constexpr std::string_view kAlways[] = {"private_key", "privateKey", "pkcs12", "password"};
  if (std::find(std::begin(kAlways), std::end(kAlways), key) != std::end(kAlways)) return true;
  if (key == "keys") return parent == "session_ticket_keys" || parent == "sessionTicketKeys";
  return (key == "secret" || key == "secrets") &&
         (parent == "generic_secret" || parent == "genericSecret");
}

void redact(Value& value, std::string_view parent) {
  if (value.is_array()) {
    for (Value& each : value.array()) redact(each, parent);
  }
  if (!value.is_object()) return;
  for (Member& member : value.object()) {
    if (is_secret(member.key, parent)) {
      redact_all(member.value, member.key);
    } else {
      redact(member.value, member.key);
    }
  }
}

Value masked(const Value& value, const std::vector<std::string>& paths) {
  if (value.is_array()) {
    Value::Array elements;
    for (const Value& each : value.array()) elements.push_back(masked(each, paths));
    return Value(std::move(elements));
  }
  if (!value.is_object()) return value;
  Value result(Value::Object{});
  for (const Member& member : value.object()) {
    bool whole = member.key == "@type";
    std::vector<std::string> below;
    for (const std::string& path : paths) {
      if (path == member.key) whole = true;
      if (path.starts_with(member.key + ".")) below.push_back(path.substr(member.key.size() + 1));
    }
    if (whole) {
      result.set(member.key, member.value);
    } else if (!below.empty()) {
      result.set(member.key, masked(member.value, below));
    }
  }
  return result;
}

}  // namespace

Value with_proto_names(const Value& encoded, const RecordBase* record) {
  if (record != nullptr && encoded.is_object()) return renamed_object(encoded, *record);
  return renamed(encoded, nullptr);
}

void redact_secrets(Value& value) {
  redact(value, "");
}

Value apply_field_mask(const Value& value, std::string_view mask) {
  return masked(value, split(mask, ','));
}

}  // namespace lab::proxy
