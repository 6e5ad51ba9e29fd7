#pragma once

#include "mesh/crd/validation/finding.h"

namespace lab::crd {

/// Istio's semantic rules for a document of one of its kinds, which holds no unknown fields
/// (prune_document). A document that does not decode is refused, as the webhook refuses it.
void check_webhook(const Value& document, Findings& findings);

}  // namespace lab::crd
