#pragma once

#include "base/handle.h"
#include "orchestrator/process/message.h"
#include "orchestrator/process/programs.h"

namespace lab::orchestrator {

/// Serves one request of a client inside its node and answers on the request's first descriptor:
/// connect, write, remove, read, start, stop, signal, programs, logs. (exec lasts, so the holder
/// keeps it.)
void serve_node_request(Message request, Programs& programs);

struct StartedCommand {
  pid_t pid = 0;
  Fd terminal;  ///< The near side of the command's pseudo terminal, when it asked for one.
};
/// Starts what an exec request asks for: {"arguments": how many, "uid", "gid", "cwd", "terminal"},
/// with descriptors reply, the strings (arguments, then environment), and standard input, output,
/// error unless it wants a terminal.
Result<StartedCommand> start_command(const Message& request);

}  // namespace lab::orchestrator
