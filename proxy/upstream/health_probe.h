#pragma once

#include <memory>
#include <string>

#include "proxy/match/header_mutation.h"
#include "proxy/net/connection.h"
#include "proxy/upstream/health_check.h"
#include "proxy/upstream/tcp_connect.h"

namespace lab::proxy {

/// What a probe asks and whom.
struct ProbeTarget {
  TcpTarget tcp;
  std::string authority;  ///< Host of an HTTP request.
};

/// What a probe tells its owner, who may then let it go.
class ProbeEvents {
 public:
  virtual ~ProbeEvents() = default;
  /// The answer to ask(), once for each.
  virtual void on_probe_result(HealthCheckState::Result result) = 0;
  /// The connection ended while nothing was asked.
  virtual void on_probe_lost() = 0;
};

/// Asks one host, over a connection of its own that serves one question or many.
class HealthProbe : public Deletable {
 public:
  ~HealthProbe() override = default;
  /// Asks; connects first where there is no connection yet. The result may come from within.
  virtual void ask() = 0;
  /// True when ask() may be called again after an answer.
  virtual bool reusable() const = 0;
  /// The owner wants to know nothing more, and gives the probe to Loop::destroy_later: its methods
  /// may be on the stack.
  virtual void abandon() = 0;
};

/// By what `check` says; `headers` are its additional ones. All must outlive the probe.
std::unique_ptr<HealthProbe> make_health_probe(Loop& loop, const config::HealthCheck& check,
                                               const HeaderMutation& headers, ProbeTarget target,
                                               ProbeEvents& events);

}  // namespace lab::proxy
