#pragma once

#include <cstdint>

// The codecs of base/record.h: leaves in record.cc, containers here because they are templates.

namespace lab {

template <>
struct Codec<bool> {
  static bool decode(const Value& value, DecodeContext& context, bool& target);
  static std::optional<Value> encode(bool source);
  static TypeInfo type() { return {TypeInfo::Kind::boolean, nullptr, {}, nullptr}; }
};

template <>
struct Codec<std::string> {
  static bool decode(const Value& value, DecodeContext& context, std::string& target);
  static std::optional<Value> encode(const std::string& source);
  static TypeInfo type() { return {TypeInfo::Kind::string, nullptr, {}, nullptr}; }
};

template <>
struct Codec<double> {
  static bool decode(const Value& value, DecodeContext& context, double& target);
  static std::optional<Value> encode(double source);
  static TypeInfo type() { return {TypeInfo::Kind::number, nullptr, {}, nullptr}; }
};

/// protobuf Duration in JSON: seconds with up to nine digits of fraction and "s" ("1.5s").
template <>
struct Codec<std::chrono::nanoseconds> {
  static bool decode(const Value& value, DecodeContext& context, std::chrono::nanoseconds& target);
  /// Written even when zero: a duration is a message, so its presence is told by std::optional
  /// alone.
  static std::optional<Value> encode(std::chrono::nanoseconds source);
  static TypeInfo type() { return {TypeInfo::Kind::duration, nullptr, {}, nullptr}; }
};

/// Any JSON value, kept as it is.
template <>
struct Codec<Value> {
  static bool decode(const Value& value, DecodeContext&, Value& target) {
    target = value;
    return true;
  }
  static std::optional<Value> encode(const Value& source) {
    if (source.is_null()) return {};
    return source;
  }
  static TypeInfo type() { return {}; }
};

std::string json_field_name(const std::string& name, Naming naming);

/// Reads an integer between two bounds; 64-bit values may be strings (proto3 JSON).
bool decode_integer(const Value& value, DecodeContext& context, std::int64_t least,
                    std::uint64_t most, std::uint64_t& target);

template <class T>
struct Codec<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>> {
  static bool decode(const Value& value, DecodeContext& context, T& target) {
    std::uint64_t wide = 0;
    const auto least = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    if (!decode_integer(value, context, least,
                        static_cast<std::uint64_t>(std::numeric_limits<T>::max()), wide)) {
      return false;
    }
    target = static_cast<T>(wide);
    return true;
  }
  static std::optional<Value> encode(T source) {
    if (source == 0) return {};
    // proto3 JSON writes 64-bit integers as strings.
    if constexpr (sizeof(T) == 8) return Value(std::to_string(source));
    return Value(static_cast<std::int64_t>(source));
  }
  static TypeInfo type() { return {TypeInfo::Kind::integer, nullptr, {}, nullptr}; }
};

/// Reports that `value` is none of `names`; false.
bool refuse_enum(const Value& value, DecodeContext& context, const std::vector<std::string>& names);

template <class E>
struct Codec<E, std::enable_if_t<std::is_enum_v<E>>> {
  static std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const auto& entry : enum_names(static_cast<const E*>(nullptr)))
      result.emplace_back(entry.name);
    return result;
  }
  static bool decode(const Value& value, DecodeContext& context, E& target) {
    const auto& entries = enum_names(static_cast<const E*>(nullptr));
    if (value.is_integer() &&
        context.naming() == Naming::proto) {  // proto3 JSON reads numbers too.
      for (const auto& entry : entries) {
        if (static_cast<std::int64_t>(entry.value) != value.integer()) continue;
        target = entry.value;
        return true;
      }
    }
    if (value.is_string()) {
      for (const auto& entry : entries) {
        if (entry.name != value.string()) continue;
        target = entry.value;
        return true;
      }
    }
    return refuse_enum(value, context, names());
  }
  /// The first entry is the default and is not written.
  static std::optional<Value> encode(E source) {
    const auto& entries = enum_names(static_cast<const E*>(nullptr));
    for (const auto& entry : entries) {
      if (entry.value != source) continue;
      if (&entry == &entries[0]) return {};
      return Value(entry.name);
    }
    return {};
  }
  static TypeInfo type() { return {TypeInfo::Kind::enumeration, nullptr, names(), nullptr}; }
};

/// How a value is written that is present though it is its type's default.
template <class T>
Value default_value() {
  if constexpr (std::is_same_v<T, bool>) return Value(false);
  if constexpr (std::is_same_v<T, std::string>) return Value("");
  if constexpr (std::is_enum_v<T>) return Value(enum_names(static_cast<const T*>(nullptr))[0].name);
  if constexpr (std::is_arithmetic_v<T>) {
    return sizeof(T) == 8 && std::is_integral_v<T> ? Value("0") : Value(0);
  }
  return Value(Value::Object{});
}

/// An element of a list or map: always written.
template <class T>
Value encode_element(const T& source) {
  auto value = Codec<T>::encode(source);
  return value ? *std::move(value) : default_value<T>();
}

