#include "proxy/xds/flags.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "base/text.h"

namespace lab::proxy {

namespace {

constexpr const char* kVersion = "lab proxy 1.0 (Envoy v3 configuration)\n";
constexpr const char* kHelp =
    "usage: proxy -c FILE [flags]\n"
    "  -c, --config-path FILE       bootstrap, JSON or YAML\n"
    "      --config-yaml TEXT       bootstrap as text; merged over the file\n"
    "      --mode serve|validate|init_only\n"
    "      --concurrency N          worker threads (default 1; 0: one per processor)\n"
    "  -l, --log-level LEVEL        trace, debug, info, warning, error, critical, off\n"
    "      --log-path FILE          log there and not to stderr\n"
    "      --admin-address-path FILE  write the administration address there\n"
    "      --drain-time-s N         how long a listener drains (default 600)\n"
    "      --drain-strategy gradual|immediate\n"
    "      --service-cluster NAME, --service-node NAME\n"
    "      --version, --help\n";

Result<long> number(const std::string& flag, const std::string& text) {
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || value < 0) {
    return fail(Errc::usage, flag + " needs a number, not \"" + text + "\".");
  }
  return value;
}

using Setter = std::function<Result<>(Flags&, const std::string&)>;

Setter text_of(std::string Flags::*member) {
  return [member](Flags& flags, const std::string& value) -> Result<> {
    flags.*member = value;
    return {};
  };
}

/// Flags of Envoy that have no meaning here: accepted, so that command lines can be kept.
Setter accepted() {
  return [](Flags&, const std::string&) -> Result<> { return {}; };
}

Result<> set_mode(Flags& flags, const std::string& value) {
  if (value == "serve")
    flags.mode = Flags::Mode::serve;
  else if (value == "validate")
    flags.mode = Flags::Mode::validate;
  else if (value == "init_only")
    flags.mode = Flags::Mode::init_only;
  else
    return fail(Errc::usage, "--mode is serve, validate or init_only, not \"" + value + "\".");
  return {};
}

Result<> set_concurrency(Flags& flags, const std::string& value) {
  const long count = TRY(number("--concurrency", value));
  flags.concurrency =
      count == 0 ? std::max(1u, std::thread::hardware_concurrency()) : static_cast<unsigned>(count);
  return {};
}

Result<> set_log_level(Flags& flags, const std::string& value) {
  static const std::vector<std::string> kLevels = {"trace", "debug", "info",     "warning",
                                                   "warn",  "error", "critical", "off"};
  for (const std::string& level : kLevels) {
    if (level == value) {
      flags.log_level = value;
      return {};
    }
  }
  return fail(Errc::usage,
              "--log-level: there is no level \"" + value + "\"." + did_you_mean(value, kLevels));
}

Result<> set_drain_time(Flags& flags, const std::string& value) {
  flags.drain_time = std::chrono::seconds(TRY(number("--drain-time-s", value)));
  return {};
}

Result<> set_drain_strategy(Flags& flags, const std::string& value) {
  flags.drain_immediately = value == "immediate";
  if (value == "immediate" || value == "gradual") return {};
  return fail(Errc::usage, "--drain-strategy is gradual or immediate, not \"" + value + "\".");
}

Result<> set_flush_interval(Flags& flags, const std::string& value) {
  flags.file_flush_interval =
      std::chrono::milliseconds(TRY(number("--file-flush-interval-msec", value)));
  return {};
}

const std::map<std::string, Setter>& valued_flags() {
  static const std::map<std::string, Setter> flags = {
      {"--config-path", text_of(&Flags::config_path)},
      {"--config-yaml", text_of(&Flags::config_yaml)},
      {"--mode", set_mode},
      {"--concurrency", set_concurrency},
      {"--log-level", set_log_level},
      {"--log-path", text_of(&Flags::log_path)},
      {"--admin-address-path", text_of(&Flags::admin_address_path)},
      {"--service-cluster", text_of(&Flags::service_cluster)},
      {"--service-node", text_of(&Flags::service_node)},
      {"--drain-time-s", set_drain_time},
      {"--drain-strategy", set_drain_strategy},
      {"--file-flush-interval-msec", set_flush_interval},
      {"--base-id", accepted()},
      {"--base-id-path", accepted()},
      {"--component-log-level", accepted()},
      {"--log-format", accepted()},
      {"--parent-shutdown-time-s", accepted()},
      {"--restart-epoch", accepted()},
      {"--local-address-ip-version", accepted()},
      {"--service-zone", accepted()},
      {"--socket-path", accepted()},
      {"--socket-mode", accepted()},
      {"--stats-tag", accepted()},
  };
  return flags;
}

const std::vector<std::string>& switches() {
  static const std::vector<std::string> all = {"--use-dynamic-base-id",
                                               "--skip-hot-restart-on-no-parent",
                                               "--skip-hot-restart-parent-stats",
                                               "--enable-fine-grain-logging",
                                               "--disable-hot-restart",
                                               "--enable-mutex-tracing",
                                               "--cpuset-threads",
                                               "--allow-unknown-static-fields",
                                               "--reject-unknown-dynamic-fields",
                                               "--ignore-unknown-dynamic-fields",
                                               "--allow-unknown-fields",
                                               "--log-format-escaped",
                                               "--enable-core-dump"};
  return all;
}

Result<> apply_words(const std::vector<std::string>& words, Flags& flags) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string name = words[i];
    std::optional<std::string> value;
    const std::size_t equals = name.find('=');
    if (name.rfind("--", 0) == 0 && equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    if (name == "-c") name = "--config-path";
    if (name == "-l") name = "--log-level";
    if (name == "--version") flags.print = kVersion;
    if (name == "--help" || name == "-h") flags.print = kHelp;
    if (!flags.print.empty()) return {};
    if (std::find(switches().begin(), switches().end(), name) != switches().end()) continue;
    const auto found = valued_flags().find(name);
    if (found == valued_flags().end()) {
      std::vector<std::string> known = switches();
      for (const auto& [flag, setter] : valued_flags()) known.push_back(flag);
      return fail(Errc::usage,
                  "unknown flag " + name + "." + did_you_mean(name, known) + " See --help.");
    }
    if (!value) {
      if (i + 1 == words.size()) return fail(Errc::usage, name + " needs a value.");
      value = words[++i];
    }
    TRY(found->second(flags, *value));
  }
  return {};
}

}  // namespace

Result<Flags> parse_flags(int argc, const char* const* argv) {
  Flags flags;
  TRY(apply_words(std::vector<std::string>(argv + 1, argv + argc), flags));
  if (flags.print.empty() && flags.config_path.empty() && flags.config_yaml.empty()) {
    return fail(Errc::usage, "no configuration: give -c FILE or --config-yaml TEXT. See --help.");
  }
  return flags;
}

}  // namespace lab::proxy
