#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "base/value.h"

/// Table-driven reading and writing of structs. One table per struct serves the decoder, the
/// encoder, the JSON Schema and the documents, so that they can't disagree.
///
///   struct SocketAddress { std::string address; std::uint32_t port_value = 0; };
///   const Record<SocketAddress>& record_of(const SocketAddress*);          // in the header
///   LAB_RECORD(SocketAddress, "envoy.config.core.v3.SocketAddress") {      // in the .cc
///     record.field("address", &SocketAddress::address).required();
///     record.field("port_value", &SocketAddress::port_value).at_most(65535);
///   }
namespace lab {

/// How a record's fields are spelled in a file.
enum class Naming : std::uint8_t {
  exact,  ///< As registered.
  proto,  ///< Registered in snake_case; both that and camelCase are read, camelCase is written
          ///< (proto3 JSON).
};

/// What one decoding shares: the file, where findings go, and the path of the value at hand.
class DecodeContext {
 public:
  DecodeContext(std::string file, Diagnostics& out) : file_(std::move(file)), out_(out) {}

  /// Reports `message` at `mark`; the path ("listeners[0].name") is put before it.
  void error(Mark mark, const std::string& message);
  const std::string& file() const { return file_; }
  Origin origin(Mark mark) const { return Origin{file_, mark}; }
  std::string path() const;
  /// The spelling rules of the record that is being read.
  Naming naming() const { return naming_; }
  void set_naming(Naming naming) { naming_ = naming; }

  /// While it lives, `object` may have a member "@type" that is no field (an Any of protobuf).
  class TypedObject {
   public:
    TypedObject(DecodeContext& context, const Value& object)
        : context_(context), before_(context.typed_) {
      context_.typed_ = &object;
    }
    TypedObject(const TypedObject&) = delete;
    TypedObject& operator=(const TypedObject&) = delete;
    ~TypedObject() { context_.typed_ = before_; }

   private:
    DecodeContext& context_;
    const Value* before_;
  };
  bool is_typed(const Value& object) const { return typed_ == &object; }

  /// Names the step into a member or element while it lives.
  class Step {
   public:
    Step(DecodeContext& context, std::string step) : context_(context) {
      context_.path_.push_back(std::move(step));
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { context_.path_.pop_back(); }

   private:
    DecodeContext& context_;
  };

 private:
  std::string file_;
  Diagnostics& out_;
  std::vector<std::string> path_;
  Naming naming_ = Naming::exact;
  const Value* typed_ = nullptr;
};

class RecordBase;

/// The shape of a field's values, for schemas and documents.
struct TypeInfo {
  enum class Kind : std::uint8_t {
    any,
    boolean,
    integer,
    number,
    string,
    duration,
    enumeration,
    record,
    list,
    map
  };
  Kind kind = Kind::any;
  const RecordBase* record = nullptr;    ///< For Kind::record.
  std::vector<std::string> names;        ///< For Kind::enumeration.
  std::shared_ptr<TypeInfo> element;     ///< For lists and maps.
  std::vector<TypeInfo> alternatives{};  ///< Not empty, with Kind::any: it has one of these shapes.
};

/// Reads, writes and describes values of T; specialise it for a new kind of leaf:
///   static bool decode(const Value&, DecodeContext&, T&);   // false: reported
///   static std::optional<Value> encode(const T&);           // nothing: absent or default
///   static TypeInfo type();
template <class T, class = void>
struct Codec;

/// What a table needs to know of a field's C++ type: one object per type, shared by all fields that
/// have it, so that a table costs little to compile.
struct FieldType {
  bool (*decode)(const Value&, DecodeContext&, void* target);
  std::optional<Value> (*encode)(const void* source);
  TypeInfo (*type)();
  const double* (*number)(const void* source, double& storage);  ///< nullptr: absent, or no number.
  bool (*is_empty)(const void* source);                          ///< What is absent isn't empty.
  const std::string* (*text)(const void* source);                ///< nullptr: absent, or no text.
};
template <class T>
const FieldType& field_type();

/// What a table says of one field.
class FieldBase {
 public:
  FieldBase(std::string name, std::string json_name, std::size_t offset, const FieldType& type)
      : name_(std::move(name)), json_name_(std::move(json_name)), offset_(offset), type_(&type) {}
  const std::string& name() const { return name_; }            ///< As registered.
  const std::string& json_name() const { return json_name_; }  ///< As written.
  const std::string& doc() const { return doc_; }
  bool is_required() const { return required_; }
  /// Not empty: read and not acted on.
  const std::string& ignored_reason() const { return ignored_; }
  /// Its rules, as documents say them.
  const std::vector<std::string>& rule_texts() const { return rule_texts_; }
  TypeInfo type() const { return type_->type(); }
  /// The rules on values that a schema can express.
  struct Bounds {
    std::optional<double> least, most;
    bool not_empty = false;
    std::string pattern;  ///< ECMAScript regular expression (JSON Schema's dialect); "" is none.
  };
  const Bounds& bounds() const { return bounds_; }

