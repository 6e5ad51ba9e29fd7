// The only file that includes CLI11: it builds its parser from our own table of commands.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstring>
#include <iostream>

#include "base/text.h"
#include "orchestrator/cli/command.h"

namespace lab::orchestrator {
namespace {

constexpr int kUsage = 2;

std::string environment_name(const std::string& option) {
  std::string name = "LAB_";
  for (char c : option.substr(2)) name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

/// Keeps the variables that CLI11 writes to until parsing is over.
struct Storage {
  std::map<std::string, bool> flags;
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, std::string>
      texts;  ///< Positionals that take one; a list would take all that follow.
};

void add_option(CLI::App& app, const OptionSpec& spec, Storage& storage) {
  const std::string name = long_name(spec);
  CLI::Option* option = nullptr;
  if (spec.kind == OptionSpec::Kind::flag) {
    option = app.add_flag(spec.name, storage.flags[name], spec.help);
  } else {
    option = app.add_option(spec.name, storage.values[name], spec.help);
    option->expected(1);
    option->allow_extra_args(
        false);  // Else `-o json FILE` takes FILE, too: it is a positional of the command.
    option->type_name(spec.value);
    option->multi_option_policy(spec.kind == OptionSpec::Kind::list
                                    ? CLI::MultiOptionPolicy::TakeAll
                                    : CLI::MultiOptionPolicy::TakeLast);
    if (!spec.allowed.empty()) option->check(CLI::IsMember(spec.allowed));
  }
  option->envname(environment_name(name));
}

void add_positional(CLI::App& app, const PositionalSpec& spec, Storage& storage) {
  CLI::Option* option = spec.many ? app.add_option(spec.name, storage.values[spec.name], spec.help)
                                  : app.add_option(spec.name, storage.texts[spec.name], spec.help);
  option->type_name("");
  if (spec.required) option->required();
}

Arguments to_arguments(const Storage& storage) {
  Arguments arguments;
  for (const auto& [name, given] : storage.flags) {
    if (given) arguments.set_flag(name);
  }
  for (const auto& [name, text] : storage.texts) {
    if (!text.empty()) arguments.add(name, text);
  }
  for (const auto& [name, values] : storage.values) {
    for (const std::string& value : values) arguments.add(name, value);
  }
  return arguments;
}

/// A word that is no command: the nearest ones.
int unknown_command(const std::string& word) {
  std::vector<std::string> names;
  for (const CommandSpec& command : all_commands()) names.push_back(command.name);
  std::cerr << "lab: there is no command \"" << word << "\"." << did_you_mean(word, names)
            << " `lab help` shows all.\n";
  return kUsage;
}

bool is_command(const std::string& word) {
  for (const CommandSpec& command : all_commands()) {
    if (command.name == word) return true;
    for (const std::string& alias : command.aliases) {
      if (alias == word) return true;
    }
  }
  return false;
}

/// -o names a format, and a folder only where a command writes files.
bool has_good_format(const CommandSpec& command, const Arguments& arguments) {
  const std::string format = arguments.text("--output");
  std::vector<std::string> known = {"text", "wide", "json", "yaml"};
  if (command.name == "config") known.push_back("envoy");
  if (format.empty() || command.name == "compile" || command.name == "export") return true;
  for (const std::string& one : known) {
    if (one == format) return true;
  }
  std::cerr << "lab: -o takes " << join(known, ", ") << ", not \"" << format << "\"."
            << did_you_mean(format, known) << "\n";
  return false;
}

/// The first word that is neither an option nor an option's value.
std::string first_word(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.empty() || word.front() != '-') return word;
    for (const OptionSpec& option : global_options()) {
      const bool named =
          word == long_name(option) || word == option.name.substr(0, option.name.find(','));
      if (named && option.kind != OptionSpec::Kind::flag) ++i;
    }
  }
  return "";
}

}  // namespace

int run_command_line(int argc, char** argv) {
  const std::string word = first_word(argc, argv);
  if (!word.empty() && !is_command(word)) return unknown_command(word);
  CLI::App app(
      "A service mesh's data plane on one machine: scenarios that run, are judged and explained.",
      "lab");
  app.require_subcommand(0, 1);
  app.fallthrough();
  Storage storage;
  for (const OptionSpec& option : global_options()) add_option(app, option, storage);
  std::map<std::string, Storage> storages;
  std::map<CLI::App*, const CommandSpec*> commands;
  for (const CommandSpec& command : all_commands()) {
    CLI::App* sub = app.add_subcommand(command.name, command.help);
    sub->group(command.group);
    sub->fallthrough();
    for (const std::string& alias : command.aliases) sub->alias(alias);
    Storage& own = storages[command.name];
    for (const OptionSpec& option : command.options) add_option(*sub, option, own);
    for (const PositionalSpec& positional : command.positionals)
      add_positional(*sub, positional, own);
    commands[sub] = &command;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;
    app.exit(error, std::cout, std::cerr);
    return asked ? 0 : kUsage;
  }
  const auto& folder = storage.values["--chdir"];
  if (!folder.empty() && ::chdir(folder.back().c_str()) != 0) {
    std::cerr << "lab: -C " << folder.back() << ": " << std::strerror(errno) << "\n";
    return kUsage;
  }
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) {
    std::cout << app.help();
    return 0;
  }
  const CommandSpec& command = *commands.at(chosen.front());
  Storage& own = storages[command.name];
  own.flags.insert(storage.flags.begin(), storage.flags.end());
  own.values.insert(storage.values.begin(), storage.values.end());
  const Arguments arguments = to_arguments(own);
  return has_good_format(command, arguments) ? command.run(arguments) : kUsage;
}

}  // namespace lab::orchestrator
