#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lab {

/// A place in a text; lines and columns count from 1, 0 is "made by a program".
struct Mark {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Member;

/// A JSON or YAML value that remembers where it stood. Objects keep the order of their members.
class Value {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, number, string, array, object };
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;

  // Defined in value.cc, so that a file that only passes Values on doesn't compile the variant
  // again.
  Value();
  Value(bool value);
  Value(int value);
  Value(unsigned value);
  Value(std::int64_t value);
  Value(double value);
  Value(const char* value);
  Value(std::string_view value);
  Value(std::string value);
  Value(Array value);
  Value(Object value);
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_null() const { return kind() == Kind::null; }
  bool is_bool() const { return kind() == Kind::boolean; }
  bool is_integer() const { return kind() == Kind::integer; }
  bool is_number() const { return kind() == Kind::integer || kind() == Kind::number; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_object() const { return kind() == Kind::object; }

  /// The content; asking for another kind than it has is a bug (assertion).
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;  ///< Of an integer too.
  const std::string& string() const;
  const Array& array() const;
  Array& array();
  const Object& object() const;
  Object& object();

  /// The member of that name, or nullptr: also when this is no object.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// The value at "a/b/0/c" (list indices as numbers), or nullptr.
  const Value* at_path(std::string_view path) const;
  /// Adds or replaces a member; a null value becomes an object first.
  Value& set(std::string key, Value value);
  /// Adds an element; a null value becomes an array first.
  Value& push(Value value);
  /// Removes a member if it is there; true when it was.
  bool erase(std::string_view key);

  Mark mark;  ///< Where the value begins.

  /// Equal content; marks do not count, and objects are equal in any order of members.
  friend bool operator==(const Value& a, const Value& b);
  friend bool operator!=(const Value& a, const Value& b) { return !(a == b); }

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// One member of an object.
struct Member {
  std::string key;
  Value value;
  Mark key_mark{};  ///< Where the key begins.
};

/// "null", "a boolean", "a list" ...: the kind as a person calls it.
std::string_view kind_name(Value::Kind kind);

}  // namespace lab

// Compiled once, in value.cc.
extern template class std::vector<lab::Value>;
extern template class std::vector<lab::Member>;
