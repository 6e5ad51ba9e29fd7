#include <algorithm>
#include <functional>

#include "base/text.h"
#include "mesh/compile/authorization.h"
#include "mesh/compile/rbac_matchers.h"

namespace lab::compile {
namespace {

/// Makes one condition from one value; nothing when it has no meaning for TCP.
template <class T>
using Maker = std::function<std::optional<T>(const std::string& value)>;
/// The same from all values at once; what it makes needs no "or" around it.
template <class T>
using SetMaker = std::function<std::optional<T>(const std::vector<std::string>& values)>;

/// What one key of a rule wants: one of the values, none of the others.
template <class T>
struct Wanted {
  Maker<T> make;
  std::vector<std::string> values, not_values;
  SetMaker<T> make_all{};  ///< Instead of `make`.
};

/// Builds the two halves of a rule.
class RuleBuilder {
 public:
  RuleBuilder(const std::string& name_space, bool tcp, bool deny, const model::MeshOptions& mesh)
      : name_space_(name_space), tcp_(tcp), deny_(deny), mesh_(mesh) {}

  std::optional<config::Policy> build(const crd::AuthorizationRule& rule) {
    for (const crd::AuthorizationCondition& condition : rule.when) add_condition(condition);
    config::Policy policy;
    if (rule.to.empty() && !push(policy.permissions, base_permission_, any_permission())) return {};
    for (const crd::AuthorizationTo& to : rule.to) {
      if (!push(policy.permissions, permissions_of(to), any_permission())) return {};
    }
    if (rule.from.empty() && !push(policy.principals, base_principal_, any_principal())) return {};
    for (const crd::AuthorizationFrom& from : rule.from) {
      if (!push(policy.principals, principals_of(from), any_principal())) return {};
    }
    return policy;
  }

 private:
  using Permissions = std::vector<Wanted<config::Permission>>;
  using Principals = std::vector<Wanted<config::Principal>>;

  /// False when the rule needs what TCP has not, and must then not be enforced.
  template <class T>
  bool push(std::vector<T>& out, const std::vector<Wanted<T>>& wanted, T any) const {
    std::vector<T> parts;
    for (const Wanted<T>& one : wanted) {
      if (!add_side(parts, one, one.values, false) || !add_side(parts, one, one.not_values, true))
        return false;
    }
    if (parts.empty()) parts.push_back(std::move(any));
    out.push_back(all_of(std::move(parts)));
    return true;
  }

  template <class T>
  bool add_side(std::vector<T>& parts, const Wanted<T>& one, const std::vector<std::string>& values,
                bool negative) const {
    if (one.make_all) {
      if (values.empty()) return true;
      std::optional<T> made = one.make_all(values);
      if (!made) return deny_;
      parts.push_back(negative ? none_of(*std::move(made)) : *std::move(made));
      return true;
    }
    std::vector<T> alternatives;
    for (const std::string& value : values) {
      std::optional<T> made = one.make(value);
      if (made) {
        alternatives.push_back(std::move(*made));
      } else if (!deny_) {
        return false;
      }
    }
    if (alternatives.empty()) return true;
    T either = any_of(std::move(alternatives));
    parts.push_back(negative ? none_of(std::move(either)) : std::move(either));
    return true;
  }

  // Permissions: what is asked for.

  Permissions permissions_of(const crd::AuthorizationTo& to) const {
    Permissions all;
    if (to.operation) {
      const crd::AuthorizationOperation& operation = *to.operation;
      add(all, host(), operation.hosts, operation.not_hosts);
      add(all, method(), operation.methods, operation.not_methods);
      add(all, path(), operation.paths, operation.not_paths);
      add(all, port(), operation.ports, operation.not_ports);
    }
    all.insert(all.end(), base_permission_.begin(), base_permission_.end());
    return all;
  }

  static void add_all(Principals& all, SetMaker<config::Principal> make,
                      std::vector<std::string> values, std::vector<std::string> not_values) {
    if (values.empty() && not_values.empty()) return;
    all.push_back({{}, std::move(values), std::move(not_values), std::move(make)});
  }

  template <class T>
  static void add(std::vector<Wanted<T>>& all, Maker<T> make, std::vector<std::string> values,
                  std::vector<std::string> not_values) {
    if (values.empty() && not_values.empty()) return;
    all.push_back({std::move(make), std::move(values), std::move(not_values)});
  }

  Maker<config::Permission> http_permission(
      std::function<void(config::Permission&, const std::string&)> fill) const {
    return [tcp = tcp_, fill](const std::string& value) -> std::optional<config::Permission> {
      if (tcp) return {};
      config::Permission permission;
      fill(permission, value);
      return permission;
    };
  }
  Maker<config::Permission> host() const {
    return http_permission([](config::Permission& out, const std::string& value) {
      out.header = header_matcher(":authority", value, true);
    });
  }
  Maker<config::Permission> method() const {
    return http_permission([](config::Permission& out, const std::string& value) {
      out.header = header_matcher(":method", value);
    });
  }
  Maker<config::Permission> path() const {
    return http_permission([](config::Permission& out, const std::string& value) {
      if (is_path_template(value)) {
        out.uri_template = path_template(value);
      } else {
        out.url_path.emplace().path = text_matcher(value);
      }
    });
  }
  static Maker<config::Permission> port() {
    return [](const std::string& value) -> std::optional<config::Permission> {
      config::Permission permission;
      permission.destination_port =
          static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
      return permission;
    };
  }

