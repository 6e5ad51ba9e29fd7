#pragma once

#include <cstdint>

#include <poll.h>

#include "base/handle.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/process/message.h"

namespace lab::orchestrator {

/// Asks, again and again and without blocking, whether a program is ready.
///
///   waiting --due--> connecting --connected--> [http] reading --200--> ready
///   connecting, reading --refused, another status--> waiting, a little longer than before
class Probe {
 public:
  explicit Probe(const Readiness& readiness);
  Probe(Probe&&) = default;
  Probe& operator=(Probe&&) = default;

  /// Goes on as far as possible; true when the program is ready.
  bool run();
  /// What poll() shall watch; fd -1 when nothing.
  pollfd watch() const;
  TimePoint next_due() const { return due_; }
  /// "nothing listens on port 443 yet", for the message after a timeout.
  std::string missing() const;

 private:
  enum class State : std::uint8_t { waiting, connecting, reading, ready };
  State connect();
  State finish_connect();
  State read_answer();
  State retry();

  Readiness readiness_;
  State state_ = State::waiting;
  Fd socket_;
  std::string answer_;
  TimePoint due_{};
  std::chrono::milliseconds pause_{1};
  unsigned attempts_ = 0;
};

}  // namespace lab::orchestrator
