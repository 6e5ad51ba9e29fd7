#pragma once

#include <string>
#include <vector>

#include "mesh/crd/validation/finding.h"

namespace lab::crd {

/// What validation says of one document.
struct DocumentVerdict {
  std::string file;
  std::size_t document = 0;  ///< Position in the file, from 0; empty documents don't count.
  std::string kind;          ///< "" when the document says none.
  std::string name;
  Findings findings;  ///< Warnings too.

  bool accepted() const;  ///< No finding but warnings.
  /// "FILE:LINE:COLUMN: PATH: TEXT" of each error, by place; one at least when it is not accepted.
  std::vector<std::string> messages() const;
};

/// Checks each document of each file ("-" is standard input) as a cluster would: Kubernetes' strict
/// decoding, Istio's schemas and Istio's admission webhook. Top-level keys that begin with "_" are
/// no part of an object. A file that can't be read gives one verdict, a document that can't be
/// parsed its own, both without a kind. Lists count as one document.
std::vector<DocumentVerdict> validate_documents(const std::vector<std::string>& files);
std::vector<DocumentVerdict> validate_text(std::string_view text, const std::string& file);

/// The findings on one document, which is no list.
Findings validate_document(const Value& document);
/// True when there are none but warnings.
bool is_accepted(const Findings& findings);
/// Those that are no warnings, by place; what both halves say of one place is told once, in the
/// schema's words.
Findings errors_of(const Findings& findings);

/// True when one of them is not accepted.
bool any_rejected(const std::vector<DocumentVerdict>& verdicts);
/// [{"file", "document", "kind", "name", "verdict": "accept"|"reject", "messages": []}]
Value verdicts_json(const std::vector<DocumentVerdict>& verdicts);

}  // namespace lab::crd