  // Principals: who asks.

  Principals principals_of(const crd::AuthorizationFrom& from) const {
    Principals all;
    if (from.source) {
      const crd::AuthorizationSource& source = *from.source;
      add(all, principal(), expand(source.principals), expand(source.not_principals));
      add_all(all, request_principal(), source.request_principals, source.not_request_principals);
      add(all, service_account(), source.service_accounts, source.not_service_accounts);
      add(all, name_space(), source.namespaces, source.not_namespaces);
      add(all, trust_domain(), source.trust_domains, source.not_trust_domains);
      add(all, remote_ip(), source.remote_ip_blocks, source.not_remote_ip_blocks);
      add(all, source_ip(), source.ip_blocks, source.not_ip_blocks);
    }
    all.insert(all.end(), base_principal_.begin(), base_principal_.end());
    return all;
  }

  /// Identities of the mesh's trust domain count under each of its names.
  std::vector<std::string> expand(const std::vector<std::string>& values) const {
    if (mesh_.trust_domain_aliases.empty() && mesh_.trust_domain == "cluster.local") return values;
    std::vector<std::string> out;
    for (const std::string& value : values) {
      const std::size_t slash = value.find('/');
      const std::string domain = value.substr(0, slash);
      const auto& aliases = mesh_.trust_domain_aliases;
      const bool own = slash != std::string::npos &&
                       (domain == mesh_.trust_domain || domain == "cluster.local" ||
                        std::find(aliases.begin(), aliases.end(), domain) != aliases.end());
      if (!own) {
        out.push_back(value);
        continue;
      }
      out.push_back(mesh_.trust_domain + value.substr(slash));
      for (const std::string& alias : aliases) out.push_back(alias + value.substr(slash));
    }
    return out;
  }

  static std::optional<config::Principal> authenticated(config::StringMatcher name) {
    config::Principal principal;
    principal.authenticated.emplace().principal_name = std::move(name);
    return principal;
  }
  static config::StringMatcher regex(const std::string& text) {
    config::StringMatcher matcher;
    matcher.safe_regex.emplace().regex = text;
    return matcher;
  }
  static Maker<config::Principal> principal() {
    return [](const std::string& value) { return authenticated(text_matcher(value, "spiffe://")); };
  }
  static Maker<config::Principal> name_space() {
    return [](const std::string& value) {
      return authenticated(regex(".*/ns/" + replace_all(value, "*", ".*") + "/.*"));
    };
  }
  static Maker<config::Principal> trust_domain() {
    return [](const std::string& value) {
      const std::size_t star = value.find('*');
      if (star != std::string::npos && value != "*") {
        return authenticated(regex("spiffe://" + quote_regex(value.substr(0, star)) + "[^/]*" +
                                   quote_regex(value.substr(star + 1)) + "/.*"));
      }
      config::StringMatcher matcher;
      matcher.prefix = value == "*" ? "spiffe://" : "spiffe://" + value + "/";
      return authenticated(std::move(matcher));
    };
  }
  Maker<config::Principal> service_account() const {
    return [own = name_space_](const std::string& value) {
      const std::size_t slash = value.find('/');
      const std::string owner = slash == std::string::npos ? own : value.substr(0, slash);
      const std::string account = slash == std::string::npos ? value : value.substr(slash + 1);
      return authenticated(regex("spiffe://.+/ns/" + owner + "/(.+/|)sa/" + account + "(/.+)?"));
    };
  }
  static Maker<config::Principal> source_ip() {
    return [](const std::string& value) -> std::optional<config::Principal> {
      config::Principal principal;
      principal.direct_remote_ip = address_range(value);
      return principal;
    };
  }
  static Maker<config::Principal> remote_ip() {
    return [](const std::string& value) -> std::optional<config::Principal> {
      config::Principal principal;
      principal.remote_ip = address_range(value);
      return principal;
    };
  }
  /// A claim of a verified token: one value, or a list that holds one.
  SetMaker<config::Principal> claim(std::vector<std::string> path) const {
    return [tcp = tcp_, path](const std::vector<std::string>& values) {
      std::optional<config::Principal> made;
      if (!tcp && !path.empty()) made.emplace().metadata = claim_matcher(path, values);
      return made;
    };
  }
  /// "ISSUER/SUBJECT"; a star may stand at either end.
  static config::Principal request_principal_of(const std::string& value) {
    const std::size_t slash = value.rfind('/');
    const bool has_slash = slash != std::string::npos;
    std::string issuer = value.substr(0, slash);
    std::string subject = has_slash ? value.substr(slash + 1) : "";
    if (!has_slash && !value.empty() && value.front() == '*') {
      issuer = "*";
      subject = value;
    } else if (!has_slash && !value.empty() && value.back() == '*') {
      subject = "*";
    }
    // Only one of the two is a pattern: a star in front belongs to the issuer, one at the end to
    // the subject.
    const bool front = !value.empty() && value.front() == '*';
    const bool back = !front && !value.empty() && value.back() == '*';
    const auto part = [](const std::string& text, bool pattern) {
      config::StringMatcher matcher;
      if (pattern) return text_matcher(text);
      matcher.exact = text;
      return matcher;
    };
    config::Principal who, whom;
    who.metadata = claim_text_matcher("iss", part(issuer, front || (back && !has_slash)));
    whom.metadata = claim_text_matcher("sub", part(subject, back || (front && !has_slash)));
    return all_of({std::move(who), std::move(whom)});
  }
  SetMaker<config::Principal> request_principal() const {
    return [tcp = tcp_](const std::vector<std::string>& values) {
      std::optional<config::Principal> made;
      if (tcp) return made;
      std::vector<config::Principal> all;
      for (const std::string& value : values) all.push_back(request_principal_of(value));
      made = all.size() == 1 ? std::move(all.front()) : any_of(std::move(all));
      return made;
    };
  }

