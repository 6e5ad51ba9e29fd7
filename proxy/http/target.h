#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Parts of a request target (":path").
namespace lab::proxy {

/// The path without query and fragment.
std::string_view path_only(std::string_view path_and_query);

/// The first value of a query parameter, not decoded; nothing without one, "" for a name without
/// "=".
std::optional<std::string> query_parameter(std::string_view path_and_query, std::string_view name);

}  // namespace lab::proxy
