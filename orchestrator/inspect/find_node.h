#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace lab::orchestrator {

/// A running lab's nodes, by id.
struct LabNodes {
  std::string lab;
  std::vector<std::string> nodes;
};

struct NodeAddress {
  std::string lab;
  std::string node;  ///< Id.
};

/// The node that "[LAB/]NAME[.NAMESPACE]" means; a suffix of the name that only one node has is
/// enough.
///
/// Fails with Errc::usage when there is none (nearest names told) or when several are meant (all
/// told).
Result<NodeAddress> find_node(const std::vector<LabNodes>& labs, const std::string& text);

}  // namespace lab::orchestrator
