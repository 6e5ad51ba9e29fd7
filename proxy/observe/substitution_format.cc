#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/json.h"
#include "proxy/observe/format.h"

namespace lab::proxy {
namespace {

constexpr std::string_view kDefaultAccessLog =
    "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
    "%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
    "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "
    "\"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" "
    "\"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n";

}  // namespace

Result<std::string> read_data_source(const config::DataSource& source) {
  if (source.inline_string) return *source.inline_string;
  if (source.inline_bytes) return source.inline_bytes->data;
  if (source.environment_variable) {
    const char* value = std::getenv(source.environment_variable->c_str());
    if (value != nullptr) return std::string(value);
    return fail(Errc::config,
                "Environment variable doesn't exist: " + *source.environment_variable + ".");
  }
  if (source.filename) return read_file(*source.filename);
  return fail(Errc::config, "Unexpected DataSource::specifier_case(): nothing is given.");
}

Result<JsonFormat> JsonFormat::compile(const Value& source) {
  JsonFormat format;
  if (source.is_string()) {
    format.format_ = TRY(Format::compile(source.string()));
  } else if (source.is_array()) {
    format.is_array_ = true;
    for (const Value& element : source.array()) {
      format.children_.push_back(TRY(JsonFormat::compile(element)));
    }
  } else if (source.is_object()) {
    for (const Member& member : source.object()) {
      format.children_.push_back(TRY(JsonFormat::compile(member.value)));
      format.children_.back().key_ = member.key;
    }
    // As Envoy, whose Struct has no order of its own.
    std::stable_sort(
        format.children_.begin(), format.children_.end(),
        [](const JsonFormat& left, const JsonFormat& right) { return left.key_ < right.key_; });
  } else {
    format.constant_ = source;
  }
  return format;
}

Value JsonFormat::value(const StreamInfo& info, bool omit_empty) const {
  if (constant_) return *constant_;
  if (format_) return format_->value(info, omit_empty ? "" : "-");
  if (is_array_) {
    Value::Array elements;
    for (const JsonFormat& child : children_) {
      Value value = child.value(info, omit_empty);
      if (omit_empty && value.is_null()) continue;
      elements.push_back(std::move(value));
    }
    return Value(std::move(elements));
  }
  Value::Object members;
  for (const JsonFormat& child : children_) {
    Value value = child.value(info, omit_empty);
    if (omit_empty && value.is_null()) continue;
    members.push_back(Member{child.key_, std::move(value), {}});
  }
  return Value(std::move(members));
}

Result<SubstitutionFormat> SubstitutionFormat::compile(
    const config::SubstitutionFormatString& source) {
  SubstitutionFormat format;
  if (source.text_format) {
    format.text_ = TRY(Format::compile(*source.text_format));
  } else if (source.text_format_source) {
    format.text_ = TRY(Format::compile(TRY(read_data_source(*source.text_format_source))));
  } else {
    format.json_ = TRY(JsonFormat::compile(source.json_format));
  }
  format.omit_empty_ = source.omit_empty_values;
  format.content_type_ = source.content_type;
  return format;
}

Result<SubstitutionFormat> SubstitutionFormat::from_text(std::string_view text) {
  SubstitutionFormat format;
  format.text_ = TRY(Format::compile(text));
  return format;
}

Result<SubstitutionFormat> SubstitutionFormat::from_json(const Value& source) {
  SubstitutionFormat format;
  format.json_ = TRY(JsonFormat::compile(source));
  return format;
}

SubstitutionFormat SubstitutionFormat::default_access_log() {
  auto format = from_text(kDefaultAccessLog);
  LAB_ASSERT(format.has_value());
  return *std::move(format);
}

std::string SubstitutionFormat::text(const StreamInfo& info) const {
  if (text_) return text_->text(info, omit_empty_ ? "" : "-");
  return write_json(json_->value(info, omit_empty_)) + "\n";
}

std::string SubstitutionFormat::content_type() const {
  if (!content_type_.empty()) return content_type_;
  return json_ ? "application/json" : "text/plain";
}

}  // namespace lab::proxy
