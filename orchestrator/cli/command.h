#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lab::orchestrator {

/// What the command line said, by option name ("--report") and positional name ("NODE").
class Arguments {
 public:
  bool flag(const std::string& name) const { return flags_.count(name) != 0; }
  /// The last value given; "" when none was.
  std::string text(const std::string& name) const;
  const std::vector<std::string>& list(const std::string& name) const;
  bool has(const std::string& name) const { return values_.count(name) != 0; }

  void set_flag(const std::string& name) { flags_[name] = true; }
  void add(const std::string& name, const std::string& value) { values_[name].push_back(value); }

 private:
  std::map<std::string, bool> flags_;
  std::map<std::string, std::vector<std::string>> values_;
};

/// An option of a command; also read from the environment as LAB_<NAME>.
struct OptionSpec {
  enum class Kind : std::uint8_t { flag, value, list };
  std::string name;  ///< "--report"; with a short form: "-j,--jobs".
  Kind kind = Kind::flag;
  std::string value;  ///< What stands for the value in the help: "FILE".
  std::string help;
  std::vector<std::string> allowed;  ///< Empty: any.
};

/// An argument without a name; the last one of a command may take many.
struct PositionalSpec {
  std::string name;  ///< "NODE".
  std::string help;
  bool required = false;
  bool many = false;
};

/// One command of the lab: name, words for the help, and what it does. The handler gives the exit
/// code.
struct CommandSpec {
  std::string name;
  std::string group;  ///< Heading in the help.
  std::string help;
  std::vector<PositionalSpec> positionals;
  std::vector<OptionSpec> options;
  int (*run)(const Arguments&) = nullptr;
  std::vector<std::string> aliases = {};
};

/// All commands, in the order of the help.
const std::vector<CommandSpec>& all_commands();
/// Options that every command takes.
const std::vector<OptionSpec>& global_options();

/// Reads the command line and runs the command. Exit code 2 for a wrong line, with the nearest
/// names.
int run_command_line(int argc, char** argv);

/// The long name of an option: "--jobs" of "-j,--jobs".
std::string long_name(const OptionSpec& option);

}  // namespace lab::orchestrator