  bool decode(void* owner, const Value& value, DecodeContext& context) const;
  std::optional<Value> encode(const void* owner) const;

 private:
  template <class T>
  friend class Field;
  /// "" or what is wrong with what was read.
  std::string problem(const void* target) const;
  std::string bound_problem(const void* target) const;

  std::string name_, json_name_, doc_, ignored_;
  std::vector<std::string> rule_texts_;
  bool required_ = false;
  Bounds bounds_;
  std::size_t offset_;
  const FieldType* type_;
  std::vector<std::function<std::string(const void*)>> rules_;
};

/// The part of a record's table that doesn't depend on the struct.
class RecordBase {
 public:
  RecordBase(std::string name, Naming naming) : name_(std::move(name)), naming_(naming) {}
  const std::string& name() const { return name_; }
  Naming naming() const { return naming_; }
  const std::vector<std::unique_ptr<FieldBase>>& fields() const { return fields_; }
  const FieldBase* find(std::string_view spelled) const;
  /// The groups of which at most one member (exactly one where required) may be set.
  struct OneOf {
    std::string name;
    std::vector<std::string> fields;
    bool required = false;
  };
  const std::vector<OneOf>& oneofs() const { return oneofs_; }
  /// `fields` are alternatives; each is a field that is registered too.
  void oneof(std::string name, std::vector<std::string> fields, bool required = false) {
    oneofs_.push_back(OneOf{std::move(name), std::move(fields), required});
  }

  /// Fields that may be there and are not kept; `reason` says why that is harmless.
  void skip(std::initializer_list<std::string_view> names, const std::string& reason);

  bool decode_record(void* owner, const Value& value, DecodeContext& context) const;
  Value encode_fields(const void* owner) const;

 protected:
  FieldBase& add(const std::string& name, std::size_t offset, const FieldType& type);
  bool decode_fields(void* owner, const Value& value, DecodeContext& context) const;
  void decode_members(void* owner, const Value& object, DecodeContext& context,
                      std::vector<bool>& seen, bool& good) const;
  bool check_required(const Value& value, DecodeContext& context,
                      const std::vector<bool>& seen) const;
  bool check_oneofs(const Value& value, DecodeContext& context,
                    const std::vector<bool>& seen) const;

  std::string name_;
  Naming naming_;
  std::vector<std::unique_ptr<FieldBase>> fields_;
  std::unordered_map<std::string_view, std::size_t> index_;  ///< Both spellings of each field.
  std::vector<OneOf> oneofs_;
  std::vector<std::function<bool(const void*, DecodeContext&, Mark)>> rules_;
  std::optional<std::size_t> origin_offset_;
};

template <class Rule, class = void>
struct HasText : std::false_type {};
template <class Rule>
struct HasText<Rule, std::void_t<decltype(std::declval<const Rule&>().text())>> : std::true_type {};

std::string limit_text(double limit);

/// "" when the text contains a match of an ECMAScript pattern or is absent, else `advice`.
std::function<std::string(const void*)> pattern_rule(const std::string& pattern,
                                                     const std::string& advice,
                                                     const FieldType& type);

/// A handle on a field of type T, while its table is filled. The setters add rules.
template <class T>
class Field {
 public:
  explicit Field(FieldBase& field) : field_(&field) {}

