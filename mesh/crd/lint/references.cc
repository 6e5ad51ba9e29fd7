#include <algorithm>

#include "base/text.h"
#include "mesh/crd/lint/index.h"
#include "mesh/crd/validation/names.h"

// What a VirtualService, DestinationRule or Sidecar names must be there.

namespace lab::crd {
namespace {

std::string near_hosts(const LintIndex& index, const std::string& name) {
  std::vector<std::string> names;
  for (const KnownHost& host : index.hosts()) names.push_back(host.name);
  return did_you_mean(name, names);
}

void lint_port(const KnownHost& host, const VirtualService& object, const Destination& destination,
               LintReport& report) {
  std::set<std::string> numbers;
  for (const KnownPort& port : host.ports) numbers.insert(std::to_string(port.number));
  if (!destination.port) {
    if (numbers.size() < 2) return;
    report.add("LAB0105", object, destination.origin,
               "sends to \"" + destination.host + "\" without a port, which has several (" +
                   listed(numbers) + "). Add \"port\".");
  } else if (numbers.count(std::to_string(destination.port->number)) == 0) {
    report.add("LAB0104", object, destination.origin,
               "sends to port " + std::to_string(destination.port->number) + " of \"" +
                   destination.host + "\", which has " + listed(numbers) + ". Correct the number.");
  }
}

void lint_subset(const LintIndex& index, const std::string& name, const VirtualService& object,
                 const Destination& destination, LintReport& report) {
  std::set<std::string> subsets;
  const auto rules = index.find_rules(name);
  for (const DestinationRule* rule : rules) {
    for (const Subset& subset : rule->spec.subsets) subsets.insert(subset.name);
  }
  if (subsets.count(destination.subset) != 0) return;
  const std::string which = rules.empty()
                                ? "no DestinationRule is there for the host"
                                : "DestinationRule \"" + rules[0]->metadata.name +
                                      "\" does not define it (it has " + listed(subsets) + ")";
  report.add("LAB0102", object, destination.origin,
             "sends to subset \"" + destination.subset + "\" of \"" + destination.host +
                 "\", but " + which + ". Add the subset or correct the name.");
}

void lint_destination(const LintIndex& index, const VirtualService& object,
                      const Destination& destination, LintReport& report) {
  const std::string name = LintIndex::full_name(destination.host, object.metadata.namespace_name);
  const auto hosts = index.find_hosts(name);
  if (!destination.subset.empty()) lint_subset(index, name, object, destination, report);
  if (hosts.empty()) {
    if (is_installed_host(name)) return;
    report.add("LAB0101", object, destination.origin,
               "sends to \"" + destination.host + "\", which no Service or ServiceEntry defines." +
                   near_hosts(index, name) + " Add it or correct the name.");
    return;
  }
  const bool any_has_port = std::any_of(hosts.begin(), hosts.end(), [&](const KnownHost* host) {
    return std::any_of(host->ports.begin(), host->ports.end(), [&](const KnownPort& port) {
      return destination.port && port.number == destination.port->number;
    });
  });
  if (!any_has_port) lint_port(*hosts[0], object, destination, report);
}

void lint_gateway_names(const LintIndex& index, const VirtualService& object, LintReport& report) {
  for (const std::string& name : object.spec.gateways) {
    if (name == "mesh" || index.find_gateway(name, object.metadata.namespace_name) != nullptr)
      continue;
    std::vector<std::string> names;
    for (const Gateway& gateway : index.objects().gateways) {
      names.push_back(gateway.metadata.namespace_name == object.metadata.namespace_name
                          ? gateway.metadata.name
                          : qualified_name(gateway));
    }
    report.add("LAB0103", object,
               "is bound to the gateway \"" + name + "\", which does not exist." +
                   did_you_mean(name, names) + " Add the Gateway or correct the name.");
  }
}

void lint_delegates(const LintIndex& index, const VirtualService& object, LintReport& report) {
  for (const HttpRoute& route : object.spec.http) {
    if (!route.delegate) continue;
    const std::string space = route.delegate->namespace_name.empty()
                                  ? object.metadata.namespace_name
                                  : route.delegate->namespace_name;
    const auto& all = index.objects().virtual_services;
    const auto found = std::find_if(all.begin(), all.end(), [&](const VirtualService& other) {
      return other.metadata.name == route.delegate->name && other.metadata.namespace_name == space;
    });
    if (found == all.end()) {
      report.add(
          "LAB0106", object, route.delegate->origin,
          "delegates to \"" + space + "/" + route.delegate->name + "\", which does not exist.");
    } else if (!found->spec.hosts.empty()) {
      report.add("LAB0107", object, route.delegate->origin,
                 "delegates to \"" + space + "/" + route.delegate->name +
                     "\", which has hosts of its own, so that its routes are not taken over. "
                     "Remove its hosts.");
    }
  }
}

/// "*.local" and the like: a rule for the mesh as a whole, whatever services there are.
bool is_for_whole_mesh(const std::string& host) {
  return host.front() == '*' && hosts_overlap(host, "a.b.svc.cluster.local");
}

/// Subsets without endpoints. One that nothing sends to, beside others that have some, waits for
/// its workloads: a version to come.
void lint_subset_labels(const LintIndex& index, const DestinationRule& rule,
                        const std::string& name, const std::vector<Labels>& endpoints,
                        LintReport& report) {
  std::vector<const Subset*> empty;
  for (const Subset& subset : rule.spec.subsets) {
    const bool any = std::any_of(endpoints.begin(), endpoints.end(), [&](const Labels& labels) {
      return labels_match(subset.labels, labels);
    });
    if (!any) empty.push_back(&subset);
  }
  const bool all_empty = empty.size() == rule.spec.subsets.size();
  for (const Subset* subset : empty) {
    if (!all_empty && !index.sends_to(name, subset->name)) continue;
    report.add("LAB0109", rule, subset->origin,
               "no endpoint of \"" + rule.spec.host + "\" has the labels of subset \"" +
                   subset->name + "\": requests to it get 503. Correct the labels.");
  }
}

void lint_rule(const LintIndex& index, const DestinationRule& rule, LintReport& report) {
  const std::string name = LintIndex::full_name(rule.spec.host, rule.metadata.namespace_name);
  const auto hosts = index.find_hosts(name);
  if (hosts.empty()) {
    if (is_installed_host(name) || is_for_whole_mesh(name)) return;
    report.add("LAB0108", rule,
               "is for the host \"" + rule.spec.host +
                   "\", which no Service or ServiceEntry defines." + near_hosts(index, name));
    return;
  }
  std::vector<Labels> endpoints;
  for (const KnownHost* host : hosts) {
    for (const Labels& labels : index.endpoint_labels(*host)) endpoints.push_back(labels);
  }
  if (!endpoints.empty()) lint_subset_labels(index, rule, name, endpoints, report);
}

void lint_sidecar_hosts(const LintIndex& index, const Sidecar& sidecar, LintReport& report) {
  for (const IstioEgressListener& listener : sidecar.spec.egress) {
    for (const std::string& text : listener.hosts) {
      const std::size_t slash = text.find('/');
      const std::string space =
          text.substr(0, slash) == "." ? sidecar.metadata.namespace_name : text.substr(0, slash);
      const std::string host = text.substr(slash + 1);
      if (host == "*" || space == "~" || is_installed_host(host)) continue;
      const auto hosts = index.find_hosts(host);
      const bool any = std::any_of(hosts.begin(), hosts.end(), [&](const KnownHost* known) {
        return space == "*" || known->namespace_name == space;
      });
      if (any) continue;
      report.add("LAB0110", sidecar, listener.origin,
                 "lets \"" + text +
                     "\" through, but no Service or ServiceEntry of that namespace has this host.");
    }
  }
}

}  // namespace

void lint_references(const LintIndex& index, LintReport& report) {
  for (const VirtualService& object : index.objects().virtual_services) {
    each_destination(object, [&](const Destination& destination) {
      lint_destination(index, object, destination, report);
    });
    lint_gateway_names(index, object, report);
    lint_delegates(index, object, report);
  }
  for (const DestinationRule& rule : index.objects().destination_rules)
    lint_rule(index, rule, report);
  for (const Sidecar& sidecar : index.objects().sidecars)
    lint_sidecar_hosts(index, sidecar, report);
}

}  // namespace lab::crd
