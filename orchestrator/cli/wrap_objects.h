#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace lab::orchestrator {

/// What `lab run FOLDER --from NODE --get URL` asks for.
struct ObjectsRequest {
  std::string folder;  ///< Objects only, no scenario.yaml.
  std::string from;    ///< A workload of theirs; else one that is made: "outside" is no member.
  std::string url;
};

/// Writes a scenario around the folder's objects into `target`: their workloads, who sends, a
/// gateway where a Gateway selects none of them, and DNS for the names that only the mesh knows.
/// Any answer will do.
///
/// Fails with Errc::usage when the folder or its objects are missing, with Errc::config when they
/// are wrong.
Result<> wrap_objects(const ObjectsRequest& request, const std::filesystem::path& target);

}  // namespace lab::orchestrator
