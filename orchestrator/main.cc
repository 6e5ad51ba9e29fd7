#include <unistd.h>

#include "orchestrator/cli/command.h"
#include "orchestrator/process/running_lab.h"

int main(int argc, char** argv) {
  lab::orchestrator::end_labs_on_signals();
  return lab::orchestrator::run_command_line(argc, argv);
}
