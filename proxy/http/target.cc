#include "proxy/http/target.h"

#include <algorithm>

namespace lab::proxy {

std::string_view path_only(std::string_view path_and_query) {
  return path_and_query.substr(0, path_and_query.find_first_of("?#"));
}

std::optional<std::string> query_parameter(std::string_view path_and_query, std::string_view name) {
  path_and_query = path_and_query.substr(0, path_and_query.find('#'));
  const auto question = path_and_query.find('?');
  if (question == std::string_view::npos) return {};
  std::string_view rest = path_and_query.substr(question + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return std::string(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
  }
  return {};
}

}  // namespace lab::proxy
