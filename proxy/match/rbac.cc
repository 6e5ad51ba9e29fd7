#include "proxy/match/rbac.h"

#include <algorithm>
#include <functional>

#include "proxy/http/target.h"
#include "proxy/match/header_match.h"
#include "proxy/match/metadata_match.h"

namespace lab::proxy {
namespace {

using Test = std::function<bool(const StreamInfo&)>;

Test all_of(std::vector<Test> tests) {
  return [tests = std::move(tests)](const StreamInfo& info) {
    return std::all_of(tests.begin(), tests.end(), [&](const Test& test) { return test(info); });
  };
}

Test any_of(std::vector<Test> tests) {
  return [tests = std::move(tests)](const StreamInfo& info) {
    return std::any_of(tests.begin(), tests.end(), [&](const Test& test) { return test(info); });
  };
}

Test always() {
  return [](const StreamInfo&) { return true; };
}

/// A test for each of `source`.
template <class T, class Compile>
Result<std::vector<Test>> compile_each(const std::vector<T>& source, Compile compile) {
  std::vector<Test> tests;
  for (const T& entry : source) tests.push_back(TRY(compile(entry)));
  return tests;
}

Result<Test> header_test(const config::HeaderMatcher& source) {
  return Test([match = TRY(HeaderMatch::compile(source))](const StreamInfo& info) {
    static const RequestHead none;
    return match.matches(info.request == nullptr ? none : *info.request);
  });
}

Result<Test> path_test(const config::PathMatcher& source) {
  const auto matcher = source.path.value_or(config::StringMatcher{});
  return Test([match = TRY(StringMatch::compile(matcher))](const StreamInfo& info) {
    if (info.request == nullptr || info.request->path.empty()) return false;
    return match.matches(path_only(info.request->path));
  });
}

Result<Test> metadata_test(const config::MetadataMatcher& source, config::MetadataSource where) {
  return Test([match = TRY(MetadataMatch::compile(source)), where](const StreamInfo& info) {
    if (where == config::MetadataSource::dynamic) return match.matches(info.dynamic_metadata);
    return !info.route.empty() || info.route_metadata != nullptr
               ? match.matches(info.route_metadata)
               : false;
  });
}

/// `read` gives the address that the range is about.
template <class Read>
Result<Test> address_test(const config::CidrRange& source, Read read) {
  const auto range = CidrRange::make(source.address_prefix, source.prefix_len.value_or(0));
  if (!range) {
    return fail(Errc::config, "\"" + source.address_prefix +
                                  "\" is not an IP address: write one in "
                                  "address_prefix and its length in prefix_len.");
  }
  return Test(
      [range = *range, read](const StreamInfo& info) { return range.contains(read(info)); });
}

Result<Test> compile_permission(const config::Permission& source) {
  if (source.and_rules)
    return all_of(TRY(compile_each(source.and_rules->rules, compile_permission)));
  if (source.or_rules) return any_of(TRY(compile_each(source.or_rules->rules, compile_permission)));
  if (source.not_rule) {
    return Test([test = TRY(compile_permission(**source.not_rule))](const StreamInfo& info) {
      return !test(info);
    });
  }
  if (source.header) return header_test(*source.header);
  if (source.url_path) return path_test(*source.url_path);
  if (source.destination_ip) {
    return address_test(*source.destination_ip,
                        [](const StreamInfo& info) { return info.connection->local.ip; });
  }
  if (source.destination_port) {
    return Test([port = *source.destination_port](const StreamInfo& info) {
      return info.connection->local.port == port;
    });
  }
  if (source.destination_port_range) {
    return Test([range = *source.destination_port_range](const StreamInfo& info) {
      const int port = info.connection->local.port;
      return port >= range.start && port < range.end;
    });
  }
  if (source.metadata) return metadata_test(*source.metadata, config::MetadataSource::dynamic);
  if (source.sourced_metadata) {
    return metadata_test(source.sourced_metadata->metadata_matcher,
                         source.sourced_metadata->metadata_source);
  }
  if (source.requested_server_name) {
    return Test(
        [match = TRY(StringMatch::compile(*source.requested_server_name))](const StreamInfo& info) {
          return match.matches(info.connection->requested_server_name);
        });
  }
  return always();
}

/// The names of a certificate that stand for its holder: URIs, then DNS names, then the subject.
bool peer_matches(const TlsInfo& tls, const StringMatch& match) {
  static const CertificateInfo none;
  const CertificateInfo& peer = tls.peer ? *tls.peer : none;
  const auto matches = [&match](const std::string& name) { return match.matches(name); };
  return std::any_of(peer.uri_sans.begin(), peer.uri_sans.end(), matches) ||
         std::any_of(peer.dns_sans.begin(), peer.dns_sans.end(), matches) ||
         match.matches(peer.subject);
}

Result<Test> authenticated_test(const config::Authenticated& source) {
  std::optional<StringMatch> match;
  if (source.principal_name) match = TRY(StringMatch::compile(*source.principal_name));
  return Test([match](const StreamInfo& info) {
    const TlsInfoPtr& tls = info.connection->tls;
    return tls && (!match || peer_matches(*tls, *match));
  });
}

Result<Test> compile_principal(const config::Principal& source) {
  if (source.and_ids) return all_of(TRY(compile_each(source.and_ids->ids, compile_principal)));
  if (source.or_ids) return any_of(TRY(compile_each(source.or_ids->ids, compile_principal)));
  if (source.not_id) {
    return Test([test = TRY(compile_principal(**source.not_id))](const StreamInfo& info) {
      return !test(info);
    });
  }
  if (source.authenticated) return authenticated_test(*source.authenticated);
  if (source.source_ip) {
    return address_test(*source.source_ip,
                        [](const StreamInfo& info) { return info.connection->remote.ip; });
  }
  if (source.direct_remote_ip) {
    return address_test(*source.direct_remote_ip,
                        [](const StreamInfo& info) { return info.connection->direct_remote.ip; });
  }
  if (source.remote_ip) {
    return address_test(*source.remote_ip,
                        [](const StreamInfo& info) { return info.remote_address().ip; });
  }
  if (source.header) return header_test(*source.header);
  if (source.url_path) return path_test(*source.url_path);
  if (source.metadata) return metadata_test(*source.metadata, config::MetadataSource::dynamic);
  if (source.sourced_metadata) {
    return metadata_test(source.sourced_metadata->metadata_matcher,
                         source.sourced_metadata->metadata_source);
  }
  return always();
}

Result<Test> compile_policy(const config::Policy& source) {
  return all_of({any_of(TRY(compile_each(source.permissions, compile_permission))),
                 any_of(TRY(compile_each(source.principals, compile_principal)))});
}

}  // namespace

struct RbacEngine::Compiled {
  config::Rbac::Action action;
  std::vector<std::pair<std::string, Test>> policies;
};

Result<RbacEngine> RbacEngine::compile(const config::Rbac& source) {
  auto compiled = std::make_shared<Compiled>();
  compiled->action = source.action;
  // The map is in the order of names already, which is the order of evaluation.
  for (const auto& [name, policy] : source.policies) {
    auto test = compile_policy(policy);
    if (!test) {
      return fail(test.error().code, "policy \"" + name + "\": " + test.error().message);
    }
    compiled->policies.emplace_back(name, *std::move(test));
  }
  RbacEngine engine;
  engine.compiled_ = std::move(compiled);
  return engine;
}

config::Rbac::Action RbacEngine::action() const {
  return compiled_->action;
}

RbacVerdict RbacEngine::judge(const StreamInfo& info) const {
  using Action = config::Rbac::Action;
  RbacVerdict verdict;
  bool matched = false;
  for (const auto& [name, test] : compiled_->policies) {
    if (!test(info)) continue;
    matched = true;
    verdict.policy = name;
    break;
  }
  verdict.allowed =
      compiled_->action == Action::log || matched == (compiled_->action == Action::allow);
  return verdict;
}

std::string rbac_details(const RbacVerdict& verdict) {
  std::string name = verdict.policy.empty() ? "none" : verdict.policy;
  std::replace(name.begin(), name.end(), ' ', '_');
  return "rbac_access_denied_matched_policy[" + name + "]";
}

}  // namespace lab::proxy
