#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace lab::proxy {

/// The command line, named as Envoy's users know it.
struct Flags {
  enum class Mode : std::uint8_t { serve, validate, init_only };
  std::string config_path;
  std::string config_yaml;  ///< Merged over the file, or alone.
  Mode mode = Mode::serve;
  unsigned concurrency = 1;
  std::string log_level = "info";
  std::string log_path;
  std::string admin_address_path;
  std::string service_cluster, service_node;
  std::chrono::seconds drain_time{600};
  std::chrono::milliseconds file_flush_interval{10'000};
  bool drain_immediately = false;
  std::string print;  ///< What --version or --help print; then nothing else happens.
};

/// Fails with Errc::usage for an unknown flag or a value that can't be one.
Result<Flags> parse_flags(int argc, const char* const* argv);

}  // namespace lab::proxy
