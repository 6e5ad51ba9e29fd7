#include "orchestrator/netns/ids.h"

#include <sstream>

#include "base/file.h"

namespace lab::orchestrator {

uid_t existing_or_root(uid_t id) {
  std::istringstream lines(read_file("/proc/self/uid_map").value_or("0 0 4294967295"));
  for (unsigned long first, outside, count; lines >> first >> outside >> count;) {
    if (id >= first && id - first < count) return id;
  }
  return 0;
}

}  // namespace lab::orchestrator
