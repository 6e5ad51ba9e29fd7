#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

/// The part of CEL that the schemas' x-kubernetes-validations use: literals, field access, has(),
/// comparison, logic, the conditional, "in", "+", the macros all, exists, exists_one, and the
/// functions size, int, duration, url, isURL, startsWith, endsWith, contains, matches, substring,
/// getScheme. Source: google/cel-spec, language definition; Kubernetes, "Common Expression
/// Language".
namespace lab::crd::cel {

struct Node;

/// A compiled rule.
class Program {
 public:
  /// Fails with Errc::config when the text uses anything else.
  static Result<Program> compile(const std::string& text);

  /// True when the rule holds for `self`; an error (no such key, bad duration) carries CEL's
  /// reason.
  Result<bool> holds(const Value& self) const;

 private:
  explicit Program(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

/// A node of a rule's tree.
struct Node {
  enum class Kind : std::uint8_t {
    literal,      ///< `value`.
    name,         ///< The variable `text`.
    member,       ///< children[0].text
    has,          ///< has(children[0].text)
    call,         ///< text(children...); a method has its object first.
    macro,        ///< children[0].text(variable, children[1])
    list,         ///< [children...]
    conditional,  ///< children[0] ? children[1] : children[2]
    binary,       ///< children[0] text children[1]
    negation,     ///< !children[0]
  };
  Kind kind = Kind::literal;
  std::string text;
  std::string variable;
  Value value;
  std::vector<Node> children;
};

/// True for every text that is CEL, also what `Program` doesn't know.
bool is_syntax(std::string_view text);

/// Fails with Errc::config and the place in the text.
Result<Node> parse(const std::string& text);

}  // namespace lab::crd::cel
