#pragma once

#include <cstdint>
#include <string>

namespace lab::proxy {

/// What a grpc-status that is no number counts as.
inline constexpr std::uint32_t kInvalidGrpcStatus = 0xffffffff;

/// "OK", "Canceled" ... or "OK", "CANCELLED" ...; the number itself for an unknown one. Source:
/// gRPC's statuscodes.md.
std::string grpc_status_name(std::uint32_t status, bool snake_case);

/// The gRPC status that stands for an HTTP status. Source: gRPC's http-grpc-status-mapping.md.
std::uint32_t grpc_status_of_http(unsigned http_status);
/// The other way round: 500 for a status that is not known. Source: google/rpc/code.proto.
unsigned http_status_of_grpc(std::uint32_t status);

}  // namespace lab::proxy
