#include "base/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_set>

#include "base/json.h"

namespace lab {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

/// The base that a number's beginning says, which is taken away: "0x", "0o", "0b", or "0" for 8.
int take_base(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  const char letter = digits[1];
  const int base = letter == 'x' || letter == 'X' ? 16 : letter == 'b' || letter == 'B' ? 2 : 8;
  const bool has_letter = base != 8 || letter == 'o' || letter == 'O';
  digits.remove_prefix(has_letter ? 2 : 1);
  return base;
}

std::optional<Value> as_integer(std::string_view text) {
  const bool negative = text.front() == '-';
  std::string_view digits = text;
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  const int base = take_base(digits);
  if (digits.empty() || digits.front() == '-' || digits.front() == '+') return {};
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return {};
  return Value(negative ? -value : value);
}

std::optional<Value> as_number(std::string_view text) {
  if (is_one_of(text, {".inf", ".Inf", ".INF", "+.inf"})) return Value(HUGE_VAL);
  if (is_one_of(text, {"-.inf", "-.Inf", "-.INF"})) return Value(-HUGE_VAL);
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return Value(std::nan(""));
  const bool begins_like_one = (text.front() >= '0' && text.front() <= '9') ||
                               text.front() == '-' || text.front() == '+' || text.front() == '.';
  if (!begins_like_one || text.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
    return {};
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return Value(value);
}

std::optional<Value> as_boolean(std::string_view text) {
  if (text.size() > 5) return {};
  if (is_one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"}))
    return Value(true);
  if (is_one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"}))
    return Value(false);
  return {};
}

/// A plain scalar's meaning as Kubernetes' tools take it: YAML 1.1, without base 60 and dates.
Value plain_scalar(std::string_view text) {
  if (text.empty() || is_one_of(text, {"~", "null", "Null", "NULL"})) return {};
  if (auto boolean = as_boolean(text)) return *boolean;
  if (auto integer = as_integer(text)) return *integer;
  if (auto number = as_number(text)) return *number;
  // YAML 1.1 lets underscores part the digits.
  const bool begins_like_one = text.find_first_of("+-0123456789") == 0;
  if (begins_like_one && text.find('_') != std::string_view::npos) {
    std::string digits(text);
    digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
    if (auto integer = as_integer(digits)) return *integer;
    if (auto number = as_number(digits)) return *number;
  }
  return text;
}

/// A part of a text, and the number of lines before it.
struct Part {
  std::string_view text;
  std::uint32_t lines_before = 0;
};

/// Reads libyaml's events into Values; each function consumes what it names.
class Reader {
 public:
  Reader(Part part, std::string_view file, const YamlLimits& limits)
      : lines_before_(part.lines_before), file_(file), limits_(limits) {
    LAB_ASSERT(yaml_parser_initialize(&parser_) == 1);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(part.text.data()),
                                 part.text.size());
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }

  Result<std::vector<YamlDocument>> stream() {
    std::vector<YamlDocument> documents;
    TRY(next());
    for (std::size_t index = 0;; ++index) {
      TRY(next());
      if (event_.type == YAML_STREAM_END_EVENT) return documents;
      anchors_.clear();
      TRY(next());
      YamlDocument document{index, TRY(node(0))};
      if (!document.root.is_null()) documents.push_back(std::move(document));
      TRY(next());  // The document's end.
    }
  }

  std::size_t nodes() const { return nodes_; }
  /// After a failure: where and why.
  YamlStream::Problem problem(std::size_t index) const { return {index, refused_at_, refusal_}; }

 private:
  Mark mark_of(const yaml_mark_t& mark) const {
    return Mark{lines_before_ + static_cast<std::uint32_t>(mark.line + 1),
                static_cast<std::uint32_t>(mark.column + 1)};
  }
  tl::unexpected<Error> refuse(Mark mark, const std::string& message) {
    refused_at_ = mark;
    refusal_ = message;
    return fail(Errc::config, place_text(mark) + message);
  }
  std::string place_text(Mark mark) const {
    return std::string(file_) + ":" + std::to_string(mark.line) + ":" +
           std::to_string(mark.column) + ": ";
  }

  Result<> next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) == 1) return {};
    const std::string problem = parser_.problem != nullptr ? parser_.problem : "unreadable";
    const std::string context =
        parser_.context != nullptr ? std::string(" ") + parser_.context : "";
    return refuse(mark_of(parser_.problem_mark), "broken YAML: " + problem + context + ".");
  }

  Result<Value> node(std::size_t depth) {
    const Mark mark = mark_of(event_.start_mark);
    if (depth > limits_.depth) {
      return refuse(mark, "nested deeper than " + std::to_string(limits_.depth) + " levels.");
    }
    TRY(count(1, mark));
    if (event_.type == YAML_ALIAS_EVENT) return alias(mark);
    const std::string anchor = anchor_name();
    const std::size_t before = nodes_;
    Value value = TRY(content(depth));
    value.mark = mark;
    if (!anchor.empty()) anchors_[anchor] = Anchor{value, nodes_ - before + 1, depth_of(value)};
    return value;
  }

