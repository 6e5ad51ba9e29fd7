#include <algorithm>

#include "mesh/crd/validation/common.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/networking.h"

namespace lab::crd {
namespace {

std::string regex_match_problem(const StringMatch& match, const std::string& where) {
  if (!match.regex) return "";
  return match.regex->empty() ? "the regex of " + where + " must not be empty."
                              : regex_problem(*match.regex, where);
}

/// An empty prefix is good for a path only: Envoy refuses it elsewhere.
std::string string_match_problem(const StringMatch& match, const std::string& where) {
  if (match.prefix && match.prefix->empty())
    return "the prefix of " + where + " must not be empty.";
  return regex_match_problem(match, where);
}

std::string match_name_problem(const std::string& name) {
  static constexpr std::string_view kPseudo[] = {":method", ":scheme", ":authority", ":path",
                                                 ":status"};
  const bool special = is_claim_header(name) ||
                       std::find(std::begin(kPseudo), std::end(kPseudo), name) != std::end(kPseudo);
  return special ? "" : header_name_problem(name, kTokenMarks);
}

}  // namespace

void check_http_match(Checker& checker, const HttpMatch& match) {
  checker.each_entry("headers", match.headers,
                     [&](const std::string& name, const StringMatch& value) {
                       checker.expect(match_name_problem(name));
                       checker.expect(string_match_problem(value, "headers"));
                     });
  checker.each_entry("withoutHeaders", match.without_headers,
                     [&](const std::string& name, const StringMatch& value) {
                       checker.expect(match_name_problem(name));
                       // "*" is no regex here: it stands for "is there at all".
                       if (value.regex.value_or("") != "*")
                         checker.expect(string_match_problem(value, "withoutHeaders"));
                     });
  checker.each_entry("queryParams", match.query_params,
                     [&](const std::string&, const StringMatch& value) {
                       checker.expect(string_match_problem(value, "queryParams"));
                     });
  if (match.uri) checker.expect("uri", regex_match_problem(*match.uri, "uri"));
  if (match.scheme) checker.expect("scheme", string_match_problem(*match.scheme, "scheme"));
  if (match.method) checker.expect("method", string_match_problem(*match.method, "method"));
  if (match.authority)
    checker.expect("authority", string_match_problem(*match.authority, "authority"));
  if (match.port != 0) checker.expect("port", port_problem(match.port));
  checker.expect("sourceLabels", labels_problem(match.source_labels));
  check_gateway_names(checker, match.gateways);
  if (!match.source_namespace.empty() && !is_dns_label(match.source_namespace)) {
    checker.error("sourceNamespace", "\"" + match.source_namespace + "\" is no namespace.");
  }
}

}  // namespace lab::crd