  Field& required() {
    field_->required_ = true;
    return *this;
  }
  Field& doc(std::string text) {
    field_->doc_ = std::move(text);
    return *this;
  }
  /// The field is read but nothing acts on it; `reason` says why that is harmless.
  Field& ignored(std::string reason) {
    field_->ignored_ = std::move(reason);
    return *this;
  }
  /// `rule` gives "" or what is wrong with the value and what to do.
  /// A rule that has a text() is named in documents.
  template <class Rule>
  Field& check(Rule rule) {
    if constexpr (HasText<Rule>::value) field_->rule_texts_.push_back(rule.text());
    field_->rules_.push_back([rule = std::move(rule)](const void* value) -> std::string {
      return rule(*static_cast<const T*>(value));
    });
    return *this;
  }
  Field& at_least(double least) {
    field_->bounds_.least = least;
    field_->rule_texts_.push_back("at least " + limit_text(least));
    return *this;
  }
  Field& at_most(double most) {
    field_->bounds_.most = most;
    field_->rule_texts_.push_back("at most " + limit_text(most));
    return *this;
  }
  /// The text contains a match of `pattern` (ECMAScript; anchor it); `advice` says what it should
  /// look like.
  Field& matches(const std::string& pattern, const std::string& advice) {
    field_->bounds_.pattern = pattern;
    field_->rule_texts_.push_back(advice);
    field_->rules_.push_back(pattern_rule(pattern, advice, *field_->type_));
    return *this;
  }
  Field& not_empty() {
    field_->bounds_.not_empty = true;
    field_->rule_texts_.push_back("not empty");
    return *this;
  }

 private:
  FieldBase* field_;
};

/// The table of struct `Owner`.
template <class Owner>
class Record final : public RecordBase {
 public:
  using RecordBase::RecordBase;

  template <class T>
  Field<T> field(const std::string& name, T Owner::*member) {
    return Field<T>(add(name, offset_of(member), field_type<T>()));
  }
  /// `rule` looks at the whole struct after its fields were read; it reports to the context and
  /// gives false.
  template <class Rule>
  void check(Rule rule) {
    rules_.push_back(
        [rule = std::move(rule)](const void* owner, DecodeContext& context, Mark mark) {
          return rule(*static_cast<const Owner*>(owner), context, mark);
        });
  }
  /// Where the record began is stored there: an Origin member.
  void origin(Origin Owner::*member) { origin_offset_ = offset_of(member); }

  bool decode(const Value& value, DecodeContext& context, Owner& target) const {
    return decode_record(&target, value, context);
  }
  Value encode(const Owner& source) const { return encode_fields(&source); }

 private:
  /// How far a member stands from the begin of its struct; never reads through the made-up address.
  template <class T>
  static std::size_t offset_of(T Owner::*member) {
    alignas(Owner) static char place[sizeof(Owner)];
    const auto* owner = reinterpret_cast<const Owner*>(place);
    return static_cast<std::size_t>(reinterpret_cast<const char*>(&(owner->*member)) - place);
  }
};

/// Defines `record_of` for a struct; the body that follows fills `record`.
#define LAB_RECORD_NAMED(Type, name, naming)                \
  static void fill_record(::lab::Record<Type>& record);     \
  const ::lab::Record<Type>& record_of(const Type*) {       \
    static const ::lab::Record<Type>* const table = [] {    \
      auto* record = new ::lab::Record<Type>(name, naming); \
      fill_record(*record);                                 \
      return record;                                        \
    }();                                                    \
    return *table;                                          \
  }                                                         \
  static void fill_record(::lab::Record<Type>& record)
#define LAB_RECORD(Type, name) LAB_RECORD_NAMED(Type, name, ::lab::Naming::proto)

/// Decodes one value; what is wrong goes to `out`, everything at once. True when nothing was.
template <class T>
bool decode(const Value& value, const std::string& file, Diagnostics& out, T& target) {
  DecodeContext context(file, out);
  return Codec<T>::decode(value, context, target);
}

/// Encodes one value; a default becomes an empty object (records) or null.
template <class T>
Value encode(const T& source) {
  return Codec<T>::encode(source).value_or(Value());
}

/// Names of an enumeration's values, in order of declaration; `enum_names(const E*)` is found
/// beside E.
template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

/// A heap-held value that copies deeply: for records that contain themselves.
template <class T>
class Box {
 public:
  Box() : value_(std::make_unique<T>()) {}
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : value_(std::make_unique<T>(*other.value_)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(Box other) noexcept {
    value_.swap(other.value_);
    return *this;
  }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace lab

#include "base/record_codecs.h"
