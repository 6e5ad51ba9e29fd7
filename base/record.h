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

/// What a table says of one field.
class FieldBase {
 public:
  FieldBase(std::string name, std::string json_name)
      : name_(std::move(name)), json_name_(std::move(json_name)) {}
  virtual ~FieldBase() = default;
  const std::string& name() const { return name_; }            ///< As registered.
  const std::string& json_name() const { return json_name_; }  ///< As written.
  const std::string& doc() const { return doc_; }
  bool is_required() const { return required_; }
  const std::string& ignored_reason() const {
    return ignored_;
  }  ///< Not empty: read and not acted on.
  const std::vector<std::string>& rule_texts() const {
    return rule_texts_;
  }  ///< As documents say them.
  virtual TypeInfo type() const = 0;
  /// The rules on values that a schema can express.
  struct Bounds {
    std::optional<double> least, most;
    bool not_empty = false;
    std::string pattern;  ///< ECMAScript regular expression (JSON Schema's dialect); "" is none.
  };
  const Bounds& bounds() const { return bounds_; }

  virtual bool decode(void* owner, const Value& value, DecodeContext& context) const = 0;
  virtual std::optional<Value> encode(const void* owner) const = 0;

 protected:
  friend class RecordBase;
  std::string name_, json_name_, doc_, ignored_;
  std::vector<std::string> rule_texts_;
  bool required_ = false;
  Bounds bounds_;
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

  bool decode_fields(void* owner, const Value& value, DecodeContext& context) const;
  Value encode_fields(const void* owner) const;

 protected:
  void decode_members(void* owner, const Value& object, DecodeContext& context,
                      std::vector<bool>& seen, bool& good) const;
  bool check_required(const Value& value, DecodeContext& context,
                      const std::vector<bool>& seen) const;
  bool check_oneofs(const Value& value, DecodeContext& context,
                    const std::vector<bool>& seen) const;
  std::string name_;
  void add(std::unique_ptr<FieldBase> field);
  Naming naming_;
  std::vector<std::unique_ptr<FieldBase>> fields_;
  std::unordered_map<std::string_view, std::size_t> index_;  ///< Both spellings of each field.
  std::vector<OneOf> oneofs_;
};

template <class Rule, class = void>
struct HasText : std::false_type {};
template <class Rule>
struct HasText<Rule, std::void_t<decltype(std::declval<const Rule&>().text())>> : std::true_type {};

std::string limit_text(double limit);

template <class T>
bool is_empty(const T& value) {
  return value.empty();
}
/// What is absent can't be empty.
template <class T>
bool is_empty(const std::optional<T>& value) {
  return value && value->empty();
}
/// Tells whether a text contains a match of an ECMAScript pattern.
std::function<bool(const std::string&)> pattern_rule(const std::string& pattern);

/// One field of struct `Owner`, of type T. The setters add rules and return the field.
template <class Owner, class T>
class Field final : public FieldBase {
 public:
  Field(std::string name, std::string json_name, T Owner::*member)
      : FieldBase(std::move(name), std::move(json_name)), member_(member) {}

  Field& required() {
    required_ = true;
    return *this;
  }
  Field& doc(std::string text) {
    doc_ = std::move(text);
    return *this;
  }
  /// The field is read but nothing acts on it; `reason` says why that is harmless.
  Field& ignored(std::string reason) {
    ignored_ = std::move(reason);
    return *this;
  }
  /// `rule` gives "" or what is wrong with the value and what to do.
  /// A rule that has a text() is named in documents.
  template <class Rule>
  Field& check(Rule rule) {
    if constexpr (HasText<Rule>::value) rule_texts_.push_back(rule.text());
    rules_.push_back(std::move(rule));
    return *this;
  }
  Field& at_least(double least) {
    bounds_.least = least;
    rule_texts_.push_back("at least " + limit_text(least));
    return check([least](const T& value) { return bound(value, least, true); });
  }
  Field& at_most(double most) {
    bounds_.most = most;
    rule_texts_.push_back("at most " + limit_text(most));
    return check([most](const T& value) { return bound(value, most, false); });
  }
  /// The text contains a match of `pattern` (ECMAScript; anchor it); `advice` says what it should
  /// look like.
  Field& matches(const std::string& pattern, std::string advice) {
    bounds_.pattern = pattern;
    rule_texts_.push_back(advice);
    return check([found = pattern_rule(pattern), advice](const T& value) -> std::string {
      return found(value) ? "" : advice;
    });
  }
  Field& not_empty() {
    bounds_.not_empty = true;
    rule_texts_.push_back("not empty");
    return check(
        [](const T& value) -> std::string { return is_empty(value) ? "must not be empty." : ""; });
  }

  using FieldBase::doc;
  TypeInfo type() const override { return Codec<T>::type(); }
  bool decode(void* owner, const Value& value, DecodeContext& context) const override {
    T& target = static_cast<Owner*>(owner)->*member_;
    if (!Codec<T>::decode(value, context, target)) return false;
    for (const auto& rule : rules_) {
      const std::string problem = rule(target);
      if (problem.empty()) continue;
      context.error(value.mark, problem);
      return false;
    }
    return true;
  }
  std::optional<Value> encode(const void* owner) const override {
    return Codec<T>::encode(static_cast<const Owner*>(owner)->*member_);
  }

 private:
  template <class V>
  static std::string bound(const V& value, double limit, bool least);

  T Owner::*member_;
  std::vector<std::function<std::string(const T&)>> rules_;
};

/// The table of struct `Owner`.
template <class Owner>
class Record final : public RecordBase {
 public:
  using RecordBase::RecordBase;

  template <class T>
  Field<Owner, T>& field(std::string name, T Owner::*member);
  /// `rule` looks at the whole struct after its fields were read; it reports to the context and
  /// gives false.
  void check(std::function<bool(const Owner&, DecodeContext&, Mark)> rule) {
    rules_.push_back(std::move(rule));
  }
  /// Where the record began is stored there: an Origin member.
  void origin(Origin Owner::*member) { origin_ = member; }

  bool decode(const Value& value, DecodeContext& context, Owner& target) const;
  Value encode(const Owner& source) const { return encode_fields(&source); }

 private:
  std::vector<std::function<bool(const Owner&, DecodeContext&, Mark)>> rules_;
  Origin Owner::*origin_ = nullptr;
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
