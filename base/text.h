#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lab {

/// The parts between separators; an empty text has one empty part.
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);  ///< Without spaces, tabs and line ends around it.
std::string to_lower(std::string_view text);   ///< ASCII only.
bool equal_ignore_case(std::string_view a, std::string_view b);  ///< ASCII only.
std::string replace_all(std::string text, std::string_view from, std::string_view to);
/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(std::string_view bytes);

/// The candidates nearest to `name` by edit distance, nearest first; only those a person may have
/// meant.
std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);
/// " Did you mean \"x\" or \"y\"?", or "" when nothing is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

/// "camelCase" of "snake_case", as protobuf's JSON mapping makes it.
std::string camel_case(std::string_view snake);

}  // namespace lab
