#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mesh/config/http_connection_manager.h"
#include "proxy/filter/http_filter.h"
#include "proxy/http/message.h"
#include "proxy/observe/access_log.h"
#include "proxy/observe/format.h"

namespace lab::proxy {

/// A compiled LocalReplyConfig: how the proxy's own answers look.
class LocalReplyRules {
 public:
  static Result<LocalReplyRules> compile(const std::optional<config::LocalReplyConfig>& source);

  /// Fills an answer's head and body from `reply`. A gRPC request gets its status in grpc-status
  /// (200, no body).
  void shape(const LocalReply& reply, StreamInfo& info, ResponseHead& head,
             std::string& body) const;

 private:
  struct Mapper {
    AccessLogFilterPtr filter;
    std::optional<std::uint32_t> status;
    std::optional<std::string> body;
    std::optional<SubstitutionFormat> format;
    HeaderMutation headers;
  };
  std::vector<Mapper> mappers_;
  std::optional<SubstitutionFormat> format_;
};

}  // namespace lab::proxy
