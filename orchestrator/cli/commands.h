#pragma once

#include "orchestrator/cli/command.h"

namespace lab::orchestrator {

// One function per command; each gives the exit code.

int command_run(const Arguments& arguments);
int command_list(const Arguments& arguments);
int command_plan(const Arguments& arguments);
int command_mutate(const Arguments& arguments);

int command_up(const Arguments& arguments);
int command_demo(const Arguments& arguments);
int command_down(const Arguments& arguments);
int command_ps(const Arguments& arguments);
int command_apply(const Arguments& arguments);
int command_restart(const Arguments& arguments);
int command_check(const Arguments& arguments);
int command_gc(const Arguments& arguments);
int command_doctor(const Arguments& arguments);

int command_exec(const Arguments& arguments);
int command_shell(const Arguments& arguments);
int command_curl(const Arguments& arguments);
int command_logs(const Arguments& arguments);
int command_config(const Arguments& arguments);
int command_trace(const Arguments& arguments);
int command_explain(const Arguments& arguments);
int command_certs(const Arguments& arguments);

int command_init(const Arguments& arguments);
int command_lint(const Arguments& arguments);
int command_diff(const Arguments& arguments);
int command_compile(const Arguments& arguments);
int command_schema(const Arguments& arguments);
int command_export(const Arguments& arguments);

int command_completion(const Arguments& arguments);
int command_version(const Arguments& arguments);
int command_help(const Arguments& arguments);

}  // namespace lab::orchestrator
