#include "orchestrator/netns/iptables.h"

#include <sstream>

namespace lab::orchestrator {
namespace {

/// Collects the lines of one table.
class Rules {
 public:
  void chain(const std::string& name) { text_ << "-N " << name << "\n"; }
  void add(const std::string& rule) { text_ << "-A " << rule << "\n"; }
  std::string table(const std::string& name) const {
    return "*" + name + "\n" + text_.str() + "COMMIT\n";
  }

 private:
  std::ostringstream text_;
};

/// How the proxy's own connections are told from others: by owner, or by mark where its user can't
/// be mapped.
std::vector<std::string> proxy_matches(const Redirect& redirect) {
  if (redirect.exempt_mark) return {"-m mark --mark " + std::to_string(*redirect.exempt_mark)};
  return {"-m owner --uid-owner " + std::to_string(redirect.proxy_uid),
          "-m owner --gid-owner " + std::to_string(redirect.proxy_gid)};
}

std::string negated(const std::string& match) {
  std::string result = match;
  const std::size_t option = result.find("--");
  return result.insert(option, "! ");
}

void inbound(Rules& rules, const Redirect& redirect, const std::string& target,
             const std::vector<std::uint16_t>& always_excluded) {
  rules.add("PREROUTING -p tcp -j ISTIO_INBOUND");
  const auto port_rule = [&](std::uint16_t port, const std::string& to) {
    rules.add("ISTIO_INBOUND -p tcp -m tcp --dport " + std::to_string(port) + " -j " + to);
  };
  if (redirect.included_inbound_ports) {
    for (const std::uint16_t port : *redirect.included_inbound_ports) port_rule(port, target);
    return;
  }
  for (const std::uint16_t port : always_excluded) port_rule(port, "RETURN");
  for (const std::uint16_t port : redirect.excluded_inbound_ports) port_rule(port, "RETURN");
  rules.add("ISTIO_INBOUND -p tcp -j " + target);
}

void outbound_exclusions(Rules& rules, const Redirect& redirect) {
  for (const uid_t uid : redirect.excluded_uids) {
    rules.add("ISTIO_OUTPUT -m owner --uid-owner " + std::to_string(uid) + " -j RETURN");
  }
  for (const std::uint16_t port : redirect.excluded_outbound_ports) {
    rules.add("ISTIO_OUTPUT -p tcp -m tcp --dport " + std::to_string(port) + " -j RETURN");
  }
}

void outbound_end(Rules& rules, const Redirect& redirect) {
  rules.add("ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN");
  for (const std::string& range : redirect.excluded_outbound_ranges) {
    rules.add("ISTIO_OUTPUT -d " + range + " -j RETURN");
  }
  rules.add("ISTIO_OUTPUT -j ISTIO_REDIRECT");
}

/// Istio 1.0: one port for both directions; a Pod's call to its own address goes through the proxy
/// too.
void istio_1_0(Rules& rules, const Redirect& redirect) {
  inbound(rules, redirect, "ISTIO_IN_REDIRECT", {22});
  outbound_exclusions(rules, redirect);
  rules.add("ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -j ISTIO_REDIRECT");
  for (const std::string& proxy : proxy_matches(redirect)) {
    rules.add("ISTIO_OUTPUT " + proxy + " -j RETURN");
  }
  outbound_end(rules, redirect);
}

/// Today: what the proxy sends to its own Pod's address is inbound traffic; 127.0.0.6 is its
/// passthrough source.
void istio_current(Rules& rules, const Redirect& redirect) {
  inbound(rules, redirect, "ISTIO_IN_REDIRECT", {15008, 15090, 15021, 15020});
  outbound_exclusions(rules, redirect);
  rules.add("ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN");
  for (const std::string& proxy : proxy_matches(redirect)) {
    rules.add("ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m tcp ! --dport 15008 " + proxy +
              " -j ISTIO_IN_REDIRECT");
    rules.add("ISTIO_OUTPUT -o lo " + negated(proxy) + " -j RETURN");
    rules.add("ISTIO_OUTPUT " + proxy + " -j RETURN");
  }
  outbound_end(rules, redirect);
}

}  // namespace

std::string redirect_rules(const Redirect& redirect) {
  if (redirect.mode == Redirect::Mode::none) return "";
  Rules rules;
  for (const char* chain :
       {"ISTIO_INBOUND", "ISTIO_REDIRECT", "ISTIO_IN_REDIRECT", "ISTIO_OUTPUT"}) {
    rules.chain(chain);
  }
  const bool current = redirect.mode == Redirect::Mode::istio_current;
  const std::uint16_t inbound_port = current ? redirect.inbound_port : redirect.outbound_port;
  rules.add("ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports " +
            std::to_string(redirect.outbound_port));
  rules.add("ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports " + std::to_string(inbound_port));
  rules.add("OUTPUT -p tcp -j ISTIO_OUTPUT");
  current ? istio_current(rules, redirect) : istio_1_0(rules, redirect);
  return rules.table("nat");
}

std::string service_rules(const std::vector<ServiceRoute>& services) {
  if (services.empty()) return "";
  Rules leading, refusing;
  for (Rules* rules : {&leading, &refusing}) {
    rules->chain("KUBE-SERVICES");
    rules->add("OUTPUT -p tcp -j KUBE-SERVICES");
  }
  for (const ServiceRoute& service : services) {
    const std::string match = "KUBE-SERVICES -d " + service.address + "/32 -p tcp -m tcp --dport " +
                              std::to_string(service.port);
    if (service.endpoints.empty())
      refusing.add(match + " -j REJECT --reject-with icmp-port-unreachable");
    for (std::size_t i = 0; i < service.endpoints.size(); ++i) {
      // Of those that are left, each is as likely.
      const std::size_t left = service.endpoints.size() - i;
      const std::string chance = left == 1 ? ""
                                           : " -m statistic --mode random --probability " +
                                                 std::to_string(1.0 / static_cast<double>(left));
      leading.add(match + chance + " -j DNAT --to-destination " + service.endpoints[i]);
    }
  }
  return leading.table("nat") + refusing.table("filter");
}

std::string fabric_rules() {
  Rules rules;
  rules.add("FORWARD -o lo -j REJECT --reject-with icmp-host-unreachable");
  return rules.table("filter");
}

}  // namespace lab::orchestrator
