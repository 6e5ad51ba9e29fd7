#include "base/text.h"
#include "proxy/http/target.h"
#include "proxy/observe/operators.h"

namespace lab::proxy {
namespace {

/// "NAME" or "NAME?ALTERNATIVE", in lower case.
struct HeaderNames {
  std::string main, alternative;
};

Result<HeaderNames> header_names(std::string_view operator_name, std::string_view parameters) {
  if (parameters.empty()) {
    return fail(Errc::config, std::string(operator_name) + " requires parameters.");
  }
  const std::vector<std::string> names = split(to_lower(parameters), '?');
  if (names.size() > 2) {
    return fail(Errc::config, "More than 1 alternative header specified in token: " +
                                  std::string(parameters) + ".");
  }
  return HeaderNames{names[0], names.size() == 2 ? names[1] : ""};
}

/// An operator that reads a header; `read(info, name)` gives its value or nothing.
template <class Read>
Operator header_operator(std::string_view name, Read read) {
  return {name, kRequiredWithLength, [name, read](std::string_view parameters) -> Result<Fact> {
            const HeaderNames names = TRY(header_names(name, parameters));
            return [names, read](const StreamInfo& info) -> Value {
              if (const auto value = read(info, names.main)) return Value(std::string(*value));
              if (names.alternative.empty()) return {};
              const auto value = read(info, names.alternative);
              return value ? Value(std::string(*value)) : Value();
            };
          }};
}

std::optional<std::string> request_header(const StreamInfo& info, const std::string& name) {
  if (info.request == nullptr) return {};
  const auto value = info.request->field(name);
  if (!value || (value->empty() && name.starts_with(':'))) return {};
  return std::string(*value);
}

std::optional<std::string> response_header(const StreamInfo& info, const std::string& name) {
  if (info.response == nullptr) return {};
  return info.response->field(name);
}

std::optional<std::string> trailer(const StreamInfo& info, const std::string& name) {
  if (info.response_trailers == nullptr) return {};
  const auto value = info.response_trailers->get(name);
  if (!value) return {};
  return std::string(*value);
}

/// Which of the two paths a parameter names: that of the request as it is, or before rewriting.
std::string chosen_path(const StreamInfo& info, std::string_view which) {
  if (info.request == nullptr) return "";
  const auto original = info.request->headers.get("x-envoy-original-path");
  if (which == "PATH" || (!original && which != "ORIG")) return info.request->path;
  return std::string(original.value_or(""));
}

Result<> check_path_choice(std::string_view which) {
  if (which.empty() || which == "ORIG" || which == "PATH" || which == "ORIG_OR_PATH") return {};
  return fail(Errc::config, "Invalid PATH option: '" + std::string(which) +
                                "', only 'ORIG'/'PATH'/'ORIG_OR_PATH' are allowed.");
}

Result<Fact> make_path(std::string_view parameters) {
  const auto [query, which] = split_once(parameters, ':');
  if (!query.empty() && query != "WQ" && query != "NQ") {
    return fail(Errc::config,
                "Invalid PATH option: '" + std::string(query) + "', only 'WQ'/'NQ' are allowed.");
  }
  TRY(check_path_choice(which));
  const bool without_query = query == "NQ";
  return [without_query, which = std::string(which)](const StreamInfo& info) -> Value {
    const std::string path = chosen_path(info, which);
    return text_or_null(without_query ? path_only(path) : std::string_view(path));
  };
}

Result<Fact> make_query_parameters(std::string_view) {
  return [](const StreamInfo& info) -> Value {
    if (info.request == nullptr) return {};
    const auto question = info.request->path.find('?');
    if (question == std::string::npos) return {};
    return text_or_null(std::string_view(info.request->path).substr(question + 1));
  };
}

Result<Fact> make_query_parameter(std::string_view name) {
  if (name.empty()) return fail(Errc::config, "QUERY_PARAM needs a parameter's name.");
  return [name = std::string(name)](const StreamInfo& info) -> Value {
    if (info.request == nullptr) return {};
    const auto value = query_parameter(info.request->path, name);
    return value ? Value(*value) : Value();
  };
}

}  // namespace

std::vector<Operator> request_operators() {
  const OperatorSyntax with_length{OperatorSyntax::Parameters::optional, false};
  return {
      header_operator("REQ", request_header),
      header_operator("RESP", response_header),
      header_operator("TRAILER", trailer),
      {"PATH", with_length, make_path},
      {"QUERY_PARAM", kRequiredWithLength, make_query_parameter},
      {"QUERY_PARAMS", with_length, make_query_parameters},
      plain("PROTOCOL", [](const StreamInfo& info) { return text_or_null(info.protocol); }),
      plain("UPSTREAM_PROTOCOL",
            [](const StreamInfo& info) { return text_or_null(info.upstream.protocol); }),
      plain("STREAM_ID", [](const StreamInfo& info) { return text_or_null(info.unique_id); }),
      plain("UNIQUE_ID", [](const StreamInfo& info) { return text_or_null(info.unique_id); }),
      plain("REQUEST_HEADERS_BYTES",
            [](const StreamInfo& info) {
              return number(info.request == nullptr ? 0 : info.request->headers.byte_size());
            }),
      plain("BYTES_RECEIVED",
            [](const StreamInfo& info) { return number(info.bytes.body_received); }),
  };
}

}  // namespace lab::proxy
