#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mesh/crd/metadata.h"

namespace lab::crd {

/// A port by number; 0 when the file gives none.
struct PortSelector {
  std::uint32_t number = 0;
};
const Record<PortSelector>& record_of(const PortSelector*);

/// Where requests go: a service of the registry, as a short or full name, and perhaps a subset and
/// port of it.
struct Destination {
  Origin origin;
  std::string host;
  std::string subset;
  std::optional<PortSelector> port;
};
const Record<Destination>& record_of(const Destination*);

/// A match of text; at most one is set. None set matches anything that is present.
struct StringMatch {
  Origin origin;
  std::optional<std::string> exact;
  std::optional<std::string> prefix;
  std::optional<std::string> regex;  ///< RE2, the whole text.
};
const Record<StringMatch>& record_of(const StringMatch*);

/// 0.0 to 100.0.
struct Percent {
  double value = 0;
};
const Record<Percent>& record_of(const Percent*);

/// A port that is listened on or offered (Istio's Port and ServicePort).
struct Port {
  Origin origin;
  std::uint32_t number = 0;
  std::string
      protocol;  ///< As written; upper case by custom. Empty means TCP, or what is detected.
  std::string name;
  std::uint32_t target_port = 0;  ///< 0: the same as `number`.
};
const Record<Port>& record_of(const Port*);

}  // namespace lab::crd
