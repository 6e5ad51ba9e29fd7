#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "orchestrator/process/running_lab.h"

namespace lab::orchestrator {

/// Where every proxy's administration interface listens, on 127.0.0.1 of its node.
constexpr std::uint16_t kAdminPort = 15000;

/// Kept connections to the proxies' administration interfaces. All are asked at once: a step asks
/// every proxy before and after its request, and one after the other would take as long as the
/// request itself.
class AdminConnections {
 public:
  explicit AdminConnections(RunningLab& lab) : lab_(lab) {}

  /// What GET of each path answers, by node id. A proxy that can't be asked, or answers anything
  /// but 200, is left out.
  std::map<std::string, std::string> get(const std::map<std::string, std::string>& paths);

 private:
  bool send(const std::string& node, const std::string& path);
  Result<HttpAnswer> receive(const std::string& node);

  RunningLab& lab_;
  std::map<std::string, Fd> sockets_;  ///< By node id.
};

}  // namespace lab::orchestrator
