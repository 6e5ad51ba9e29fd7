#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "mesh/config/core.h"
#include "proxy/observe/stream_info.h"

namespace lab::proxy {

/// Reads one fact; null when it is not there. Numbers are numbers, so that JSON lines show them as
/// such.
using Fact = std::function<Value(const StreamInfo&)>;

/// How %NAME(parameters):LENGTH% may be written.
struct OperatorSyntax {
  enum class Parameters : std::uint8_t { none, optional, required };
  Parameters parameters = Parameters::none;
  bool length = false;
};

/// One operator: its name, its syntax, and what makes a Fact of its parameters.
struct Operator {
  std::string_view name;
  OperatorSyntax syntax;
  /// `parameters` is empty when none were given; fails with a sentence.
  std::function<Result<Fact>(std::string_view parameters)> make;
};

/// All operators, by name; each file operators_*.cc adds the ones of its subject.
/// Source: https://www.envoyproxy.io/docs/envoy/v1.40/configuration/observability/access_log/usage
const Operator* find_operator(std::string_view name);
std::vector<Operator> request_operators();
std::vector<Operator> response_operators();
std::vector<Operator> time_operators();
std::vector<Operator> address_operators();
std::vector<Operator> tls_operators();
std::vector<Operator> other_operators();

/// A compiled text with %OPERATOR%s; "%%" is a percent sign.
class Format {
 public:
  /// Fails with Errc::config for an unknown operator or broken syntax.
  static Result<Format> compile(std::string_view text);

  /// What is missing becomes `missing` ("-" in access logs, "" in headers and where empty values
  /// are omitted).
  std::string text(const StreamInfo& info, std::string_view missing) const;
  /// With its type when the format is one operator alone; else text.
  Value value(const StreamInfo& info, std::string_view missing) const;
  /// True when there is no operator in it.
  bool is_constant() const;

 private:
  struct Part {
    std::string literal;
    Fact fact;  ///< Set: an operator; else `literal`.
    std::optional<std::size_t> length;
  };
  std::vector<Part> parts_;
};

/// A value as text: strings as they are, numbers in decimal, lists and objects as JSON.
std::string text_of(const Value& value);

/// A JSON object in which each string is a Format.
class JsonFormat {
 public:
  static Result<JsonFormat> compile(const Value& source);
  /// One line without its end. `omit_empty` leaves members out whose value is missing.
  Value value(const StreamInfo& info, bool omit_empty) const;

 private:
  std::string key_;
  std::optional<Format> format_;
  std::optional<Value> constant_;
  bool is_array_ = false;
  std::vector<JsonFormat> children_;
};

/// A compiled SubstitutionFormatString: text_format, text_format_source or json_format.
class SubstitutionFormat {
 public:
  /// Reads text_format_source's file now. Fails with Errc::config or not_found.
  static Result<SubstitutionFormat> compile(const config::SubstitutionFormatString& source);
  static Result<SubstitutionFormat> from_text(std::string_view text);
  static Result<SubstitutionFormat> from_json(const Value& source);
  /// Envoy's access log line when nothing is configured; ends with a newline.
  static SubstitutionFormat default_access_log();

  /// A JSON line ends with a newline; a text ends as it says.
  std::string text(const StreamInfo& info) const;
  /// "application/json" for JSON, else what is configured or "text/plain".
  std::string content_type() const;

 private:
  std::optional<Format> text_;
  std::optional<JsonFormat> json_;
  bool omit_empty_ = false;
  std::string content_type_;
};

/// The bytes of a DataSource: inline, or read now from its file or environment variable.
Result<std::string> read_data_source(const config::DataSource& source);

}  // namespace lab::proxy
