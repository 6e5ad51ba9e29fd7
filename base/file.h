#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace lab {

/// The content of a file; Errc::not_found when there is none, Errc::system when it can't be read.
Result<std::string> read_file(const std::string& path);

/// Writes a file as a whole: a reader sees the old content or the new, never a part (temporary
/// file, rename).
Result<> write_file(const std::string& path, std::string_view content, mode_t mode = 0644);

}  // namespace lab
