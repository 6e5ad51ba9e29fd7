#include "mesh/crd/validation/schema.h"

#include <algorithm>

#include "base/json.h"

namespace lab::crd {
namespace {

constexpr std::string_view kTexts[] = {
#include "mesh/crd/schemas/authorization_policy.inc"
    ,
#include "mesh/crd/schemas/destination_rule.inc"
    ,
#include "mesh/crd/schemas/envoy_filter.inc"
    ,
#include "mesh/crd/schemas/gateway.inc"
    ,
#include "mesh/crd/schemas/peer_authentication.inc"
    ,
#include "mesh/crd/schemas/proxy_config.inc"
    ,
#include "mesh/crd/schemas/request_authentication.inc"
    ,
#include "mesh/crd/schemas/service_entry.inc"
    ,
#include "mesh/crd/schemas/sidecar.inc"
    ,
#include "mesh/crd/schemas/telemetry.inc"
    ,
#include "mesh/crd/schemas/traffic_extension.inc"
    ,
#include "mesh/crd/schemas/virtual_service.inc"
    ,
#include "mesh/crd/schemas/wasm_plugin.inc"
    ,
#include "mesh/crd/schemas/workload_entry.inc"
    ,
#include "mesh/crd/schemas/workload_group.inc"
};

std::vector<std::string> strings_of(const Value& list) {
  std::vector<std::string> result;
  for (const Value& element : list.array()) result.push_back(element.string());
  return result;
}

/// Builds the tree of one kind; a part of "defs" is built once and shared.
class Builder {
 public:
  explicit Builder(const Value& document) : defs_(document.find("defs")) {}

  Schema::Pointer build(const Value& source) {
    if (const Value* name = source.find("ref")) return shared(name->string());
    auto schema = std::make_shared<Schema>();
    for (const Member& member : source.object()) {
      const bool known = read_shape(*schema, member) || read_limit(*schema, member) ||
                         read_logic(*schema, member) || read_extension(*schema, member);
      LAB_ASSERT(known);  // A schema that says more than is checked would let wrong objects pass.
    }
    return schema;
  }

 private:
  Schema::Pointer shared(const std::string& name) {
    Schema::Pointer& known = built_[name];
    if (known == nullptr) {
      const Value* source = defs_->find(name);
      LAB_ASSERT(source != nullptr);
      known = build(*source);
    }
    return known;
  }

  bool read_shape(Schema& schema, const Member& member) {
    const Value& value = member.value;
    if (member.key == "type") {
      schema.type = type_named(value.string());
    } else if (member.key == "properties") {
      for (const Member& property : value.object())
        schema.properties[property.key] = build(property.value);
    } else if (member.key == "items") {
      schema.items = build(value);
    } else if (member.key == "additionalProperties") {
      schema.additional_properties = build(value);
    } else if (member.key == "required") {
      schema.required = strings_of(value);
    } else if (member.key == "enum") {
      schema.allowed = strings_of(value);
    } else if (member.key == "format") {
      schema.format = value.string();
    } else if (member.key == "pattern") {
      const auto pattern = Pattern::compile(value.string());
      LAB_ASSERT(pattern.has_value());
      schema.pattern = *pattern;
    } else {
      return false;
    }
    return true;
  }

  static bool read_limit(Schema& schema, const Member& member) {
    const auto is = [&](const char* key, auto& target) {
      if (member.key != key) return false;
      target =
          static_cast<typename std::decay_t<decltype(target)>::value_type>(member.value.number());
      return true;
    };
    return is("minimum", schema.minimum) || is("maximum", schema.maximum) ||
           is("minLength", schema.min_length) || is("maxLength", schema.max_length) ||
           is("minItems", schema.min_items) || is("maxItems", schema.max_items) ||
           is("minProperties", schema.min_properties) || is("maxProperties", schema.max_properties);
  }

  bool read_logic(Schema& schema, const Member& member) {
    const auto all = [&](std::vector<Schema::Pointer>& target) {
      for (const Value& element : member.value.array()) target.push_back(build(element));
      return true;
    };
    if (member.key == "oneOf") return all(schema.one_of);
    if (member.key == "anyOf") return all(schema.any_of);
    if (member.key == "allOf") return all(schema.all_of);
    if (member.key != "not") return false;
    schema.negated = build(member.value);
    return true;
  }

  static bool read_extension(Schema& schema, const Member& member) {
    if (member.key == "nullable") {
      schema.nullable = member.value.boolean();
    } else if (member.key == "x-kubernetes-preserve-unknown-fields") {
      schema.keep_unknown = member.value.boolean();
    } else if (member.key == "x-kubernetes-int-or-string") {
      schema.int_or_string = member.value.boolean();
    } else if (member.key == "x-kubernetes-list-map-keys") {
      schema.list_map_keys = strings_of(member.value);
    } else if (member.key == "x-kubernetes-validations") {
      for (const Value& rule : member.value.array()) schema.rules.push_back(rule_of(rule));
    } else {
      return member.key ==
             "x-kubernetes-list-type";  // "map" wherever it occurs; the keys say the rest.
    }
    return true;
  }

  static SchemaRule rule_of(const Value& source) {
    const std::string text = source.find("rule")->string();
    auto program = cel::Program::compile(text);
    LAB_ASSERT(program.has_value());
    return SchemaRule{text, source.find("message")->string(), std::move(*program)};
  }

  static Schema::Type type_named(const std::string& name) {
    static const std::map<std::string, Schema::Type> types = {
        {"object", Schema::Type::object}, {"array", Schema::Type::array},
        {"string", Schema::Type::string}, {"integer", Schema::Type::integer},
        {"number", Schema::Type::number}, {"boolean", Schema::Type::boolean}};
    return types.at(name);
  }

  const Value* defs_;
  std::map<std::string, Schema::Pointer> built_;
};

KindSchema read(std::string_view text) {
  const auto document = parse_json(text, "schema");
  LAB_ASSERT(document.has_value());
  KindSchema result;
  result.kind = document->find("kind")->string();
  result.group = document->find("group")->string();
  result.versions = strings_of(*document->find("versions"));
  result.schema = Builder(*document).build(*document->find("schema"));
  return result;
}

}  // namespace

const std::vector<KindSchema>& istio_schemas() {
  static const std::vector<KindSchema> schemas = [] {
    std::vector<KindSchema> result;
    for (const std::string_view text : kTexts) result.push_back(read(text));
    return result;
  }();
  return schemas;
}

const KindSchema* find_schema(std::string_view api_version, std::string_view kind) {
  for (const KindSchema& schema : istio_schemas()) {
    if (schema.kind != kind) continue;
    for (const std::string& version : schema.versions) {
      if (api_version == schema.group + "/" + version) return &schema;
    }
  }
  return nullptr;
}

}  // namespace lab::crd