/// Present or not: what is present is written even when it is a default.
template <class T>
struct Codec<std::optional<T>> {
  static bool decode(const Value& value, DecodeContext& context, std::optional<T>& target) {
    return Codec<T>::decode(value, context, target.emplace());
  }
  static std::optional<Value> encode(const std::optional<T>& source) {
    if (!source) return {};
    return encode_element(*source);
  }
  static TypeInfo type() { return Codec<T>::type(); }
};

/// Reports unless `value` is a list (or null, which stands for an empty one).
bool expect_list(const Value& value, DecodeContext& context);
bool expect_object(const Value& value, DecodeContext& context);

template <class T>
struct Codec<std::vector<T>> {
  static bool decode(const Value& value, DecodeContext& context, std::vector<T>& target) {
    if (!expect_list(value, context)) return false;
    if (value.is_null()) return true;
    bool good = true;
    for (const Value& element : value.array()) {
      DecodeContext::Step step(context, "[" + std::to_string(target.size()) + "]");
      good = Codec<T>::decode(element, context, target.emplace_back()) && good;
    }
    return good;
  }
  static std::optional<Value> encode(const std::vector<T>& source) {
    if (source.empty()) return {};
    Value::Array elements;
    for (const T& element : source) elements.push_back(encode_element(element));
    return Value(std::move(elements));
  }
  static TypeInfo type() {
    return {TypeInfo::Kind::list, nullptr, {}, std::make_shared<TypeInfo>(Codec<T>::type())};
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static bool decode(const Value& value, DecodeContext& context, std::map<std::string, T>& target) {
    if (!expect_object(value, context)) return false;
    if (value.is_null()) return true;
    bool good = true;
    for (const Member& member : value.object()) {
      DecodeContext::Step step(context, "[\"" + member.key + "\"]");
      good = Codec<T>::decode(member.value, context, target[member.key]) && good;
    }
    return good;
  }
  static std::optional<Value> encode(const std::map<std::string, T>& source) {
    if (source.empty()) return {};
    Value::Object members;
    for (const auto& [key, element] : source) {
      members.push_back(Member{key, encode_element(element), {}});
    }
    return Value(std::move(members));
  }
  static TypeInfo type() {
    return {TypeInfo::Kind::map, nullptr, {}, std::make_shared<TypeInfo>(Codec<T>::type())};
  }
};

template <class T>
struct Codec<Box<T>> {
  static bool decode(const Value& value, DecodeContext& context, Box<T>& target) {
    return Codec<T>::decode(value, context, *target);
  }
  static std::optional<Value> encode(const Box<T>& source) { return Codec<T>::encode(*source); }
  static TypeInfo type() { return Codec<T>::type(); }
};

/// Structs that have a table.
template <class T>
struct Codec<T, std::void_t<decltype(record_of(static_cast<const T*>(nullptr)))>> {
  static bool decode(const Value& value, DecodeContext& context, T& target) {
    return record_of(static_cast<const T*>(nullptr)).decode(value, context, target);
  }
  static std::optional<Value> encode(const T& source) {
    return record_of(static_cast<const T*>(nullptr)).encode(source);
  }
  static TypeInfo type() {
    return {TypeInfo::Kind::record, &record_of(static_cast<const T*>(nullptr)), {}, nullptr};
  }
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T, class = void>
struct CanBeEmpty : std::false_type {};
template <class T>
struct CanBeEmpty<T, std::void_t<decltype(std::declval<const T&>().empty())>> : std::true_type {};

/// The parts of a FieldType that look into a value: numbers, texts and lists, also behind an
/// optional.
template <class T>
struct Look {
  static const double* number(const void* source, double& storage) {
    const T& value = *static_cast<const T*>(source);
    if constexpr (IsOptional<T>::value) {
      return value ? Look<typename T::value_type>::number(&*value, storage) : nullptr;
    } else if constexpr (std::is_arithmetic_v<T>) {
      storage = static_cast<double>(value);
      return &storage;
    } else {
      return nullptr;
    }
  }
  static bool is_empty(const void* source) {
    const T& value = *static_cast<const T*>(source);
    if constexpr (IsOptional<T>::value) {
      return value && Look<typename T::value_type>::is_empty(&*value);
    } else if constexpr (CanBeEmpty<T>::value) {
      return value.empty();
    } else {
      return false;
    }
  }
  static const std::string* text(const void* source) {
    const T& value = *static_cast<const T*>(source);
    if constexpr (std::is_same_v<T, std::optional<std::string>>) {
      return value ? &*value : nullptr;
    } else if constexpr (std::is_same_v<T, std::string>) {
      return &value;
    } else {
      return nullptr;
    }
  }
};

template <class T>
const FieldType& field_type() {
  static constexpr FieldType kType = {
      [](const Value& value, DecodeContext& context, void* target) {
        return Codec<T>::decode(value, context, *static_cast<T*>(target));
      },
      [](const void* source) { return Codec<T>::encode(*static_cast<const T*>(source)); },
      [] { return Codec<T>::type(); },
      Look<T>::number,
      Look<T>::is_empty,
      Look<T>::text,
  };
  return kType;
}

}  // namespace lab
