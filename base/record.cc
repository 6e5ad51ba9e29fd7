#include "base/record.h"

#include <charconv>
#include <cmath>
#include <regex>

#include "base/json.h"
#include "base/text.h"

namespace lab {
namespace {

bool wrong_kind(const Value& value, DecodeContext& context, std::string_view wanted) {
  context.error(value.mark, "expected " + std::string(wanted) + ", found " +
                                std::string(kind_name(value.kind())) + ".");
  return false;
}

/// Reads "[-]SECONDS[.FRACTION]s" with at most nine digits of fraction.
bool parse_duration(std::string_view text, std::chrono::nanoseconds& target) {
  if (text.empty() || text.back() != 's') return false;
  text.remove_suffix(1);
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  const auto digits = [](std::string_view part) {
    return part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (!digits(whole) || !digits(fraction) || whole.size() + fraction.size() == 0 ||
      fraction.size() > 9)
    return false;
  if (whole.size() > 10) return false;  // More than 292 years do not fit.
  fraction.resize(9, '0');
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
  std::from_chars(fraction.data(), fraction.data() + fraction.size(), nanoseconds);
  if (seconds > 9'223'372'035) return false;
  const std::int64_t total = seconds * 1'000'000'000 + nanoseconds;
  target = std::chrono::nanoseconds(negative ? -total : total);
  return true;
}

/// The type of a field that is accepted with any content and not kept.
const FieldType kSkipped = {
    [](const Value&, DecodeContext&, void*) { return true; },
    [](const void*) { return std::optional<Value>(); },
    [] { return TypeInfo{}; },
    [](const void*, double&) -> const double* { return nullptr; },
    [](const void*) { return false; },
    [](const void*) -> const std::string* { return nullptr; },
};

std::vector<std::string> spellings(const RecordBase& record) {
  std::vector<std::string> names;
  for (const auto& field : record.fields()) names.push_back(field->json_name());
  return names;
}

}  // namespace

void DecodeContext::error(Mark mark, const std::string& message) {
  const std::string where = path();
  out_.add(origin(mark), where.empty() ? message : where + ": " + message);
}

std::string DecodeContext::path() const {
  std::string result;
  for (const std::string& step : path_) {
    if (!result.empty() && step.front() != '[') result += '.';
    result += step;
  }
  return result;
}

std::string json_field_name(const std::string& name, Naming naming) {
  return naming == Naming::proto ? camel_case(name) : name;
}

bool FieldBase::decode(void* owner, const Value& value, DecodeContext& context) const {
  void* const target = static_cast<char*>(owner) + offset_;
  // In proto3 JSON null is absent: then the field has its default, and only the rules are asked.
  const bool absent = value.is_null() && context.naming() == Naming::proto;
  if (!absent && !type_->decode(value, context, target)) return false;
  const std::string wrong = problem(target);
  if (wrong.empty()) return true;
  context.error(value.mark, wrong);
  return false;
}

std::optional<Value> FieldBase::encode(const void* owner) const {
  return type_->encode(static_cast<const char*>(owner) + offset_);
}

std::string FieldBase::problem(const void* target) const {
  std::string wrong = bound_problem(target);
  for (auto rule = rules_.begin(); wrong.empty() && rule != rules_.end(); ++rule)
    wrong = (*rule)(target);
  return wrong;
}

std::string FieldBase::bound_problem(const void* target) const {
  if (bounds_.not_empty && type_->is_empty(target)) return "must not be empty.";
  double storage = 0;
  const double* const number = type_->number(target, storage);
  if (number == nullptr) return "";
  if (bounds_.least && *number < *bounds_.least)
    return "must be at least " + limit_text(*bounds_.least) + ".";
  if (bounds_.most && *number > *bounds_.most)
    return "must be at most " + limit_text(*bounds_.most) + ".";
  return "";
}

FieldBase& RecordBase::add(const std::string& name, std::size_t offset, const FieldType& type) {
  fields_.push_back(
      std::make_unique<FieldBase>(name, json_field_name(name, naming_), offset, type));
  FieldBase& field = *fields_.back();
  index_.emplace(field.name(), fields_.size() - 1);
  index_.emplace(field.json_name(), fields_.size() - 1);
  return field;
}

std::function<std::string(const void*)> pattern_rule(const std::string& pattern,
                                                     const std::string& advice,
                                                     const FieldType& type) {
  return [compiled = std::regex(pattern), advice, &type](const void* value) {
    const std::string* const text = type.text(value);
    return text == nullptr || std::regex_search(*text, compiled) ? "" : advice;
  };
}

const FieldBase* RecordBase::find(std::string_view spelled) const {
  const auto found = index_.find(spelled);
  return found == index_.end() ? nullptr : fields_[found->second].get();
}

void RecordBase::skip(std::initializer_list<std::string_view> names, const std::string& reason) {
  for (const std::string_view name : names) {
    Field<Value>(add(std::string(name), 0, kSkipped)).ignored(reason);
  }
}

bool RecordBase::decode_record(void* owner, const Value& value, DecodeContext& context) const {
  if (origin_offset_) {
    *reinterpret_cast<Origin*>(static_cast<char*>(owner) + *origin_offset_) =
        context.origin(value.mark);
  }
  if (!decode_fields(owner, value, context)) return false;
  bool good = true;
  for (const auto& rule : rules_) good = rule(owner, context, value.mark) && good;
  return good;
}

bool RecordBase::decode_fields(void* owner, const Value& value, DecodeContext& context) const {
  if (!expect_object(value, context)) return false;
  static const Value kEmpty{Value::Object{}};
  const Value& object = value.is_null() ? kEmpty : value;
  bool good = true;
  std::vector<bool> seen(fields_.size());
  decode_members(owner, object, context, seen, good);
  good = check_required(value, context, seen) && good;
  for (std::size_t i = 0; naming_ == Naming::proto && i < fields_.size(); ++i) {
    if (seen[i] || fields_[i]->is_required()) continue;
    // The rules hold for the default value of an absent field, too.
    Value absent;
    absent.mark = value.mark;
    context.set_naming(naming_);
    DecodeContext::Step step(context, fields_[i]->json_name());
    good = fields_[i]->decode(owner, absent, context) && good;
  }
  return check_oneofs(value, context, seen) && good;
}

void RecordBase::decode_members(void* owner, const Value& object, DecodeContext& context,
                                std::vector<bool>& seen, bool& good) const {
  const bool typed = context.is_typed(object);
  for (const Member& member : object.object()) {
    const auto found = index_.find(member.key);
    if (found == index_.end()) {
      if (typed && member.key == "@type") continue;
      context.error(member.key_mark, "unknown field \"" + member.key + "\" in " + name_ + "." +
                                         did_you_mean(member.key, spellings(*this)));
      good = false;
      continue;
    }
    const FieldBase& field = *fields_[found->second];
    context.set_naming(naming_);
    DecodeContext::Step step(context, member.key);
    if (seen[found->second]) {
      context.error(member.key_mark,
                    "this field is given twice, in both spellings. Remove one of them.");
      good = false;
    } else if (!member.value.is_null() ||
               (naming_ == Naming::exact && field.type().kind == TypeInfo::Kind::any)) {
      seen[found->second] = true;
      good = field.decode(owner, member.value, context) && good;
    }
  }
}

bool RecordBase::check_required(const Value& value, DecodeContext& context,
                                const std::vector<bool>& seen) const {
  bool good = true;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!fields_[i]->is_required() || seen[i]) continue;
    context.error(value.mark, "the field \"" + fields_[i]->json_name() + "\" is required in " +
                                  name_ + ". Add it.");
    good = false;
  }
  return good;
}

bool RecordBase::check_oneofs(const Value& value, DecodeContext& context,
                              const std::vector<bool>& seen) const {
  bool good = true;
  for (const OneOf& group : oneofs_) {
    std::vector<std::string> set;
    for (const std::string& name : group.fields) {
      const std::size_t index = index_.at(name);
      if (seen[index]) set.push_back(fields_[index]->json_name());
    }
    if (set.size() > 1) {
      context.error(value.mark,
                    "only one of " + join(set, ", ") + " may be set. Remove the others.");
      good = false;
    } else if (set.empty() && group.required) {
      context.error(value.mark, "one of " + join(group.fields, ", ") + " is required in " + name_ +
                                    ". Add it.");
      good = false;
    }
  }
  return good;
}

Value RecordBase::encode_fields(const void* owner) const {
  Value::Object members;
  for (const auto& field : fields_) {
    if (auto value = field->encode(owner))
      members.push_back(Member{field->json_name(), std::move(*value), {}});
  }
  return Value(std::move(members));
}

bool expect_list(const Value& value, DecodeContext& context) {
  if (value.is_null()) return true;
  if (!value.is_array()) return wrong_kind(value, context, "a list");
  for (const Value& element : value.array()) {
    if (element.is_null() && context.naming() == Naming::proto)
      return wrong_kind(element, context, "an element of the list");
  }
  return true;
}

bool expect_object(const Value& value, DecodeContext& context) {
  return value.is_object() || value.is_null() || wrong_kind(value, context, "an object");
}

bool Codec<bool>::decode(const Value& value, DecodeContext& context, bool& target) {
  if (value.is_string() && context.naming() == Naming::proto &&
      (value.string() == "true" || value.string() == "false")) {
    target = value.string() == "true";
    return true;
  }
  if (!value.is_bool()) return wrong_kind(value, context, "true or false");
  target = value.boolean();
  return true;
}

std::optional<Value> Codec<bool>::encode(bool source) {
  if (!source) return {};
  return Value(true);
}

bool Codec<std::string>::decode(const Value& value, DecodeContext& context, std::string& target) {
  if (!value.is_string()) return wrong_kind(value, context, "a string (quote it)");
  target = value.string();
  return true;
}

std::optional<Value> Codec<std::string>::encode(const std::string& source) {
  if (source.empty()) return {};
  return Value(source);
}

bool Codec<double>::decode(const Value& value, DecodeContext& context, double& target) {
  if (value.is_string() && context.naming() == Naming::proto) {
    const std::string& text = value.string();
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), target);
    if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && !text.empty() &&
        std::isfinite(target))
      return true;
  }
  if (!value.is_number()) return wrong_kind(value, context, "a number");
  target = value.number();
  return true;
}

