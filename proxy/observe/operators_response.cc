#include <algorithm>
#include <charconv>

#include "proxy/observe/grpc_status.h"
#include "proxy/observe/operators.h"

namespace lab::proxy {
namespace {

/// Spaces would break the columns of a log line.
Result<Fact> make_details(std::string_view parameters) {
  const bool keep_spaces = parameters == "ALLOW_WHITESPACES";
  return [keep_spaces](const StreamInfo& info) -> Value {
    std::string text = info.response_code_details;
    if (!keep_spaces) std::replace(text.begin(), text.end(), ' ', '_');
    return text_or_null(text);
  };
}

std::optional<std::uint32_t> grpc_status_of(const StreamInfo& info) {
  std::optional<std::string> text;
  if (info.response_trailers != nullptr) {
    if (const auto value = info.response_trailers->get("grpc-status")) text = std::string(*value);
  }
  if (!text && info.response != nullptr) text = info.response->field("grpc-status");
  if (!text) return {};
  std::uint32_t status = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), status);
  if (error != std::errc() || end != text->data() + text->size()) return kInvalidGrpcStatus;
  return status;
}

Result<Fact> make_grpc_status(std::string_view style) {
  if (style == "NUMBER") {
    return [](const StreamInfo& info) -> Value {
      const auto status = grpc_status_of(info);
      return status ? number(*status) : Value();
    };
  }
  if (!style.empty() && style != "CAMEL_STRING" && style != "SNAKE_STRING") {
    return fail(Errc::config,
                "GrpcStatusFormatter only supports CAMEL_STRING, SNAKE_STRING or NUMBER. Got: " +
                    std::string(style) + ".");
  }
  const bool snake = style == "SNAKE_STRING";
  return [snake](const StreamInfo& info) -> Value {
    const auto status = grpc_status_of(info);
    return status ? Value(grpc_status_name(*status, snake)) : Value();
  };
}

Fact count(std::uint64_t ByteCounts::*member) {
  return [member](const StreamInfo& info) { return number(info.bytes.*member); };
}

}  // namespace

std::vector<Operator> response_operators() {
  return {
      plain("RESPONSE_CODE", [](const StreamInfo& info) { return number(info.response_code); }),
      {"RESPONSE_CODE_DETAILS", kOptional, make_details},
      plain("RESPONSE_FLAGS",
            [](const StreamInfo& info) {
              return Value(info.flags.any() ? info.flags.short_text() : "-");
            }),
      plain("RESPONSE_FLAGS_LONG",
            [](const StreamInfo& info) {
              return Value(info.flags.any() ? info.flags.long_text() : "-");
            }),
      plain("CONNECTION_TERMINATION_DETAILS",
            [](const StreamInfo& info) {
              return text_or_null(info.connection->termination_details);
            }),
      plain("LOCAL_REPLY_BODY",
            [](const StreamInfo& info) { return Value(std::string(info.local_reply_body)); }),
      {"GRPC_STATUS", kOptional, make_grpc_status},
      plain("GRPC_STATUS_NUMBER",
            [](const StreamInfo& info) -> Value {
              const auto status = grpc_status_of(info);
              return status ? number(*status) : Value();
            }),
      plain("RESPONSE_HEADERS_BYTES",
            [](const StreamInfo& info) {
              return number(info.response == nullptr ? 0 : info.response->headers.byte_size());
            }),
      plain("RESPONSE_TRAILERS_BYTES",
            [](const StreamInfo& info) {
              const HeaderMap* trailers = info.response_trailers;
              return number(trailers == nullptr ? 0 : trailers->byte_size());
            }),
      plain("BYTES_SENT", count(&ByteCounts::body_sent)),
      plain("BYTES_RETRANSMITTED", count(&ByteCounts::retransmitted)),
      plain("PACKETS_RETRANSMITTED", [](const StreamInfo&) { return number(0); }),
      plain("DOWNSTREAM_WIRE_BYTES_SENT", count(&ByteCounts::wire_sent)),
      plain("DOWNSTREAM_WIRE_BYTES_RECEIVED", count(&ByteCounts::wire_received)),
      plain("DOWNSTREAM_HEADER_BYTES_SENT", count(&ByteCounts::header_sent)),
      plain("DOWNSTREAM_HEADER_BYTES_RECEIVED", count(&ByteCounts::header_received)),
      plain("DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT", count(&ByteCounts::header_sent)),
      plain("DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED", count(&ByteCounts::header_received)),
      plain("UPSTREAM_WIRE_BYTES_SENT", count(&ByteCounts::upstream_wire_sent)),
      plain("UPSTREAM_WIRE_BYTES_RECEIVED", count(&ByteCounts::upstream_wire_received)),
      plain("UPSTREAM_HEADER_BYTES_SENT", count(&ByteCounts::upstream_header_sent)),
      plain("UPSTREAM_HEADER_BYTES_RECEIVED", count(&ByteCounts::upstream_header_received)),
      plain("UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT", count(&ByteCounts::upstream_header_sent)),
      plain("UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED",
            count(&ByteCounts::upstream_header_received)),
  };
}

}  // namespace lab::proxy
