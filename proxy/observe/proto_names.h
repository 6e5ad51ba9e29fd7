#pragma once

#include "base/record.h"
#include "base/value.h"

namespace lab::proxy {

/// Encoded configuration with proto field names ("filter_chains" for "filterChains"), as Envoy's
/// admin prints it. Keys of maps and of free-form objects stay. `record` is the table of the
/// message; null: only messages with "@type" inside are renamed.
Value with_proto_names(const Value& encoded, const RecordBase* record);

/// Replaces private keys, passwords, ticket keys and generic secrets by "[redacted]".
void redact_secrets(Value& value);

/// Keeps only the members that a protobuf FieldMask ("a.b,c") names; lists are passed through.
Value apply_field_mask(const Value& value, std::string_view mask);

}  // namespace lab::proxy
