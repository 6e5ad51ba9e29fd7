#include "proxy/match/header_match.h"
#include "proxy/http/target.h"
#include "proxy/match/route_match.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/requests.h"

namespace lab::fuzz {

using namespace proxy;

/// The input is "KIND pattern \n value": every kind of matcher, upright and inverted, looks at the
/// value as a header, as a path and as a query.
LAB_FUZZ_TARGET(header_match) {
  const std::string_view text = input;
  const auto end = std::min(text.find('\n'), text.size());
  const std::string pattern(
      text.substr(std::min<std::size_t>(1, end), end - std::min<std::size_t>(1, end)));
  const std::string value(end < text.size() ? text.substr(end + 1) : "");
  config::StringMatcher matcher;
  switch (text.empty() ? 0 : text[0] % 5) {
    case 0:
      matcher.exact = pattern;
      break;
    case 1:
      matcher.prefix = pattern;
      break;
    case 2:
      matcher.suffix = pattern;
      break;
    case 3:
      matcher.contains = pattern;
      break;
    default:
      matcher.safe_regex = config::RegexMatcher{{}, pattern};
  }
  config::HeaderMatcher header;
  header.name = "x-a";
  header.string_match = matcher;
  RequestHead head = request("/" + value);
  head.headers.add("x-a", value);
  head.headers.add("x-a", pattern);
  const auto upright = HeaderMatch::compile(header);
  header.invert_match = true;
  const auto inverted = HeaderMatch::compile(header);
  LAB_ASSERT(upright.has_value() == inverted.has_value());
  if (upright) LAB_ASSERT(upright->matches(head) != inverted->matches(head));
  query_parameter(head.path, pattern);
  config::RouteMatch route;
  route.path_separated_prefix = "/" + pattern;
  const auto match = RouteMatch::compile(route, true);
  const TestStream stream(head);
  if (match) match->matches(head, stream.info, 0);
}

}  // namespace lab::fuzz
