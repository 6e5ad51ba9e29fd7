#include "base/text.h"
#include "mesh/compile/names.h"
#include "mesh/compile/virtual_hosts.h"

namespace lab::compile {
namespace {

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_address(const std::string& host) {
  return host.find(':') != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

/// "reviews.prod.svc.cluster.local" -> "reviews" (same namespace), "reviews.prod.svc",
/// "reviews.prod".
void add_short_names(const std::string& host, const Proxy& proxy, std::vector<std::string>& names) {
  if (!ends_with(host, ".svc." + proxy.mesh().domain)) return;
  const std::size_t svc = host.find(".svc.");
  const std::size_t dot = host.find('.');
  if (dot >= svc) return;
  const std::string qualified = host.substr(0, svc);
  if (host.substr(dot + 1, svc - dot - 1) == proxy.workload.name_space) {
    names.push_back(host.substr(0, dot));
    names.push_back(qualified + ".svc");
    names.push_back(qualified);
  } else {
    names.push_back(qualified);
    names.push_back(qualified + ".svc");
  }
}

/// Istio 1.0: what is left of the host without the part that it shares with the proxy's domain, and
/// that with each shorter beginning of the shared part.
void add_partial_names(const std::string& host, const Proxy& proxy,
                       std::vector<std::string>& names) {
  const std::vector<std::string> parts = split(host, '.'), own = split(proxy.dns_domain(), '.');
  std::size_t shared = 0;
  while (shared < parts.size() && shared < own.size() &&
         parts[parts.size() - 1 - shared] == own[own.size() - 1 - shared]) {
    ++shared;
  }
  if (shared == 0 || shared == parts.size()) return;
  const auto first = parts.begin();
  const std::size_t unique = parts.size() - shared;
  names.push_back(join({first, first + static_cast<std::ptrdiff_t>(unique)}, "."));
  for (std::size_t more = shared - 1; more > 0; --more) {
    names.push_back(join({first, first + static_cast<std::ptrdiff_t>(unique + more)}, "."));
  }
}

void add_names_of(const std::string& host, const Proxy& proxy, std::vector<std::string>& names) {
  names.push_back(host);
  if (proxy.profile().absolute_domains && !is_address(host)) names.push_back(host + ".");
  if (proxy.profile().short_names_of_entries) {
    add_partial_names(host, proxy, names);
  } else {
    add_short_names(host, proxy, names);
  }
}

}  // namespace

std::vector<std::string> service_domains(const model::Service& service, const Egress& egress,
                                         const Proxy& proxy) {
  std::vector<std::string> names;
  add_names_of(service.host, proxy, names);
  for (const model::Service* other : proxy.snapshot.registry.aliases_of(service.host)) {
    const std::string& own = proxy.workload.name_space;
    // Istio asks whether the name is imported from the namespace of the service behind it.
    if (model::visible(other->export_to, other->name_space, own) &&
        egress.imports(other->host, service.name_space, own))
      add_names_of(other->host, proxy, names);
  }
  if (service.headless && service.kubernetes && proxy.profile().headless_per_endpoint) {
    const std::size_t count = names.size();
    for (std::size_t i = 0; i < count; ++i) names.push_back("*." + names[i]);
  }
  const bool only_first = proxy.profile().entry_per_address && !service.kubernetes;
  for (const std::string& address : service.addresses) {
    if (address.find('/') == std::string::npos) names.push_back(address);
    if (only_first) break;
  }
  return names;
}

}  // namespace lab::compile
