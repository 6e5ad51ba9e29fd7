#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace lab::orchestrator {

/// A folder of our own, made when it is first asked for and removed with its owner; its path is
/// empty when it could not be made. (Made sooner, every command that is killed would leave one.)
class TemporaryFolder {
 public:
  TemporaryFolder() = default;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const {
    if (!path_.empty()) return path_;
    std::string name = (std::filesystem::temp_directory_path() / "lab-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
    return path_;
  }

 private:
  mutable std::filesystem::path path_;
};

}  // namespace lab::orchestrator
