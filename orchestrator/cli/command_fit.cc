#include <iostream>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"

namespace lab::orchestrator {

int command_gc(const Arguments&) {
  const auto labs = running_labs();
  if (!labs) return report_error(labs.error());
  std::cout << "nothing to remove: labs live in namespaces that end with them";
  if (!labs->empty()) std::cout << " (" << labs->size() << " up; `lab down --all` ends them)";
  std::cout << "\n";
  return 0;
}

}  // namespace lab::orchestrator
