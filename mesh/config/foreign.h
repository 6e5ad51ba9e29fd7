#pragma once

#include "mesh/config/any.h"

/// Messages that the compiler writes because Istio does, and that the proxy cannot run: a real
/// Envoy takes them, our decoder refuses them by name. Their content is JSON as Envoy reads it.
namespace lab::config {

struct ForeignMessage {
  Value message;
};

/// Checks JSON web tokens.
struct JwtAuthentication : ForeignMessage {};
/// Asks an authorizer about requests.
struct HttpExtAuthz : ForeignMessage {};
/// Asks an authorizer about connections.
struct NetworkExtAuthz : ForeignMessage {};
/// Reads the PROXY header before a connection.
struct ProxyProtocolListenerFilter : ForeignMessage {};
/// Writes a PROXY header before a connection's transport.
struct ProxyProtocolTransport : ForeignMessage {};
/// Matches a path by a template ("/a/*/b").
struct UriTemplateMatch : ForeignMessage {};
/// Retries in other priorities than those that were tried.
struct PreviousPriorities : ForeignMessage {};
/// Makes gRPC of the form that browsers speak.
struct GrpcWeb : ForeignMessage {};

const Record<JwtAuthentication>& record_of(const JwtAuthentication*);
const Record<HttpExtAuthz>& record_of(const HttpExtAuthz*);
const Record<NetworkExtAuthz>& record_of(const NetworkExtAuthz*);
const Record<ProxyProtocolListenerFilter>& record_of(const ProxyProtocolListenerFilter*);
const Record<ProxyProtocolTransport>& record_of(const ProxyProtocolTransport*);
const Record<UriTemplateMatch>& record_of(const UriTemplateMatch*);
const Record<PreviousPriorities>& record_of(const PreviousPriorities*);
const Record<GrpcWeb>& record_of(const GrpcWeb*);

/// Such a message where its type stands in the data.
template <class T>
Any foreign(Value message) {
  T typed;
  typed.message = std::move(message);
  return Any::of(std::move(typed));
}

/// The types of all foreign messages, for the list of any_types.cc.
std::vector<std::unique_ptr<AnyType>> foreign_types();

}  // namespace lab::config
