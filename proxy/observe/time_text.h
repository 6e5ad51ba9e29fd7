#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace lab::proxy {

/// Formats an instant as %START_TIME(FORMAT)% does: strftime's directives, and
///   %E3S / %E*S / %ES  seconds with 3 / all / no digits of fraction (absl's spelling),
///   %f, %1f ... %9f    that many digits of the fraction of the second (Envoy's spelling; %f is 9),
///   %s                 seconds since 1970, %3s ... with so many digits appended, as Envoy's %3s
///   for milliseconds.
/// An empty format is "%Y-%m-%dT%H:%M:%E3SZ".
std::string utc_text(std::chrono::system_clock::time_point instant, std::string_view format);
/// The same in the machine's time zone.
std::string local_text(std::chrono::system_clock::time_point instant, std::string_view format);

}  // namespace lab::proxy
