#pragma once

#include <string_view>

#include <tl/expected.hpp>

#include "proxy/http/codec.h"

/// Request targets and authorities of HTTP/1 (RFC 9112 section 3.2).
namespace lab::proxy::http1 {

/// A Host value or the authority of a target: `host [":" port]`, no userinfo, port digits up to
/// 65535 (or none), an IPv6 literal in brackets. An empty text is no valid authority (Host may be
/// empty: ask before).
bool is_valid_authority(std::string_view authority);

/// Fills method-dependent members of `head` (scheme, authority, path) from the request target;
/// `head.method` is set. The authority stays empty unless the target has one.
tl::expected<void, BadRequest> read_target(std::string_view target, bool allow_absolute,
                                           RequestHead& head);

}  // namespace lab::proxy::http1
