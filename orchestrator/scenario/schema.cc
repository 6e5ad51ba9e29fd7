#include "orchestrator/scenario/schema.h"

#include <map>

#include "base/text.h"

namespace lab::orchestrator {
namespace {

Value object_of(std::initializer_list<std::pair<const char*, Value>> members) {
  Value result{Value::Object{}};
  for (const auto& [key, value] : members) result.set(key, value);
  return result;
}

/// Writes the schemas of all records that are reached, each once below "$defs".
class SchemaWriter {
 public:
  Value write(const RecordBase& root) {
    Value schema = object_of({{"$schema", "https://json-schema.org/draft/2020-12/schema"}});
    const Value body = record_schema(root);
    for (const Member& member : body.object()) schema.set(member.key, member.value);
    Value definitions{Value::Object{}};
    for (auto& [name, value] : definitions_) definitions.set(name, value);
    schema.set("$defs", definitions);
    return schema;
  }

 private:
  static std::string key_of(const RecordBase& record) {
    return replace_all(record.name(), " ", "-");
  }

  Value reference(const RecordBase& record) {
    const std::string key = key_of(record);
    if (definitions_.count(key) == 0) {
      definitions_[key] = Value();  // Stops a record that contains itself.
      definitions_[key] = record_schema(record);
    }
    return object_of({{"$ref", "#/$defs/" + key}});
  }

  Value record_schema(const RecordBase& record) {
    Value properties{Value::Object{}};
    Value required{Value::Array{}};
    for (const auto& field : record.fields()) {
      properties.set(field->json_name(), field_schema(*field));
      if (field->is_required()) required.push(field->json_name());
    }
    Value schema = object_of(
        {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}});
    if (!required.array().empty()) schema.set("required", required);
    Value groups{Value::Array{}};
    for (const RecordBase::OneOf& group : record.oneofs()) groups.push(group_schema(group));
    if (!groups.array().empty()) schema.set("allOf", groups);
    return schema;
  }

  /// At most one (or exactly one) of the group's members is set.
  static Value group_schema(const RecordBase::OneOf& group) {
    Value branches{Value::Array{}};
    Value any{Value::Array{}};
    for (const std::string& name : group.fields) {
      Value required{Value::Array{}};
      required.push(name);
      branches.push(object_of({{"required", required}}));
      any.push(object_of({{"required", required}}));
    }
    if (!group.required) {
      branches.push(object_of({{"not", object_of({{"anyOf", any}})}}));
    }
    return object_of({{"oneOf", branches}});
  }

  Value field_schema(const FieldBase& field) {
    Value schema = type_schema(field.type(), field.bounds());
    if (!field.doc().empty()) schema.set("description", field.doc());
    return schema;
  }

  Value type_schema(const TypeInfo& type, const FieldBase::Bounds& bounds) {
    switch (type.kind) {
      case TypeInfo::Kind::any:
        return any_schema(type, bounds);
      case TypeInfo::Kind::boolean:
        return object_of({{"type", "boolean"}});
      case TypeInfo::Kind::integer:
        return number_schema("integer", bounds);
      case TypeInfo::Kind::number:
        return number_schema("number", bounds);
      case TypeInfo::Kind::string:
        return string_schema(bounds);
      case TypeInfo::Kind::duration:
        return object_of(
            {{"type", "string"}, {"pattern", "^-?([0-9]{1,10}(\\.[0-9]{0,9})?|\\.[0-9]{1,9})s$"}});
      case TypeInfo::Kind::enumeration:
        return enumeration_schema(type);
      case TypeInfo::Kind::record:
        return reference(*type.record);
      case TypeInfo::Kind::list: {
        Value schema = object_of({{"type", "array"}, {"items", type_schema(*type.element, {})}});
        if (bounds.not_empty) schema.set("minItems", 1);
        return schema;
      }
      case TypeInfo::Kind::map: {
        Value schema = object_of(
            {{"type", "object"}, {"additionalProperties", type_schema(*type.element, {})}});
        if (bounds.not_empty) schema.set("minProperties", 1);
        return schema;
      }
    }
    return Value();
  }

  Value any_schema(const TypeInfo& type, const FieldBase::Bounds& bounds) {
    if (type.alternatives.empty()) return Value(Value::Object{});
    Value branches{Value::Array{}};
    for (const TypeInfo& alternative : type.alternatives) {
      branches.push(type_schema(alternative, bounds));
    }
    return object_of({{"anyOf", branches}});
  }

  static Value number_schema(const char* kind, const FieldBase::Bounds& bounds) {
    Value schema = object_of({{"type", kind}});
    if (bounds.least) schema.set("minimum", *bounds.least);
    if (bounds.most) schema.set("maximum", *bounds.most);
    return schema;
  }

  static Value string_schema(const FieldBase::Bounds& bounds) {
    Value schema = object_of({{"type", "string"}});
    if (bounds.not_empty) schema.set("minLength", 1);
    if (!bounds.pattern.empty()) schema.set("pattern", bounds.pattern);
    return schema;
  }

  static Value enumeration_schema(const TypeInfo& type) {
    Value names{Value::Array{}};
    for (const std::string& name : type.names) names.push(name);
    return object_of({{"enum", names}});
  }

  std::map<std::string, Value> definitions_;
};

}  // namespace

Value json_schema(const RecordBase& record) {
  return SchemaWriter().write(record);
}

}  // namespace lab::orchestrator
