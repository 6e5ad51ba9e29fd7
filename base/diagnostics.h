#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace lab {

/// The file, line and column that an object came from; line 0 is "the file as a whole".
struct Origin {
  std::string file;
  Mark mark;

  /// "FILE:LINE:COLUMN", or "FILE" without a line.
  std::string text() const;
};

/// One finding about a file that a person wrote.
struct Diagnostic {
  Origin origin;
  std::string message;  ///< What is wrong, and what to do.
};

/// Findings of one run over some files; all are reported at once, sorted by place.
class Diagnostics {
 public:
  void add(Origin origin, std::string message);
  void append(const Diagnostics& other);
  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }
  /// Sorted by file, line, column; equal findings once.
  std::vector<Diagnostic> sorted() const;
  /// "FILE:LINE:COLUMN: MESSAGE" a line each; only the message when it has no file.
  std::string text() const;
  /// Errc::config with text() when there is any finding.
  Result<> result() const;

 private:
  std::vector<Diagnostic> all_;
};

}  // namespace lab
