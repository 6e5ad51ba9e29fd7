#pragma once

#include "proxy/http/message.h"

/// What a proxy must change in a message between receiving and forwarding it (RFC 9110 section 7.6,
/// RFC 9113 section 8.2.2). Pure functions; framing is the codecs' own business.
namespace lab::proxy {

/// Removes what belongs to the connection it came on: Connection and each field that it names,
/// Keep-Alive, Proxy-Connection, Transfer-Encoding, TE (but "trailers"), Upgrade. Upgrade and
/// `connection: upgrade` stay when `keep_upgrade` holds and the request asks for one.
void sanitize_request(RequestHead& head, bool keep_upgrade);

/// The same for a response; `keep_upgrade` for a 101 that was asked for.
void sanitize_response(ResponseHead& head, bool keep_upgrade);

/// Removes from trailers what must not stand there: framing, routing, and authentication fields
/// (RFC 9110 section 6.5.1), and the connection's own.
void sanitize_trailers(HeaderMap& trailers);

/// A token in a comma-separated list field, compared without case: has_token("keep-alive, Upgrade",
/// "upgrade").
bool has_token(std::string_view list, std::string_view token);

/// Headers that HTTP/2 knows no more (RFC 9113 section 8.2.2): connection, keep-alive,
/// transfer-encoding ...; also Host, which is :authority there. `name` is lower case.
bool is_connection_field(std::string_view name);

}  // namespace lab::proxy