  Result<Value> content(std::size_t depth) {
    switch (event_.type) {
      case YAML_SCALAR_EVENT:
        return scalar();
      case YAML_SEQUENCE_START_EVENT:
        return sequence(depth);
      case YAML_MAPPING_START_EVENT:
        return mapping(depth);
      default:
        return refuse(mark_of(event_.start_mark), "broken YAML: a value was expected here.");
    }
  }

  std::string anchor_name() const {
    const unsigned char* name = nullptr;
    if (event_.type == YAML_SCALAR_EVENT) name = event_.data.scalar.anchor;
    if (event_.type == YAML_SEQUENCE_START_EVENT) name = event_.data.sequence_start.anchor;
    if (event_.type == YAML_MAPPING_START_EVENT) name = event_.data.mapping_start.anchor;
    return name == nullptr ? "" : reinterpret_cast<const char*>(name);
  }

  Result<Value> alias(Mark mark) {
    const std::string name = reinterpret_cast<const char*>(event_.data.alias.anchor);
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      return refuse(mark, "the alias *" + name + " has no anchor &" + name + " before it.");
    }
    TRY(count(found->second.nodes, mark));
    if (found->second.depth > limits_.depth) {
      return refuse(mark, "nested deeper than " + std::to_string(limits_.depth) + " levels.");
    }
    Value value = found->second.value;
    value.mark = mark;
    return value;
  }

  Result<> count(std::size_t nodes, Mark mark) {
    nodes_ += nodes;
    if (nodes_ <= limits_.nodes) return {};
    return refuse(mark, "more than " + std::to_string(limits_.nodes) +
                            " values (aliases expanded). Split the file.");
  }

  Result<Value> scalar() {
    const auto& data = event_.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(data.value), data.length);
    const std::string_view tag = data.tag == nullptr ? "" : reinterpret_cast<const char*>(data.tag);
    if (!tag.empty() && tag != YAML_STR_TAG && tag != "!") {
      return refuse(mark_of(event_.start_mark),
                    "the tag " + std::string(tag) + " is not supported. Remove it.");
    }
    const bool plain = tag.empty() && data.style == YAML_PLAIN_SCALAR_STYLE;
    return plain ? plain_scalar(text) : Value(text);
  }

  Result<Value> sequence(std::size_t depth) {
    Value::Array elements;
    for (;;) {
      TRY(next());
      if (event_.type == YAML_SEQUENCE_END_EVENT) return Value(std::move(elements));
      elements.push_back(TRY(node(depth + 1)));
    }
  }

  Result<Value> mapping(std::size_t depth) {
    Value::Object members;
    Value::Object merged;
    std::unordered_set<std::string> keys;
    for (;;) {
      TRY(next());
      if (event_.type == YAML_MAPPING_END_EVENT) break;
      const Mark key_mark = mark_of(event_.start_mark);
      if (event_.type != YAML_SCALAR_EVENT) {
        return refuse(key_mark, "a key must be a plain word or a quoted text.");
      }
      const auto& data = event_.data.scalar;
      std::string key(reinterpret_cast<const char*>(data.value), data.length);
      const bool plain = data.style == YAML_PLAIN_SCALAR_STYLE;
      const bool merge = plain && key == "<<";
      if (plain) {
        // One letter is a name more often than a YAML 1.1 boolean.
        const auto boolean = key.size() > 1 ? as_boolean(key) : std::nullopt;
        if (boolean) key = boolean->boolean() ? "true" : "false";
      }
      TRY(next());
      Value value = TRY(node(depth + 1));
      if (merge) {
        TRY(collect_merge(std::move(value), merged, key_mark));
      } else if (!keys.insert(key).second) {
        return refuse(key_mark, "the key \"" + key + "\" appears twice here. Remove one of them.");
      } else {
        members.push_back(Member{std::move(key), std::move(value), key_mark});
      }
    }
    for (Member& member : merged) {
      if (keys.insert(member.key).second) members.push_back(std::move(member));
    }
    return Value(std::move(members));
  }

  Result<> collect_merge(Value value, Value::Object& merged, Mark mark) {
    if (value.is_object()) {
      for (Member& member : value.object()) merged.push_back(std::move(member));
      return {};
    }
    if (!value.is_array()) return refuse(mark, "<< merges an object or a list of objects.");
    for (Value& element : value.array()) {
      if (!element.is_object()) return refuse(mark, "<< merges an object or a list of objects.");
      for (Member& member : element.object()) merged.push_back(std::move(member));
    }
    return {};
  }

  static std::size_t depth_of(const Value& value) {
    std::size_t deepest = 0;
    if (value.is_array()) {
      for (const Value& element : value.array()) deepest = std::max(deepest, depth_of(element));
    } else if (value.is_object()) {
      for (const Member& member : value.object())
        deepest = std::max(deepest, depth_of(member.value));
    }
    return deepest + 1;
  }

  struct Anchor {
    Value value;
    std::size_t nodes = 0;
    std::size_t depth = 0;
  };

  std::uint32_t lines_before_;
  std::string_view file_;
  YamlLimits limits_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  std::map<std::string, Anchor> anchors_;
  std::size_t nodes_ = 0;
  Mark refused_at_;
  std::string refusal_;
};

