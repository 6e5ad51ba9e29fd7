#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mesh/crd/metadata.h"

/// Rules on single values that several kinds share. A function that returns a string gives "" for a
/// good value, else what is wrong with it. Source: Istio's validation of 2026; RFC 1123;
/// Kubernetes' label syntax.
namespace lab::crd {

bool is_dns_label(
    std::string_view text);  ///< At most 63 letters, digits and "-", none of that at the ends.
bool is_wildcard_dns_label(std::string_view text);  ///< The same, or "*", or "*" or "*-" before it.
bool is_ip_address(std::string_view text);          ///< IPv4 or IPv6, with a zone too.
bool is_ip_prefix(std::string_view text);           ///< "10.0.0.0/8"; a zone is refused.

std::string fqdn_problem(std::string_view name);
std::string wildcard_domain_problem(
    std::string_view name);  ///< A wildcard may begin the first label.
std::string partial_wildcard_problem(
    std::string_view name);  ///< "*" alone or "*." at the front only.
std::string port_problem(std::uint64_t port);
std::string port_name_problem(std::string_view name);
std::string protocol_problem(std::string_view protocol);  ///< An empty one is good: it is detected.
std::string ip_problem(std::string_view text);
std::string subnet_problem(std::string_view text);  ///< An address or a CIDR block.
std::string unix_path_problem(std::string_view path);
std::string labels_problem(const Labels& labels);
std::string subset_name_problem(std::string_view name);
std::string regex_problem(std::string_view regex, std::string_view where);
/// A gateway of a VirtualService: "mesh", "name", "namespace/name" or a domain name.
std::string gateway_name_problem(std::string_view name);
/// What a header's name may hold beside letters and digits: RFC 9110 section 5.6.2; a JWT rule's
/// output header; a probe's header.
constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
constexpr std::string_view kStrictMarks = "-_";
constexpr std::string_view kProbeMarks = "-";
std::string header_name_problem(std::string_view name, std::string_view marks);
/// Of a header that is added or set: no control characters, and each "%" begins a command or is
/// doubled.
std::string header_value_problem(std::string_view value);

/// How a port's protocol is treated; a name that is not known is `unsupported`.
enum class ProtocolClass : std::uint8_t { unsupported, http, tls, tcp, udp };
ProtocolClass protocol_class(std::string_view protocol);
bool is_http_protocol(std::string_view protocol);  ///< HTTP, HTTP2, GRPC, GRPC-Web.
bool is_tls_protocol(std::string_view protocol);   ///< HTTPS, TLS.

/// Every name that `b` stands for is one that `a` stands for or the other way round (wildcards at
/// the front).
bool hosts_overlap(std::string_view a, std::string_view b);

/// Many hosts and wildcards ("*", "*.a.com"), asked without comparing each with each.
class HostSet {
 public:
  explicit HostSet(const std::vector<std::string>& hosts);
  HostSet(const HostSet&) = delete;  // The maps look into the texts.
  HostSet& operator=(const HostSet&) = delete;
  /// One of them is the host, or a wildcard that stands for it too.
  bool covers(std::string_view host) const;
  /// Places of hosts of which one stands for the other, the earlier first; each host once at most.
  std::vector<std::pair<std::size_t, std::size_t>> overlaps() const;

 private:
  /// The place of a wildcard that stands for the host and is not at `except`, or npos.
  std::size_t wildcard_of(std::string_view host, std::size_t except) const;

  std::vector<std::string> hosts_;
  std::unordered_map<std::string_view, std::size_t> exact_;      ///< The first of that name.
  std::unordered_map<std::string_view, std::size_t> wildcards_;  ///< By what is behind the "*".
};
/// Every name that `inner` stands for is one that `outer` stands for.
bool host_is_subset(std::string_view inner, std::string_view outer);

/// The scheme of a URL that has one and a host (or begins with "/", then the scheme is ""); nothing
/// when it is none.
std::optional<std::string> absolute_url_scheme(std::string_view text);

}  // namespace lab::crd