  // Conditions of "when".

  void add_condition(const crd::AuthorizationCondition& condition) {
    const std::string& key = condition.key;
    const auto permission = [&](Maker<config::Permission> make) {
      add(base_permission_, std::move(make), condition.values, condition.not_values);
    };
    const auto who = [&](Maker<config::Principal> make) {
      add(base_principal_, std::move(make), condition.values, condition.not_values);
    };
    if (key == "destination.ip") return permission(destination_ip());
    if (key == "destination.port") return permission(port());
    if (key == "connection.sni") return permission(server_name());
    if (key == "source.ip") return who(source_ip());
    if (key == "remote.ip") return who(remote_ip());
    if (key == "source.namespace") return who(name_space());
    if (key == "source.serviceAccount") return who(service_account());
    if (key == "source.principal") {
      return add(base_principal_, principal(), expand(condition.values),
                 expand(condition.not_values));
    }
    const auto token = [&](SetMaker<config::Principal> make) {
      add_all(base_principal_, std::move(make), condition.values, condition.not_values);
    };
    if (key == "request.auth.principal") return token(request_principal());
    if (key == "request.auth.audiences") return token(claim({"aud"}));
    if (key == "request.auth.presenter") return token(claim({"azp"}));
    if (key.rfind("request.auth.claims", 0) == 0) return token(claim(bracket_steps(key)));
    if (key.rfind("experimental.envoy.filters.", 0) == 0) return add_metadata(condition);
    if (key.rfind("request.headers", 0) == 0) who(request_header(bracket_steps(key)));
  }
  /// "experimental.envoy.filters.NAME[KEY]": what a filter left in the request's metadata.
  void add_metadata(const crd::AuthorizationCondition& condition) {
    constexpr std::string_view kFront = "experimental.";
    const std::size_t open = condition.key.find('[');
    if (open == std::string::npos || condition.key.back() != ']') return;
    const std::string filter = condition.key.substr(kFront.size(), open - kFront.size());
    const std::string step = condition.key.substr(open + 1, condition.key.size() - open - 2);
    Wanted<config::Permission> wanted{{}, condition.values, condition.not_values};
    wanted.make_all = [filter, step](const std::vector<std::string>& values) {
      std::optional<config::Permission> made;
      made.emplace().metadata = metadata_matcher(filter, step, values);
      return made;
    };
    base_permission_.push_back(std::move(wanted));
  }
  static Maker<config::Permission> destination_ip() {
    return [](const std::string& value) -> std::optional<config::Permission> {
      config::Permission permission;
      permission.destination_ip = address_range(value);
      return permission;
    };
  }
  static Maker<config::Permission> server_name() {
    return [](const std::string& value) -> std::optional<config::Permission> {
      config::Permission permission;
      permission.requested_server_name = text_matcher(value);
      return permission;
    };
  }
  Maker<config::Principal> request_header(const std::vector<std::string>& steps) const {
    const std::string name = steps.empty() ? "" : steps.front();
    return [tcp = tcp_, name](const std::string& value) -> std::optional<config::Principal> {
      if (tcp || name.empty()) return {};
      config::Principal principal;
      principal.header = header_matcher(name, value);
      return principal;
    };
  }

  std::string name_space_;
  bool tcp_, deny_;
  const model::MeshOptions& mesh_;
  Permissions base_permission_;
  Principals base_principal_;
};

}  // namespace

std::optional<config::Policy> rule_policy(const crd::AuthorizationRule& rule,
                                          const std::string& name_space, bool tcp, bool deny,
                                          const model::MeshOptions& mesh) {
  return RuleBuilder(name_space, tcp, deny, mesh).build(rule);
}

}  // namespace lab::compile
