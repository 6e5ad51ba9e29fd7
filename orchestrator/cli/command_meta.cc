#include <iostream>

#include "base/text.h"
#include "mesh/crd/lint.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/report/report.h"

namespace lab::orchestrator {
namespace {

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandSpec& command : all_commands()) names.push_back(command.name);
  return names;
}

/// "--jobs" and "-j" of every option of a command, the global ones included.
std::vector<std::string> option_words(const CommandSpec& command) {
  std::vector<std::string> words;
  for (const auto* options : {&command.options, &global_options()}) {
    for (const OptionSpec& option : *options) {
      for (const std::string& word : split(option.name, ',')) words.push_back(word);
    }
  }
  return words;
}

std::string bash_completion() {
  std::string cases;
  for (const CommandSpec& command : all_commands()) {
    cases += "    " + command.name + ") words=\"" + join(option_words(command), " ") + "\" ;;\n";
  }
  return "_lab() {\n  local current=${COMP_WORDS[COMP_CWORD]} words\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"" +
         join(command_names(), " ") +
         "\"\n"
         "  else case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac; fi\n"
         "  case ${COMP_WORDS[1]} in run|plan|up|list|mutate|compile)\n"
         "    [[ $current == -* ]] || words=$(lab list -o json 2>/dev/null | sed -n 's/.*\"id\": "
         "\"\\(.*\\)\".*/\\1/p') ;; esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -o default -F _lab "
         "lab\n";
}

std::string fish_completion() {
  std::string text;
  for (const CommandSpec& command : all_commands()) {
    text += "complete -c lab -n __fish_use_subcommand -a " + command.name + " -d '" +
            replace_all(command.help, "'", "\\'") + "'\n";
    for (const OptionSpec& option : command.options) {
      text += "complete -c lab -n '__fish_seen_subcommand_from " + command.name + "' -l " +
              long_name(option).substr(2) + " -d '" + replace_all(option.help, "'", "\\'") + "'\n";
    }
  }
  return text;
}

}  // namespace

int command_completion(const Arguments& arguments) {
  const std::string shell = arguments.text("SHELL");
  const std::vector<std::string> shells = {"bash", "zsh", "fish"};
  if (shell == "bash")
    std::cout << bash_completion();
  else if (shell == "zsh")
    std::cout << "autoload -U +X bashcompinit && bashcompinit\n" << bash_completion();
  else if (shell == "fish")
    std::cout << fish_completion();
  else
    return report_error({Errc::usage, "there are completions for bash, zsh and fish, not \"" +
                                          shell + "\"." + did_you_mean(shell, shells)});
  return 0;
}

int command_version(const Arguments&) {
  std::cout << "lab " << kVersion << "\n";
  return 0;
}

int command_help(const Arguments& arguments) {
  if (const crd::LintCode* code = crd::find_lint_code(arguments.text("COMMAND"))) {
    std::cout << code->code << " (" << crd::level_name(code->level) << "): " << code->title
              << "\n\n"
              << code->page << "\n";
    return 0;
  }
  std::string name = "lab", option = "--help", command = arguments.text("COMMAND");
  std::vector<char*> words = {name.data()};
  if (!command.empty()) words.push_back(command.data());
  words.push_back(option.data());
  return run_command_line(static_cast<int>(words.size()), words.data());
}

}  // namespace lab::orchestrator
