#include "orchestrator/cli/object_files.h"

#include <algorithm>
#include <filesystem>

namespace lab::orchestrator {

namespace fs = std::filesystem;

Result<std::vector<std::string>> object_files_of(const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names) {
    std::error_code ignored;
    if (name != "-" && !fs::exists(name, ignored))
      return fail(Errc::usage, "there is no file \"" + name + "\".");
    if (!fs::is_directory(name, ignored)) {
      files.push_back(name);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(name, ignored)) {
      const std::string extension = entry.path().extension().string();
      const bool is_objects = extension == ".yaml" || extension == ".yml" || extension == ".json";
      if (is_objects && entry.path().filename() != "scenario.yaml")
        found.push_back(entry.path().string());
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace lab::orchestrator
