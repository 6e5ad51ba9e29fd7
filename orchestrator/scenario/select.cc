#include "orchestrator/scenario/select.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"

namespace lab::orchestrator {
namespace {

namespace fs = std::filesystem;

std::string text_of(const Value& root, const char* key) {
  const Value* value = root.find(key);
  return value != nullptr && value->is_string() ? value->string() : "";
}

ScenarioFolder read_folder(const fs::path& path) {
  ScenarioFolder folder;
  folder.name = path.filename().string();
  folder.path = path.string();
  folder.id = folder.name;
  const auto text = read_file((path / "scenario.yaml").string());
  if (!text) return folder;
  const auto documents = parse_yaml(*text, "scenario.yaml");
  if (!documents || documents->empty()) return folder;
  const Value& root = documents->front().root;
  if (const std::string id = text_of(root, "id"); !id.empty()) folder.id = id;
  folder.title = text_of(root, "title");
  const Value* tags = root.find("tags");
  if (tags == nullptr || !tags->is_array()) return folder;
  for (const Value& tag : tags->array()) {
    if (tag.is_string()) folder.tags.push_back(tag.string());
  }
  return folder;
}

/// "15" of "15-destinationrule-mtls-egress", or -1.
int number_of(const ScenarioFolder& folder) {
  std::size_t digits = 0;
  while (digits < folder.name.size() &&
         std::isdigit(static_cast<unsigned char>(folder.name[digits])))
    ++digits;
  return digits == 0 || digits > 4 ? -1 : std::atoi(folder.name.c_str());
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.size() <= 4 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool has_tag(const ScenarioFolder& folder, const std::string& tag) {
  return std::find(folder.tags.begin(), folder.tags.end(), tag) != folder.tags.end();
}

bool is_named(const ScenarioFolder& folder, const std::string& name) {
  if (folder.id == name || folder.name == name) return true;
  return all_digits(name) && number_of(folder) == std::atoi(name.c_str());
}

bool is_scenario_path(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(fs::path(path) / "scenario.yaml", ignored);
}

using Folders = std::vector<ScenarioFolder>;

template <class Predicate>
std::vector<Selection> matching(const Folders& folders, Predicate predicate) {
  std::vector<Selection> result;
  for (const ScenarioFolder& folder : folders) {
    if (predicate(folder)) result.push_back({folder.path, ""});
  }
  return result;
}

/// A range, glob or tag; nothing when `selector` is none of these.
std::optional<std::vector<Selection>> match_pattern(const Folders& folders,
                                                    const std::string& selector) {
  const std::size_t dots = selector.find("..");
  if (dots != std::string::npos && all_digits(selector.substr(0, dots)) &&
      all_digits(selector.substr(dots + 2))) {
    const int first = std::atoi(selector.c_str());
    const int last = std::atoi(selector.c_str() + dots + 2);
    return matching(folders, [&](const ScenarioFolder& folder) {
      return number_of(folder) >= first && number_of(folder) <= last;
    });
  }
  if (selector.rfind("tag:", 0) == 0) {
    return matching(
        folders, [&](const ScenarioFolder& folder) { return has_tag(folder, selector.substr(4)); });
  }
  if (selector.find_first_of("*?[") == std::string::npos) return {};
  return matching(folders, [&](const ScenarioFolder& folder) {
    return ::fnmatch(selector.c_str(), folder.id.c_str(), 0) == 0 ||
           ::fnmatch(selector.c_str(), folder.name.c_str(), 0) == 0;
  });
}

tl::unexpected<Error> no_such(const Folders& folders, const std::string& selector) {
  std::vector<std::string> names;
  for (const ScenarioFolder& folder : folders) {
    names.push_back(folder.id);
    names.push_back(folder.name);
  }
  const bool is_path = selector.find('/') != std::string::npos;
  std::string message = is_path ? "there is no scenario.yaml in \"" + selector + "\"."
                                : "there is no scenario \"" + selector + "\".";
  message += did_you_mean(selector, names);
  return fail(Errc::usage, message + " `lab list` shows all.");
}

Result<std::vector<Selection>> select_one(const Folders& folders, const std::string& selector) {
  if (is_scenario_path(selector)) return std::vector<Selection>{{selector, ""}};
  if (auto found = match_pattern(folders, selector)) {
    if (found->empty()) return fail(Errc::not_found, "no scenario matches \"" + selector + "\".");
    return *found;
  }
  auto named = matching(folders, [&](const ScenarioFolder& f) { return is_named(f, selector); });
  if (!named.empty()) return named;
  if (const std::size_t last = selector.rfind('/'); last != std::string::npos && last != 0) {
    const std::string folder = selector.substr(0, last);
    if (is_scenario_path(folder))
      return std::vector<Selection>{{folder, selector.substr(last + 1)}};
  }
  const std::size_t slash = selector.find('/');
  if (slash == std::string::npos || slash == 0) return no_such(folders, selector);
  const std::string head = selector.substr(0, slash);
  named = matching(folders, [&](const ScenarioFolder& f) { return is_named(f, head); });
  if (named.empty()) return no_such(folders, selector);
  for (Selection& selection : named) selection.step = selector.substr(slash + 1);
  return named;
}

}  // namespace

std::vector<ScenarioFolder> list_scenarios(const std::string& root) {
  std::vector<ScenarioFolder> folders;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored)) {
    if (is_scenario_path(entry.path().string())) folders.push_back(read_folder(entry.path()));
  }
  std::sort(folders.begin(), folders.end(),
            [](const ScenarioFolder& a, const ScenarioFolder& b) { return a.name < b.name; });
  return folders;
}

Result<std::vector<Selection>> select_scenarios(const std::vector<ScenarioFolder>& folders,
                                                const std::vector<std::string>& selectors) {
  if (selectors.empty()) return matching(folders, [](const ScenarioFolder&) { return true; });
  std::vector<Selection> result;
  for (const std::string& selector : selectors) {
    for (Selection& selection : TRY(select_one(folders, selector))) {
      const auto same = [&](const Selection& other) {
        return other.path == selection.path && other.step == selection.step;
      };
      if (std::none_of(result.begin(), result.end(), same)) result.push_back(std::move(selection));
    }
  }
  return result;
}

}  // namespace lab::orchestrator
