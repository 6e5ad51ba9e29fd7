#pragma once

#include "mesh/crd/validation/finding.h"
#include "mesh/crd/validation/schema.h"

namespace lab::crd {

/// Checks a document as the API server does on creation, with strict field validation: unknown
/// fields are errors. Members with a null value count as absent unless the schema says "nullable".
/// apiVersion, kind and metadata are not looked at.
void check_schema(const Value& document, const KindSchema& schema, Findings& findings);

/// The document without what check_schema would call an unknown field, and without null members.
Value prune_document(const Value& document, const KindSchema& schema);

}  // namespace lab::crd
