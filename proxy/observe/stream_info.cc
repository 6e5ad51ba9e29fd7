#include "proxy/observe/stream_info.h"

namespace lab::proxy {

std::vector<std::string> all_sans(const CertificateInfo& certificate) {
  std::vector<std::string> result;
  const auto add = [&result](std::string_view kind, const std::vector<std::string>& names) {
    for (const std::string& name : names) result.push_back(std::string(kind) + name);
  };
  add("URI:", certificate.uri_sans);
  add("DNS:", certificate.dns_sans);
  add("IP:", certificate.ip_sans);
  add("email:", certificate.email_sans);
  return result;
}

}  // namespace lab::proxy
