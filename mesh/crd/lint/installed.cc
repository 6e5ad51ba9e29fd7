#include <algorithm>
#include <array>

#include "base/text.h"
#include "mesh/crd/lint/index.h"

// What an installation of Istio brings along. Configurations name it and don't repeat it, so that
// its absence from the files says nothing.

namespace lab::crd {
namespace {

constexpr std::array<std::string_view, 7> kControlServices = {
    "istiod", "prometheus", "grafana", "kiali", "tracing", "zipkin", "jaeger-collector"};

constexpr std::array<std::string_view, 6> kGatewayNames = {
    "ingressgateway", "egressgateway", "eastwestgateway", "ingress", "egress", "eastwest"};

/// Where gateways and proxies of an installation find files without any volume in the user's own
/// objects: the Secrets that it mounts when they are there, and the image's own roots.
constexpr std::array<std::string_view, 6> kGatewayFolders = {
    "/etc/istio/ingressgateway-certs/",  "/etc/istio/ingressgateway-ca-certs/",
    "/etc/istio/egressgateway-certs/",   "/etc/istio/egressgateway-ca-certs/",
    "/etc/istio/eastwestgateway-certs/", "/etc/istio/gateway-certs/"};
constexpr std::array<std::string_view, 7> kProxyFolders = {"/etc/ssl/",
                                                           "/etc/pki/",
                                                           "/etc/istio/config/",
                                                           "/var/run/secrets/",
                                                           "/etc/certs/key.pem",
                                                           "/etc/certs/cert-chain.pem",
                                                           "/etc/certs/root-cert.pem"};

template <class List>
bool contains(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

template <class List>
bool is_below(const List& folders, const std::string& file) {
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view folder) {
    return file.compare(0, folder.size(), folder) == 0;
  });
}

bool is_gateway_name(std::string_view name) {
  constexpr std::string_view front = "istio-";
  return name.substr(0, front.size()) == front &&
         contains(kGatewayNames, name.substr(front.size()));
}

}  // namespace

bool is_installed_host(const std::string& name) {
  if (name == "kubernetes.default.svc.cluster.local" ||
      name == "kube-dns.kube-system.svc.cluster.local")
    return true;
  const std::vector<std::string> parts = split(name, '.');
  if (parts.size() < 3 || parts[1].compare(0, 6, "istio-") != 0 || parts[2] != "svc") return false;
  return contains(kControlServices, parts[0]) || is_gateway_name(parts[0]);
}

bool is_installed_gateway(const Labels& labels) {
  return !labels.empty() && std::all_of(labels.begin(), labels.end(), [](const auto& label) {
    return (label.first == "istio" && contains(kGatewayNames, label.second)) ||
           (label.first == "app" && is_gateway_name(label.second));
  });
}

bool is_installed_file(const LintIndex& index, const std::string& file) {
  if (is_below(kProxyFolders, file)) return true;
  if (!is_below(kGatewayFolders, file)) return false;
  return std::none_of(
      index.workloads().begin(), index.workloads().end(), [](const KnownWorkload& workload) {
        const auto istio = workload.labels.find("istio");
        return istio != workload.labels.end() && contains(kGatewayNames, istio->second);
      });
}

}  // namespace lab::crd
