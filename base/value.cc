#include "base/value.h"

#include <algorithm>
#include <charconv>

#include "base/result.h"

namespace lab {

Value::Value() = default;
Value::Value(bool value) : data_(value) {}
Value::Value(int value) : data_(std::int64_t{value}) {}
Value::Value(unsigned value) : data_(std::int64_t{value}) {}
Value::Value(std::int64_t value) : data_(value) {}
Value::Value(double value) : data_(value) {}
Value::Value(const char* value) : data_(std::string(value)) {}
Value::Value(std::string_view value) : data_(std::string(value)) {}
Value::Value(std::string value) : data_(std::move(value)) {}
Value::Value(Array value) : data_(std::move(value)) {}
Value::Value(Object value) : data_(std::move(value)) {}
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

bool Value::boolean() const {
  LAB_ASSERT(is_bool());
  return *std::get_if<bool>(&data_);
}

std::int64_t Value::integer() const {
  LAB_ASSERT(is_integer());
  return *std::get_if<std::int64_t>(&data_);
}

double Value::number() const {
  LAB_ASSERT(is_number());
  return is_integer() ? static_cast<double>(integer()) : *std::get_if<double>(&data_);
}

const std::string& Value::string() const {
  LAB_ASSERT(is_string());
  return *std::get_if<std::string>(&data_);
}

const Value::Array& Value::array() const {
  LAB_ASSERT(is_array());
  return *std::get_if<Array>(&data_);
}

Value::Array& Value::array() {
  LAB_ASSERT(is_array());
  return *std::get_if<Array>(&data_);
}

const Value::Object& Value::object() const {
  LAB_ASSERT(is_object());
  return *std::get_if<Object>(&data_);
}

Value::Object& Value::object() {
  LAB_ASSERT(is_object());
  return *std::get_if<Object>(&data_);
}

const Value* Value::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  for (const Member& member : object()) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

const Value* Value::at_path(std::string_view path) const {
  const Value* here = this;
  while (here != nullptr && !path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view step = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    if (here->is_array()) {
      std::size_t index = here->array().size();
      std::from_chars(step.data(), step.data() + step.size(), index);
      here = index < here->array().size() ? &here->array()[index] : nullptr;
    } else {
      here = here->find(step);
    }
  }
  return here;
}

Value& Value::set(std::string key, Value value) {
  if (is_null()) data_ = Object{};
  if (Value* present = find(key)) return *present = std::move(value);
  object().push_back(Member{std::move(key), std::move(value), {}});
  return object().back().value;
}

Value& Value::push(Value value) {
  if (is_null()) data_ = Array{};
  array().push_back(std::move(value));
  return array().back();
}

bool Value::erase(std::string_view key) {
  if (!is_object()) return false;
  Object& members = object();
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.key == key; });
  if (found == members.end()) return false;
  members.erase(found);
  return true;
}

namespace {

bool same_members(const Value::Object& a, const Value& b) {
  if (a.size() != b.object().size()) return false;
  return std::all_of(a.begin(), a.end(), [&](const Member& member) {
    const Value* other = b.find(member.key);
    return other != nullptr && *other == member.value;
  });
}

}  // namespace

bool operator==(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return a.number() == b.number();
  if (a.kind() != b.kind()) return false;
  if (a.is_object()) return same_members(a.object(), b);
  if (a.is_array()) return a.array() == b.array();
  if (a.is_string()) return a.string() == b.string();
  return !a.is_bool() || a.boolean() == b.boolean();
}

std::string_view kind_name(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::boolean:
      return "a boolean";
    case Value::Kind::integer:
      return "an integer";
    case Value::Kind::number:
      return "a number";
    case Value::Kind::string:
      return "a string";
    case Value::Kind::array:
      return "a list";
    case Value::Kind::object:
      return "an object";
  }
  return "a value";
}

}  // namespace lab

template class std::vector<lab::Value>;
template class std::vector<lab::Member>;
