#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/value.h"

namespace lab::orchestrator {

/// What a proxy's trace record says of a certificate; empty members are unknown.
struct CertificateFacts {
  bool present = false;
  std::string file, subject, sha256;
  std::vector<std::string> names;  ///< SubjectAltNames.
};

/// One proxy that a request passed, from its own record.
struct Hop {
  std::string node;
  std::string listener, virtual_host, route, cluster, endpoint;
  std::string flags, details, transport_failure;
  std::string request_id;
  int status = 0;                    ///< What the proxy answered downstream; 0 for TCP.
  double start_time = 0;             ///< Seconds; orders the hops.
  bool knows_certificates = true;    ///< False: a real Envoy, which doesn't tell.
  CertificateFacts presented, peer;  ///< To the upstream, and by the upstream.
  std::vector<std::string>
      origins;  ///< "KIND NAME (FILE:LINE)" of what decided, most specific last.
};

/// What came back for one probe.
struct Observation {
  int status = 0;  ///< HTTP status; 0 is "no answer".
  int exit = 0;
  std::map<std::string, std::string>
      headers;        ///< Lower-case name -> value; several joined by ", ".
  std::string body;   ///< Or the standard output of a command.
  std::string error;  ///< Standard error, without our own marker.
  bool timed_out = false;
  std::vector<Hop> hops;
  std::chrono::nanoseconds duration{};

  // Of a load only:
  std::map<std::string, std::uint32_t> counts;  ///< Status -> how many.
  std::vector<std::string> bodies;              ///< One per answer, for distributions.

  std::map<std::string, std::int64_t> stats;  ///< "NODE NAME" -> growth during the step.
  std::string failure;                        ///< Not empty: the probe itself could not be made.
};

}  // namespace lab::orchestrator
