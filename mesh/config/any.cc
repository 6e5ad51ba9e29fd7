#include "mesh/config/any.h"

#include "base/text.h"

namespace lab::config {

Any::Any(const AnyType* type, std::shared_ptr<const void> message)
    : type_(type), message_(std::move(message)) {
  LAB_ASSERT(type_ != nullptr);
}

const AnyType* find_any_type(std::string_view name) {
  for (const auto& type : any_types()) {
    if (type->name() == name) return type.get();
  }
  return nullptr;
}

}  // namespace lab::config

namespace lab {
namespace {

/// The type of a value's "@type", or nullptr, reported.
const config::AnyType* type_of(const Value& value, DecodeContext& context) {
  const Value* const url = value.find("@type");
  if (url == nullptr || !url->is_string()) {
    context.error(value.mark,
                  "expected an object with \"@type\": \"type.googleapis.com/MESSAGE\".");
    return nullptr;
  }
  const std::size_t slash = url->string().rfind('/');
  const std::string name = slash == std::string::npos ? "" : url->string().substr(slash + 1);
  if (const config::AnyType* const type = config::find_any_type(name)) return type;
  std::vector<std::string> known;
  for (const auto& type : config::any_types()) known.push_back(type->name());
  context.error(url->mark,
                "the type \"" + url->string() + "\" is not supported." + did_you_mean(name, known));
  return nullptr;
}

}  // namespace

bool Codec<config::Any>::decode(const Value& value, DecodeContext& context, config::Any& target) {
  if (!expect_object(value, context)) return false;
  const config::AnyType* const type = type_of(value, context);
  if (type == nullptr) return false;
  auto message = type->decode(value, context);
  if (message == nullptr) return false;
  target = config::Any(type, std::move(message));
  return true;
}

std::optional<Value> Codec<config::Any>::encode(const config::Any& source) {
  if (source.empty()) return {};
  Value::Object members;
  members.push_back(Member{"@type", Value("type.googleapis.com/" + source.type()->name()), {}});
  Value message = source.type()->encode(source.message());
  for (Member& member : message.object()) members.push_back(std::move(member));
  return Value(std::move(members));
}

}  // namespace lab
