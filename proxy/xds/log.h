#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lab::proxy {

/// The process's own log, in Envoy's form: "[2026-01-31 12:00:00.000][PID][warning][config] text".
/// Access logs are another thing (proxy/observe/access_log.h).
Result<> open_log(const std::string& path, const std::string& level);
/// After the file was renamed away.
void reopen_log();

void log_info(std::string_view component, std::string_view text);
void log_warning(std::string_view component, std::string_view text);
void log_critical(std::string_view component, std::string_view text);

/// The least level that is written: "info" ...
std::string log_level();
void set_log_level(const std::string& level);

}  // namespace lab::proxy
