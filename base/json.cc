#include "base/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {
namespace {

constexpr std::size_t kMaxDepth = 200;

/// Turns growing offsets into marks without counting a line twice.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  Mark at(std::size_t offset) {
    for (; offset_ < offset && offset_ < text_.size(); ++offset_) {
      if (text_[offset_] == '\n') {
        ++line_;
        line_start_ = offset_ + 1;
      }
    }
    return Mark{line_, static_cast<std::uint32_t>(offset - line_start_ + 1)};
  }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
};

/// A zero-ended text for RapidJSON. Its own StringStream would be copied by the reader, and Tell()
/// of ours stand still.
class TextStream {
 public:
  using Ch = char;
  explicit TextStream(const char* text) : begin_(text), next_(text) {}
  TextStream(const TextStream&) = delete;
  TextStream& operator=(const TextStream&) = delete;
  char Peek() const { return *next_; }
  char Take() { return *next_++; }
  std::size_t Tell() const { return static_cast<std::size_t>(next_ - begin_); }
  // The rest belongs to streams that are written; the reader asks for it to compile, and never
  // calls it.
  char* PutBegin() { return nullptr; }
  void Put(char) {}
  void Flush() {}
  std::size_t PutEnd(char*) { return 0; }

 private:
  const char* begin_;
  const char* next_;
};

/// Builds the Value from RapidJSON's events. A token's start is the first character behind the
/// previous token that is neither white space nor punctuation between tokens. (Brackets are told
/// before the reader takes them.)
class Builder {
 public:
  Builder(std::string_view text, const TextStream& stream)
      : text_(text), lines_(text), stream_(stream) {}

  bool Null() { return add(Value()); }
  bool Bool(bool value) { return add(Value(value)); }
  bool Int(int value) { return add(Value(value)); }
  bool Uint(unsigned value) { return add(Value(std::int64_t{value})); }
  bool Int64(std::int64_t value) { return add(Value(value)); }
  bool Uint64(std::uint64_t value) {
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return add(Value(static_cast<std::int64_t>(value)));
    }
    return add(Value(static_cast<double>(value)));
  }
  bool Double(double value) { return add(Value(value)); }
  bool RawNumber(const char*, unsigned, bool) { return false; }
  bool String(const char* data, unsigned size, bool) { return add(Value(std::string(data, size))); }
  bool StartObject() { return open(Value(Value::Object{})); }
  bool EndObject(unsigned) { return close(); }
  bool StartArray() { return open(Value(Value::Array{})); }
  bool EndArray(unsigned) { return close(); }
  bool Key(const char* data, unsigned size, bool) {
    key_ = std::string(data, size);
    key_mark_ = next_mark();
    if (open_.back()->find(key_) == nullptr) return true;
    problem_ = "the key \"" + key_ + "\" appears twice in this object. Remove one of them.";
    problem_mark_ = key_mark_;
    return false;
  }

  Value root;
  const std::string& problem() const { return problem_; }
  Mark problem_mark() const { return problem_mark_; }

 private:
  Mark next_mark() {
    while (last_end_ < text_.size() &&
           std::string_view(" \t\r\n,:]}").find(text_[last_end_]) != std::string_view::npos) {
      ++last_end_;
    }
    const Mark mark = lines_.at(last_end_);
    last_end_ = std::max(last_end_ + 1, stream_.Tell());
    return mark;
  }

  Value* place(Value value) {
    value.mark = next_mark();
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    Value& parent = *open_.back();
    if (parent.is_array()) return &parent.push(std::move(value));
    parent.object().push_back(Member{std::move(key_), std::move(value), key_mark_});
    return &parent.object().back().value;
  }

  bool add(Value value) {
    place(std::move(value));
    return true;
  }

  bool open(Value value) {
    open_.push_back(place(std::move(value)));
    if (open_.size() <= kMaxDepth) return true;
    problem_ = "nested deeper than " + std::to_string(kMaxDepth) + " levels.";
    problem_mark_ = open_.back()->mark;
    return false;
  }

  bool close() {
    open_.pop_back();
    last_end_ = stream_.Tell();
    return true;
  }

  std::string_view text_;
  Lines lines_;
  const TextStream& stream_;
  std::vector<Value*>
      open_;  // An element's address stays while it is open: only its own children grow.
  std::size_t last_end_ = 0;
  std::string key_;
  Mark key_mark_;
  std::string problem_;
  Mark problem_mark_;
};

template <class Writer>
void write(Writer& writer, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      writer.Null();
      return;
    case Value::Kind::boolean:
      writer.Bool(value.boolean());
      return;
    case Value::Kind::integer:
      writer.Int64(value.integer());
      return;
    case Value::Kind::number: {
      const double number = value.number();
      // 1e15 is far below 2^53, so that a whole number is written without a fraction and exactly.
      if (std::floor(number) == number && std::fabs(number) < 1e15) {
        writer.Int64(static_cast<std::int64_t>(number));
      } else {
        writer.Double(number);
      }
      return;
    }
    case Value::Kind::string:
      writer.String(value.string().data(), static_cast<unsigned>(value.string().size()));
      return;
    case Value::Kind::array:
      writer.StartArray();
      for (const Value& element : value.array()) write(writer, element);
      writer.EndArray();
      return;
    case Value::Kind::object:
      writer.StartObject();
      for (const Member& member : value.object()) {
        writer.Key(member.key.data(), static_cast<unsigned>(member.key.size()));
        write(writer, member.value);
      }
      writer.EndObject();
      return;
  }
}

std::string place_text(std::string_view file, Mark mark) {
  return std::string(file) + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column) +
         ": ";
}

}  // namespace

Result<Value> parse_json(std::string_view text, std::string_view file) {
  const std::string copy(text);  // RapidJSON wants a terminating zero.
  if (const std::size_t zero = copy.find('\0'); zero != std::string::npos) {
    return fail(Errc::config, place_text(file, Lines(copy).at(zero)) + "a zero byte is not JSON.");
  }
  TextStream stream(copy.c_str());
  Builder builder(copy, stream);
  rapidjson::Reader reader;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag |
                              rapidjson::kParseValidateEncodingFlag;
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, builder);
  if (!builder.problem().empty()) {
    return fail(Errc::config, place_text(file, builder.problem_mark()) + builder.problem());
  }
  if (!parsed) {
    return fail(Errc::config, place_text(file, Lines(copy).at(parsed.Offset())) +
                                  "broken JSON: " + rapidjson::GetParseError_En(parsed.Code()));
  }
  return std::move(builder.root);
}

std::string write_json(const Value& value, int indent) {
  rapidjson::StringBuffer buffer;
  if (indent > 0) {
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
    writer.SetIndent(' ', static_cast<unsigned>(indent));
    write(writer, value);
  } else {
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    write(writer, value);
  }
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace lab
