#include "mesh/crd/validation/names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "mesh/crd/validation/pattern.h"

namespace lab::crd {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// True for what Go's strconv.Atoi reads.
bool is_integer(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return false;
  std::int64_t number = 0;
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
}

/// Characters that RFC 3986 section 3.2.2 lets stand in a host; brackets only around an address.
bool is_url_host(std::string_view host) {
  if (!host.empty() && host.front() == '[') return host.find(']') != std::string_view::npos;
  if (std::count(host.begin(), host.end(), ':') > 1) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("-_.~!$&'()*+,;=:<>\"").find(c) != std::string_view::npos;
  });
}

std::string length_problem(std::string_view name) {
  if (name.size() > 255) return "the domain name is longer than 255 characters.";
  return name.empty() ? "a domain name must not be empty." : "";
}

/// The labels after a possible wildcard; the last may be empty ("istio.io.").
std::string dns_labels_problem(std::string_view domain) {
  const std::vector<std::string> parts = split(domain, '.');
  if (is_integer(parts.back())) {
    return "domain name " + in_quotes(domain) + " is invalid: its last label " +
           in_quotes(parts.back()) + " must not be all digits.";
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i + 1 == parts.size() && parts[i].empty()) return "";
    if (!is_dns_label(parts[i])) {
      return "domain name " + in_quotes(domain) + " is invalid: label " + in_quotes(parts[i]) +
             " must be 1 to 63 of a-z, 0-9 and \"-\", with no \"-\" at its ends.";
    }
  }
  return "";
}

bool is_dns_label_text(std::string_view text) {
  if (text.empty() || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-'; });
}

/// Label names and values: alphanumeric at the ends, "-", "_" and "." between.
bool is_label_text(std::string_view text) {
  if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

std::string label_key_problem(const std::string& key) {
  const std::size_t slash = key.find('/');
  const std::string name = slash == std::string::npos ? key : key.substr(slash + 1);
  bool good_prefix = slash == std::string::npos || slash <= 253;
  if (slash != std::string::npos) {
    for (const std::string& part : split(key.substr(0, slash), '.'))
      good_prefix = good_prefix && is_dns_label_text(part);
  }
  if (good_prefix && is_label_text(name) && name.size() <= 63) return "";
  return "invalid label key " + in_quotes(key) + ".";
}

}  // namespace

bool is_dns_label(std::string_view text) {
  return text.size() <= 63 && is_dns_label_text(text);
}

bool is_wildcard_dns_label(std::string_view text) {
  if (text == "*") return true;
  if (text.size() > 63) return false;
  if (starts_with(text, "*-")) return is_dns_label(text.substr(2));
  return is_dns_label(starts_with(text, "*") ? text.substr(1) : text);
}

bool is_ip_address(std::string_view text) {
  in6_addr address{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &address) == 1) return true;
  const std::size_t zone = text.find('%');
  if (zone != std::string_view::npos && zone + 1 == text.size()) return false;
  return inet_pton(AF_INET6, std::string(text.substr(0, zone)).c_str(), &address) == 1;
}

bool is_ip_prefix(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || text.find('%') != std::string_view::npos) return false;
  const std::string_view bits = text.substr(slash + 1);
  if (bits.empty() || bits.size() > 3 ||
      bits.find_first_not_of("0123456789") != std::string_view::npos)
    return false;
  if (bits.size() > 1 && bits.front() == '0') return false;
  const std::string_view address = text.substr(0, slash);
  const int most = address.find(':') == std::string_view::npos ? 32 : 128;
  return is_ip_address(address) && std::stoi(std::string(bits)) <= most;
}

std::string fqdn_problem(std::string_view name) {
  const std::string problem = length_problem(name);
  return problem.empty() ? dns_labels_problem(name) : problem;
}

