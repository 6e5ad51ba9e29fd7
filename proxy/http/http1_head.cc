#include "proxy/http/http1_head.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "proxy/http/forward.h"
#include "proxy/http/http1_chars.h"
#include "proxy/http/http1_target.h"

namespace lab::proxy::http1 {

namespace {

/// The methods that Envoy's parser knows; it refuses others with 400 unless custom methods are
/// allowed.
constexpr std::array<std::string_view, 33> kMethods = {
    "ACL",   "BIND",   "CHECKOUT", "CONNECT", "COPY",       "DELETE",     "GET",
    "HEAD",  "LINK",   "LOCK",     "MERGE",   "MKACTIVITY", "MKCALENDAR", "MKCOL",
    "MOVE",  "NOTIFY", "OPTIONS",  "PATCH",   "POST",       "PROPFIND",   "PROPPATCH",
    "PURGE", "PUT",    "REBIND",   "REPORT",  "SEARCH",     "SOURCE",     "SUBSCRIBE",
    "TRACE", "UNBIND", "UNLINK",   "UNLOCK",  "UNSUBSCRIBE"};

bool is_known_method(std::string_view method) {
  if (method == "GET" || method == "POST") return true;
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

/// "HTTP/" DIGIT "." DIGIT as tens: 10, 11, 20; 0 when it is none.
unsigned read_version(std::string_view text) {
  if (text.size() != 8 || text.substr(0, 5) != "HTTP/" || text[6] != '.') return 0;
  if (!is_digit(text[5]) || !is_digit(text[7])) return 0;
  return static_cast<unsigned>(text[5] - '0') * 10 + static_cast<unsigned>(text[7] - '0');
}

/// RFC 9112 section 2.3 and RFC 9110 section 15.5.22: what is not spoken here is said so.
Checked check_version(unsigned version, const Http1Options& options) {
  if (version == 0) return refuse("http1.codec_error", "the request line has no HTTP version");
  if (version / 10 != 1) {
    return tl::unexpected(BadRequest{505, "low_version", "an HTTP version other than 1",
                                     "HTTP Version Not Supported"});
  }
  if (version == 10 && !options.accept_http_10) {
    return tl::unexpected(
        BadRequest{426, "low_version", "HTTP/1.0 is not accepted here", "Upgrade Required"});
  }
  return {};
}

Checked read_request_line(std::string_view line, const Http1Options& options, RequestHead& head) {
  const std::size_t method_end = line.find(' ');
  const std::size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end <= method_end + 1) {
    return refuse("http1.codec_error", "the request line is not METHOD TARGET VERSION");
  }
  const std::string_view method = line.substr(0, method_end);
  if (!is_known_method(method)) return refuse("http1.codec_error", "an unknown method");
  head.method.assign(method);
  const unsigned version = read_version(line.substr(target_end + 1));
  if (auto good = check_version(version, options); !good) return good;
  // A higher minor version is answered as the highest that is spoken (RFC 9110 section 2.5).
  head.protocol = version == 10 ? Protocol::http10 : Protocol::http11;
  return read_target(line.substr(method_end + 1, target_end - method_end - 1),
                     options.allow_absolute_url, head);
}

/// RFC 9112 section 3.2: one Host, and a valid one; an absolute target overrides it (3.2.2).
Checked read_host(const Http1Options& options, RequestHead& head, const Facts& facts) {
  if (facts.hosts > 1) return refuse("http.invalid_authority", "several Host fields");
  if (facts.hosts == 1 && !facts.host.empty() && !is_valid_authority(facts.host)) {
    return refuse("http.invalid_authority", "Host is no HOST[:PORT]");
  }
  if (!head.authority.empty()) return {};
  if (facts.hosts == 1) {
    head.authority = facts.host;
    return {};
  }
  if (head.protocol == Protocol::http10) {
    head.authority = options.default_host_for_http_10;
    if (!head.authority.empty()) return {};
  }
  return tl::unexpected(BadRequest{400, "missing_host_header", "no Host", ""});
}

/// Envoy refuses a Connection that names a field which routing or trust depends on.
Checked check_nominated(const HeaderMap& headers) {
  for (std::size_t i = headers.find("connection"); i != HeaderMap::kNone;
       i = headers.find("connection", i + 1)) {
    const std::string_view value = headers.at(i).value;
    for (const char* name : {"host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}) {
      if (has_token(value, name)) {
        return refuse("http1.connection_header_rejected", "Connection names " + std::string(name));
      }
    }
  }
  return {};
}

}  // namespace

Checked read_request(const LineBlock& block, std::string_view bytes, const Http1Options& options,
                     RequestHead& head, Facts& facts) {
  if (block.lines() == 0) return refuse("http1.codec_error", "no request line");
  if (auto good = read_request_line(block.line(bytes, 0), options, head); !good) return good;
  if (auto good =
          read_fields(block, bytes, 1, options.max_header_fields, true, head.headers, &facts);
      !good) {
    return good;
  }
  if (auto good = check_nominated(head.headers); !good) return good;
  return read_host(options, head, facts);
}

tl::expected<Framing, BadRequest> request_framing(const RequestHead& head, const Facts& facts) {
  if (facts.has_transfer_encoding) {
    if (facts.content_lengths > 0) {
      return refuse("http1.content_length_and_chunked_not_allowed",
                    "Content-Length and Transfer-Encoding");
    }
    // RFC 9112 section 6.1: an HTTP/1.0 message with Transfer-Encoding has faulty framing.
    if (head.protocol == Protocol::http10) {
      return refuse("http1.invalid_transfer_encoding", "Transfer-Encoding in HTTP/1.0");
    }
    if (facts.transfer_encoding == "chunked") return Framing{Framing::Kind::chunked, 0};
    const bool chunked_last =
        facts.transfer_encoding.size() > 7 &&
        trim(std::string_view(facts.transfer_encoding)
                 .substr(facts.transfer_encoding.rfind(',') + 1)) == "chunked";
    const bool once =
        facts.transfer_encoding.find("chunked") == facts.transfer_encoding.rfind("chunked");
    // Section 6.1: a coding that isn't understood is 501; section 6.3: a length that can't be known
    // is 400.
    if (chunked_last && once) {
      return tl::unexpected(BadRequest{501, "http1.invalid_transfer_encoding",
                                       "an unknown transfer coding", "Not Implemented"});
    }
    return refuse("http1.invalid_transfer_encoding",
                  "chunked is not the last transfer coding, once");
  }
  if (facts.content_lengths == 0) return Framing{};
  // Section 6.3 lets a recipient merge equal values; Envoy refuses them, and so do we.
  if (facts.content_lengths > 1 || !facts.content_length) {
    return refuse("http1.codec_error", "Content-Length is not one number");
  }
  if (*facts.content_length == 0) return Framing{};
  return Framing{Framing::Kind::length, *facts.content_length};
}

Checked read_response(const LineBlock& block, std::string_view bytes, const Http1Options& options,
                      ResponseHead& head, Facts& facts) {
  if (block.lines() == 0) return refuse("http1.codec_error", "no status line");
  const std::string_view line = block.line(bytes, 0);
  const unsigned version = read_version(line.substr(0, 8));
  if (version / 10 != 1)
    return refuse("http1.codec_error", "the status line has no version HTTP/1.x");
  head.protocol = version == 10 ? Protocol::http10 : Protocol::http11;
  // Section 4: three digits; the space after them is demanded of servers, and many leave it out
  // with the reason.
  const bool shaped = line.size() >= 12 && line[8] == ' ' && (line.size() == 12 || line[12] == ' ');
  if (!shaped || !is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11]) ||
      line[9] == '0') {
    return refuse("http1.codec_error", "the status is not three digits from 100 up");
  }
  if (!all_in(kFieldValue, line.substr(12)))
    return refuse("http1.codec_error", "a control character in the reason");
  head.status =
      static_cast<std::uint16_t>((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  return read_fields(block, bytes, 1, options.max_header_fields, false, head.headers, &facts);
}

tl::expected<Framing, BadRequest> response_framing(const ResponseHead& head, const Facts& facts,
                                                   std::string_view request_method) {
  if (facts.content_lengths > 1 || (facts.content_lengths == 1 && !facts.content_length)) {
    return refuse("http1.codec_error", "Content-Length is not one number");
  }
  if (facts.has_transfer_encoding && facts.content_lengths > 0) {
    return refuse("http1.content_length_and_chunked_not_allowed",
                  "Content-Length and Transfer-Encoding");
  }
  // RFC 9112 section 6.3, in its order: 1xx, 204, 304 and answers to HEAD have no body whatever
  // they say.
  if (head.status == 101) return Framing{Framing::Kind::tunnel, 0};
  if (head.status < 200 || head.status == 204 || head.status == 304 || request_method == "HEAD")
    return Framing{};
  if (request_method == "CONNECT" && head.status < 300) return Framing{Framing::Kind::tunnel, 0};
  if (facts.has_transfer_encoding) {
    if (head.protocol == Protocol::http10 || facts.transfer_encoding != "chunked") {
      return refuse("http1.invalid_transfer_encoding", "a transfer coding other than chunked");
    }
    return Framing{Framing::Kind::chunked, 0};
  }
  if (!facts.content_length) return Framing{Framing::Kind::until_close, 0};
  if (*facts.content_length == 0) return Framing{};
  return Framing{Framing::Kind::length, *facts.content_length};
}

bool is_hopeless_request(std::string_view bytes) {
  const std::string_view method = bytes.substr(0, bytes.find_first_of(" \r"));
  return method.size() > limits::kMaxMethodBytes || !all_in(kToken, method);
}

bool is_other_protocol(std::string_view line) {
  return line.find(' ') != std::string_view::npos && line.find("HTTP/") == std::string_view::npos &&
         !is_hopeless_request(line) && !is_known_method(line.substr(0, line.find(' ')));
}

}  // namespace lab::proxy::http1
