#pragma once

#include <string>

#include "base/result.h"

namespace lab::proxy {

/// The resources of one update that can't be used. As Envoy: the others are taken over, and the
/// update counts as rejected. (A sidecar may get a cluster whose certificates only gateways have.)
class Refusals {
 public:
  explicit Refusals(std::string kind) : kind_(std::move(kind)) {}
  void add(const std::string& name, const Error& error) {
    text_ += (text_.empty() ? "" : "\n") + name + ": " + error.message;
  }
  bool any() const { return !text_.empty(); }
  Result<> result() const {
    if (text_.empty()) return {};
    return fail(Errc::config, "Error adding/updating " + kind_ + "(s) " + text_);
  }

 private:
  std::string kind_;
  std::string text_;
};

}  // namespace lab::proxy
