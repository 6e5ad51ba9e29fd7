#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mesh/crd/metadata.h"
#include "mesh/crd/validation/finding.h"

namespace lab::crd {

/// What a kind's rules report to: it knows where in the document the value at hand stands.
class Checker {
 public:
  Checker(const Value& document, const Metadata& metadata, Findings& findings)
      : document_(document), metadata_(metadata), findings_(findings) {}

  const Metadata& metadata() const { return metadata_; }

  void error(std::string text) { add(false, std::move(text)); }
  void warn(std::string text) { add(true, std::move(text)); }
  /// Reports a problem unless it is "".
  void expect(std::string problem) {
    if (!problem.empty()) error(std::move(problem));
  }
  /// The same about a member of the value at hand.
  void expect(std::string member, std::string problem) {
    if (problem.empty()) return;
    const Step step(*this, std::move(member));
    error(std::move(problem));
  }
  void error(std::string member, std::string text) { expect(std::move(member), std::move(text)); }

  /// True when the document has that member of the value at hand, be it empty.
  bool present(const std::string& member) const;

  /// Names the step into a member ("port") or element ("[2]") while it lives.
  class Step {
   public:
    Step(Checker& checker, std::string step) : checker_(checker) {
      checker_.path_.push_back(std::move(step));
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { checker_.path_.pop_back(); }

   private:
    Checker& checker_;
  };

  /// Calls `rule(element)` for each element of the list called `name`.
  template <class List, class Rule>
  void each(const std::string& name, const List& list, Rule rule) {
    const Step into(*this, name);
    std::size_t index = 0;
    for (const auto& element : list) {
      const Step step(*this, "[" + std::to_string(index++) + "]");
      rule(element);
    }
  }
  /// Calls `rule(key, value)` for each entry of the map called `name`.
  template <class Map, class Rule>
  void each_entry(const std::string& name, const Map& map, Rule rule) {
    const Step into(*this, name);
    for (const auto& [key, value] : map) {
      const Step step(*this, key);
      rule(key, value);
    }
  }
  /// Calls `rule(*value)` when the member called `name` is there.
  template <class Optional, class Rule>
  void with(const std::string& name, const Optional& value, Rule rule) {
    if (!value) return;
    const Step step(*this, name);
    rule(*value);
  }

 private:
  void add(bool warning, std::string text);
  /// One step down, or nullptr.
  static const Value* step_into(const Value* value, const std::string& step);

  const Value& document_;
  const Metadata& metadata_;
  Findings& findings_;
  std::vector<std::string> path_;
};

}  // namespace lab::crd