std::string wildcard_domain_problem(std::string_view name) {
  if (const std::string problem = length_problem(name); !problem.empty()) return problem;
  const std::size_t dot = name.find('.');
  const std::string_view first = name.substr(0, dot);
  if (!is_wildcard_dns_label(first)) {
    return "domain name " + in_quotes(name) + " is invalid: label " + in_quotes(first) +
           " must be 1 to 63 of a-z, 0-9 and \"-\", perhaps after a \"*\".";
  }
  return dot == std::string_view::npos ? "" : dns_labels_problem(name.substr(dot + 1));
}

std::string partial_wildcard_problem(std::string_view name) {
  if (name.find('*') == std::string_view::npos || name.size() == 1 || starts_with(name, "*."))
    return "";
  return "the wildcard of " + in_quotes(name) +
         " must be a whole label at the front (\"*.example.com\") or stand alone.";
}

std::string port_problem(std::uint64_t port) {
  if (port >= 1 && port <= 65535) return "";
  return "port number " + std::to_string(port) + " must be in the range 1 to 65535.";
}

std::string port_name_problem(std::string_view name) {
  if (is_dns_label(name)) return "";
  return "invalid port name " + in_quotes(name) +
         ": use 1 to 63 of a-z, 0-9 and \"-\", with no \"-\" at its ends.";
}

ProtocolClass protocol_class(std::string_view protocol) {
  struct Entry {
    std::string_view name;
    ProtocolClass treated_as;
  };
  static constexpr Entry kProtocols[] = {
      {"tcp", ProtocolClass::tcp},    {"udp", ProtocolClass::udp},
      {"grpc", ProtocolClass::http},  {"grpc-web", ProtocolClass::http},
      {"http", ProtocolClass::http},  {"http_proxy", ProtocolClass::http},
      {"http2", ProtocolClass::http}, {"https", ProtocolClass::tls},
      {"tls", ProtocolClass::tls},    {"mongo", ProtocolClass::tcp},
      {"redis", ProtocolClass::tcp},  {"mysql", ProtocolClass::tcp}};
  const std::string name = to_lower(protocol);
  for (const Entry& entry : kProtocols) {
    if (entry.name == name) return entry.treated_as;
  }
  return ProtocolClass::unsupported;
}

bool is_http_protocol(std::string_view protocol) {
  return protocol_class(protocol) == ProtocolClass::http;
}
bool is_tls_protocol(std::string_view protocol) {
  return protocol_class(protocol) == ProtocolClass::tls;
}

std::string protocol_problem(std::string_view protocol) {
  if (protocol.empty() || protocol_class(protocol) != ProtocolClass::unsupported) return "";
  return "the protocol " + in_quotes(protocol) +
         " is not supported. Use one of HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, "
         "REDIS, MYSQL, UDP.";
}

std::string ip_problem(std::string_view text) {
  return is_ip_address(text) ? "" : in_quotes(text) + " is not a valid IP address.";
}

std::string subnet_problem(std::string_view text) {
  if (std::count(text.begin(), text.end(), '/') != 1) return ip_problem(text);
  return is_ip_prefix(text) ? "" : in_quotes(text) + " is not a valid CIDR block.";
}

std::string unix_path_problem(std::string_view path) {
  if (path.empty()) return "the path of the unix socket must not be empty.";
  if (path.front() == '@') return "";
  if (path.front() == '/' && path.back() != '/') return "";
  return in_quotes(path) + " is not an absolute path to a file.";
}

std::string labels_problem(const Labels& labels) {
  for (const auto& [key, value] : labels) {
    if (const std::string problem = label_key_problem(key); !problem.empty()) return problem;
    if (!value.empty() && !is_label_text(value)) {
      return "invalid label value " + in_quotes(value) + " of " + in_quotes(key) +
             ": use A-Z, a-z, 0-9, \"-\", \"_\", \".\", alphanumeric at its ends.";
    }
  }
  return "";
}