std::optional<Value> Codec<double>::encode(double source) {
  if (source == 0) return {};
  return Value(source);
}

bool Codec<std::chrono::nanoseconds>::decode(const Value& value, DecodeContext& context,
                                             std::chrono::nanoseconds& target) {
  if (value.is_string() && parse_duration(value.string(), target)) {
    if (target.count() >= 0 || context.naming() != Naming::proto) return true;
    context.error(value.mark, "a duration must not be negative.");
    return false;
  }
  context.error(value.mark, "expected a duration in seconds like \"1.5s\".");
  return false;
}

std::optional<Value> Codec<std::chrono::nanoseconds>::encode(std::chrono::nanoseconds source) {
  const std::int64_t total = std::llabs(source.count());
  std::string text = (source.count() < 0 ? "-" : "") + std::to_string(total / 1'000'000'000);
  std::int64_t fraction = total % 1'000'000'000;
  if (fraction != 0) {
    // proto3 JSON writes 3, 6 or 9 digits of fraction.
    std::size_t width = 9;
    while (width > 3 && fraction % 1000 == 0) {
      fraction /= 1000;
      width -= 3;
    }
    const std::string digits = std::to_string(fraction);
    text += "." + std::string(width - digits.size(), '0') + digits;
  }
  return Value(text + "s");
}

bool decode_integer(const Value& value, DecodeContext& context, std::int64_t least,
                    std::uint64_t most, std::uint64_t& target) {
  const auto out_of_range = [&] {
    context.error(value.mark, "must be between " + std::to_string(least) + " and " +
                                  std::to_string(most) + ".");
    return false;
  };
  if (value.is_integer()) {
    const std::int64_t number = value.integer();
    if (number < least || (number > 0 && static_cast<std::uint64_t>(number) > most))
      return out_of_range();
    target = static_cast<std::uint64_t>(number);
    return true;
  }
  if (value.is_number()) {  // "1.0" and "1e3" are whole numbers in proto3 JSON.
    const double number = value.number();
    if (std::floor(number) != number) return wrong_kind(value, context, "a whole number");
    if (number < static_cast<double>(least) || number > static_cast<double>(most))
      return out_of_range();
    target = number < 0 ? static_cast<std::uint64_t>(static_cast<std::int64_t>(number))
                        : static_cast<std::uint64_t>(number);
    return true;
  }
  if (!value.is_string() || value.string().empty())
    return wrong_kind(value, context, "a whole number");
  const std::string& text = value.string();
  const char* const end = text.data() + text.size();
  std::int64_t negative = 0;
  const auto parsed = text.front() == '-' ? std::from_chars(text.data(), end, negative)
                                          : std::from_chars(text.data(), end, target);
  if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument)
    return wrong_kind(value, context, "a whole number");
  if (text.front() == '-') target = static_cast<std::uint64_t>(negative);
  const bool too_small = text.front() == '-' && negative < least;
  const bool too_large = text.front() != '-' && target > most;
  return parsed.ec == std::errc{} && !too_small && !too_large ? true : out_of_range();
}

bool refuse_enum(const Value& value, DecodeContext& context,
                 const std::vector<std::string>& names) {
  if (!value.is_string()) return wrong_kind(value, context, "one of " + join(names, ", "));
  context.error(value.mark, "\"" + value.string() + "\" is not one of " + join(names, ", ") + "." +
                                did_you_mean(value.string(), names));
  return false;
}

std::string limit_text(double limit) {
  return write_json(Value(limit));
}

}  // namespace lab
