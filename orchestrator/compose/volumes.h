#pragma once

#include "mesh/crd/objects.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/run/lab_facts.h"

namespace lab::orchestrator {

/// What the volumes of a Pod put into its node.
struct MountedVolumes {
  std::vector<Directory> directories;
  std::vector<File> files;
  std::vector<SecretFile> secret_files;  ///< Which of these files show a Secret, `node` filled in.
};

/// Contents of Secrets: "NAMESPACE/NAME" -> key -> content.
using SecretContents = std::map<std::string, std::map<std::string, std::string>>;

/// The Secrets of a scenario: its `secrets` section (files of the pki) and Secret objects (data and
/// stringData).
Result<SecretContents> secret_contents(const Scenario& scenario, const crd::Objects& objects,
                                       const std::map<std::string, std::string>& pki_files);

/// Every Secret and ConfigMap volume of all containers, at its mountPath. What is missing and not
/// optional goes to `out`; an optional one leaves its folder empty, as Kubernetes does.
MountedVolumes mount_volumes(const crd::PodSpec& pod, const std::string& name_space,
                             const std::string& node, const crd::Objects& objects,
                             const SecretContents& secrets, Diagnostics& out);

}  // namespace lab::orchestrator