/// The text cut before each line that begins with "---", which begins a document wherever it
/// stands.
std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  std::uint32_t line = 0;
  Part part{text, 0};
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t begin = static_cast<std::size_t>(part.text.data() - text.data());
    if (at > begin && text.compare(at, 3, "---") == 0) {
      part.text = text.substr(begin, at - begin);
      parts.push_back(part);
      part = Part{text.substr(at), line};
    }
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  parts.push_back(part);
  return parts;
}

std::string too_large(const YamlLimits& limits) {
  return "larger than " + std::to_string(limits.text_bytes >> 20) + " MiB. Split the file.";
}

bool must_be_quoted(const std::string& text) {
  if (text.empty() || !plain_scalar(text).is_string()) return true;
  if (text.find_first_of("\n\t\"\\") != std::string::npos) return true;
  if (std::string_view("-?:,[]{}#&*!|>'%@` =<").find(text.front()) != std::string_view::npos)
    return true;
  return text.find(": ") != std::string::npos || text.find(" #") != std::string::npos ||
         text.back() == ':' || text.back() == ' ';
}

std::string scalar_text(const Value& value) {
  if (value.is_string() && !must_be_quoted(value.string())) return value.string();
  if (value.is_array()) return "[]";
  if (value.is_object()) return "{}";
  return write_json(value);
}

bool is_block(const Value& value) {
  return (value.is_array() && !value.array().empty()) ||
         (value.is_object() && !value.object().empty());
}

void write_block(const Value& value, int indent, bool after_dash, std::string& out);

void write_child(const Value& value, int indent, std::string& out) {
  if (!is_block(value)) {
    out += " " + scalar_text(value) + "\n";
    return;
  }
  out += '\n';
  write_block(value, value.is_array() ? indent : indent + 2, false, out);
}

void write_block(const Value& value, int indent, bool after_dash, std::string& out) {
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  if (value.is_array()) {
    for (const Value& element : value.array()) {
      out += margin + "-";
      if (is_block(element) && element.is_object()) {
        out += ' ';
        write_block(element, indent + 2, true, out);
      } else if (is_block(element)) {
        out += '\n';
        write_block(element, indent + 2, false, out);
      } else {
        out += " " + scalar_text(element) + "\n";
      }
    }
    return;
  }
  for (const Member& member : value.object()) {
    if (!after_dash) out += margin;
    after_dash = false;
    out += scalar_text(Value(member.key)) + ":";
    write_child(member.value, indent, out);
  }
}

}  // namespace

Result<std::vector<YamlDocument>> parse_yaml(std::string_view text, std::string_view file,
                                             const YamlLimits& limits) {
  if (text.size() > limits.text_bytes)
    return fail(Errc::config, std::string(file) + ": " + too_large(limits));
  return Reader(Part{text, 0}, file, limits).stream();
}

YamlStream parse_yaml_stream(std::string_view text, std::string_view file,
                             const YamlLimits& limits) {
  YamlStream stream;
  if (text.size() > limits.text_bytes) {
    stream.problems.push_back({0, {}, too_large(limits)});
    return stream;
  }
  {
    Reader reader(Part{text, 0}, file, limits);
    if (auto whole = reader.stream()) {
      stream.documents = std::move(*whole);
      return stream;
    }
    if (reader.nodes() > limits.nodes) {
      stream.problems.push_back(reader.problem(0));
      return stream;
    }
  }
  YamlLimits left = limits;
  std::size_t index = 0;
  for (const Part& part : parts_of(text)) {
    Reader reader(part, file, left);
    auto documents = reader.stream();
    if (!documents && stream.problems.size() == limits.problems) {
      stream.problems.push_back(
          {index, {part.lines_before + 1, 1}, "further documents are broken."});
      return stream;
    }
    if (!documents) {
      stream.problems.push_back(reader.problem(index++));
    } else {
      for (YamlDocument& document : *documents)
        stream.documents.push_back({index++, std::move(document.root)});
    }
    left.nodes -= std::min(left.nodes, reader.nodes());
  }
  return stream;
}

std::string write_yaml(const Value& value) {
  if (!is_block(value)) return scalar_text(value) + "\n";
  std::string out;
  write_block(value, 0, false, out);
  return out;
}

}  // namespace lab
