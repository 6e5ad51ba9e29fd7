#include "mesh/crd/validation/common.h"

#include <algorithm>
#include <set>

#include "mesh/crd/validation/names.h"

namespace lab::crd {

using namespace std::chrono_literals;

std::string duration_problem(const Duration& duration) {
  if (duration < 1ms) return "must be at least 1ms.";
  return duration % 1ms == 0ns ? "" : "must be in whole milliseconds.";
}

void check_duration(Checker& checker, const char* name, const std::optional<Duration>& duration) {
  if (duration) checker.expect(name, duration_problem(*duration));
}

void check_destination(Checker& checker, const Destination& destination) {
  if (destination.host == "*") {
    checker.error("host", "a destination must name a service, not \"*\".");
  } else {
    checker.expect("host", wildcard_domain_problem(destination.host));
  }
  if (!destination.subset.empty())
    checker.expect("subset", subset_name_problem(destination.subset));
  checker.with("port", destination.port, [&](const PortSelector& port) {
    checker.expect("number", port_problem(port.number));
  });
}

namespace {

std::string visibility_problem(const std::string& entry) {
  if (entry == "*" || entry == "." || is_dns_label(entry)) return "";
  if (entry == "~") return "\"~\" (nobody) is for ServiceEntry only.";
  return "\"" + entry + "\" is neither \".\", \"*\" nor a namespace.";
}

}  // namespace

void check_export_to(Checker& checker, const std::vector<std::string>& export_to,
                     bool service_entry, bool selected_rule) {
  const Checker::Step step(checker, "exportTo");
  const std::string& own = checker.metadata().namespace_name;
  std::set<std::string> seen;
  for (const std::string& entry : export_to) {
    const std::string key = entry == "." ? own : entry;
    if (seen.count(key) != 0) {
      checker.error("\"" + entry + "\" is there twice (\".\" is the object's own namespace, " +
                    own + ").");
      continue;
    }
    const std::string problem = service_entry && entry == "~" ? "" : visibility_problem(key);
    checker.expect(problem);
    if (problem.empty()) seen.insert(key);
  }
  if (selected_rule && !seen.empty() && (seen.count(own) == 0 || seen.size() > 1)) {
    checker.error(
        "a DestinationRule with a workloadSelector can only be exported to its own namespace.");
  }
  for (const char* all_or_nobody : {"*", "~"}) {
    if (seen.count(all_or_nobody) != 0 && export_to.size() > 1) {
      checker.error("\"" + std::string(all_or_nobody) + "\" must stand alone.");
    }
  }
}

void check_selector(Checker& checker, const char* name, const Labels& labels) {
  const Checker::Step step(checker, name);
  if (labels.empty())
    checker.warn("this selector has no labels, so it selects everything in the namespace.");
  for (const auto& [key, value] : labels) {
    if (key.empty()) checker.error("a selector's key must not be empty.");
    if ((key + value).find('*') != std::string::npos) {
      checker.error("a wildcard is not supported in a selector: \"" + key + ": " + value + "\".");
    }
  }
}

namespace {

void check_target(Checker& checker, const TargetReference& target) {
  struct Allowed {
    const char* group;
    const char* kind;
  };
  static constexpr Allowed kAllowed[] = {{"", "Service"},
                                         {"core", "Service"},
                                         {"networking.istio.io", "ServiceEntry"},
                                         {"gateway.networking.k8s.io", "Gateway"},
                                         {"gateway.networking.k8s.io", "GatewayClass"}};
  if (target.name.empty()) checker.error("name", "the name must be set.");
  if (!target.namespace_name.empty())
    checker.error("namespace", "a reference to another namespace is not supported.");
  const bool allowed =
      std::any_of(std::begin(kAllowed), std::end(kAllowed), [&](const Allowed& entry) {
        return target.group == entry.group && target.kind == entry.kind;
      });
  if (!allowed) {
    checker.error("kind",
                  "a policy attaches to a Service, ServiceEntry, Gateway or GatewayClass, not to " +
                      target.group + "/" + target.kind + ".");
  }
}

}  // namespace

void check_targets(Checker& checker, const std::optional<LabelSelector>& selector,
                   const std::optional<TargetReference>& target,
                   const std::vector<TargetReference>& targets) {
  if ((selector ? 1 : 0) + (target ? 1 : 0) + (targets.empty() ? 0 : 1) > 1) {
    checker.error("only one of selector, targetRef and targetRefs may be set.");
  }
  checker.with("selector", selector, [&](const LabelSelector& labels) {
    check_selector(checker, "matchLabels", labels.match_labels);
  });
  checker.with("targetRef", target,
               [&](const TargetReference& one) { check_target(checker, one); });
  checker.each("targetRefs", targets,
               [&](const TargetReference& one) { check_target(checker, one); });
}

void check_scoped_host(Checker& checker, const std::string& host, bool gateway) {
  const std::size_t slash = host.find('/');
  if (slash == std::string::npos && !gateway) {
    return checker.error("a host must be of the form NAMESPACE/HOST (\"./*\", \"*/a.example\").");
  }
  const std::string space = slash == std::string::npos ? "*" : host.substr(0, slash);
  const std::string name = slash == std::string::npos ? host : host.substr(slash + 1);
  const bool special = space == "*" || space == "." || (space == "~" && !gateway);
  if (!special && !is_dns_label(space)) {
    checker.error("\"" + space +
                  "\" is no namespace; use a name, \".\" (the own one) or \"*\" (all).");
  }
  if (slash != std::string::npos && name.empty())
    checker.error("the host after the \"/\" must not be empty.");
  if (name != "*" && name.find('.') == std::string::npos) {
    checker.error("\"" + name +
                  "\" is a short name; write the full one (NAME.NAMESPACE.svc.cluster.local).");
  }
  const std::string problem = wildcard_domain_problem(name);
  if (!gateway || !is_ip_address(name)) checker.expect(problem);
  checker.expect(partial_wildcard_problem(name));
}

void check_workload_entry(Checker& checker, const WorkloadEntrySpec& entry,
                          const std::vector<std::string>* service_ports, bool names_allowed) {
  const std::string& address = entry.address;
  const bool unix_socket = address.compare(0, 7, "unix://") == 0;
  if (address.empty() && entry.network.empty())
    return checker.error("the address is required. Add \"address\".");
  if (address.empty()) checker.warn("the address is not set, only the network.");
  if (unix_socket) {
    checker.expect("address", unix_path_problem(address.substr(7)));
    if (!entry.ports.empty()) checker.error("ports", "a unix socket has no ports.");
  } else if (!address.empty() && !is_ip_address(address)) {
    if (!names_allowed) {
      checker.error("address", "\"" + address + "\" is not a valid IP address.");
    } else if (!fqdn_problem(address).empty()) {
      checker.error("address", "\"" + address + "\" is neither an IP address nor a domain name.");
    }
  }
  checker.each_entry("ports", entry.ports, [&](const std::string& name, std::uint32_t port) {
    if (service_ports != nullptr &&
        std::find(service_ports->begin(), service_ports->end(), name) == service_ports->end()) {
      checker.error("the service has no port named \"" + name + "\".");
    }
    checker.expect(port_name_problem(name));
    checker.expect(port_problem(port));
  });
  checker.expect("labels", labels_problem(entry.labels));
  if (unix_socket && service_ports != nullptr && service_ports->size() != 1) {
    checker.error("address", "a unix socket needs a service with exactly one port.");
  }
}

}  // namespace lab::crd
