#include "orchestrator/process/host_program.h"

#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/io.hpp>
#include <boost/process/pipe.hpp>
#include <boost/process/search_path.hpp>
#include <sstream>

namespace lab::orchestrator {

namespace process = boost::process;

Result<HostProgramResult> run_host_program(const std::vector<std::string>& argv) {
  if (argv.empty()) return fail(Errc::usage, "there is no program to run");
  try {
    const bool is_path = argv[0].find('/') != std::string::npos;
    const boost::filesystem::path program = is_path ? argv[0] : process::search_path(argv[0]);
    if (program.empty())
      return fail(Errc::not_found, "the program " + argv[0] + " is not installed");
    process::ipstream output;
    process::child child(
        program, process::args(std::vector(argv.begin() + 1, argv.end())),
        process::std_in<process::null, (process::std_out & process::std_err)> output);
    std::ostringstream text;
    text << output.rdbuf();
    child.wait();
    return HostProgramResult{child.exit_code(), text.str()};
  } catch (const std::exception& error) {
    return fail(Errc::system, "cannot run " + argv[0] + ": " + error.what());
  }
}

}  // namespace lab::orchestrator