std::string subset_name_problem(std::string_view name) {
  if (name.empty()) return "the name of a subset must not be empty.";
  return is_dns_label(name)
             ? ""
             : "invalid subset name " + in_quotes(name) + ": use a-z, 0-9 and \"-\".";
}

std::string regex_problem(std::string_view regex, std::string_view where) {
  if (regex.size() > 1024)
    return "the regex of " + std::string(where) + " is longer than 1024 characters.";
  const auto pattern = Pattern::compile(regex);
  if (pattern) return "";
  return "the regex of " + std::string(where) + " is not valid RE2: " + pattern.error().message +
         ".";
}

std::string gateway_name_problem(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return fqdn_problem(name);
  const std::string_view space = name.substr(0, slash);
  const std::string_view rest = name.substr(slash + 1);
  if (!is_dns_label(space))
    return "invalid namespace " + in_quotes(space) + " in gateway " + in_quotes(name) + ".";
  return is_dns_label(rest)
             ? ""
             : "invalid gateway name " + in_quotes(rest) + " in " + in_quotes(name) + ".";
}

bool host_is_subset(std::string_view inner, std::string_view outer) {
  const bool inner_wild = starts_with(inner, "*");
  const bool outer_wild = starts_with(outer, "*");
  if (!outer_wild) return !inner_wild && inner == outer;
  const std::string_view end = outer.substr(1);
  const std::string_view text = inner_wild ? inner.substr(1) : inner;
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool hosts_overlap(std::string_view a, std::string_view b) {
  return host_is_subset(a, b) || host_is_subset(b, a);
}

std::optional<std::string> absolute_url_scheme(std::string_view text) {
  if (text.empty()) return {};
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return {};
  }
  if (text.front() == '/') return "";
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const std::string scheme = to_lower(text.substr(0, colon));
  const bool letter_first = scheme[0] >= 'a' && scheme[0] <= 'z';
  if (!letter_first ||
      scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") != std::string::npos)
    return {};
  const std::string_view rest = text.substr(colon + 1);
  if (!starts_with(rest, "//")) return scheme;  // Opaque, as "mailto:x" is.
  const std::string_view authority = rest.substr(2, rest.find_first_of("/?", 2) - 2);
  const std::size_t at = authority.rfind('@');
  const std::string_view user = authority.substr(0, at == std::string_view::npos ? 0 : at);
  if (!is_url_host(user) || !is_url_host(authority.substr(at + 1))) return {};
  const std::size_t port = authority.rfind(':');
  if (port != std::string_view::npos && authority.find(']', port) == std::string_view::npos &&
      authority.substr(port + 1).find_first_not_of("0123456789") != std::string_view::npos) {
    return {};
  }
  return scheme;
}

HostSet::HostSet(const std::vector<std::string>& hosts) : hosts_(hosts) {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const std::string_view host = hosts_[i];
    exact_.emplace(host, i);
    if (starts_with(host, "*")) wildcards_.emplace(host.substr(1), i);
  }
}

std::size_t HostSet::wildcard_of(std::string_view host, std::size_t except) const {
  const std::string_view text = starts_with(host, "*") ? host.substr(1) : host;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    // What is behind a wildcard's "*" begins with a dot, or is nothing.
    if (at != text.size() && text[at] != '.') continue;
    const auto found = wildcards_.find(text.substr(at));
    if (found != wildcards_.end() && found->second != except) return found->second;
  }
  return std::string::npos;
}

bool HostSet::covers(std::string_view host) const {
  return exact_.count(host) != 0 || wildcard_of(host, std::string::npos) != std::string::npos;
}

std::vector<std::pair<std::size_t, std::size_t>> HostSet::overlaps() const {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const std::size_t same = exact_.at(hosts_[i]);
    const std::size_t other = same != i ? same : wildcard_of(hosts_[i], i);
    if (other != std::string::npos) found.emplace_back(std::min(i, other), std::max(i, other));
  }
  return found;
}

}  // namespace lab::crd
