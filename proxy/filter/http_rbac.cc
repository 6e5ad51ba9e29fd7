#include <unordered_map>

#include "mesh/config/rbac.h"
#include "proxy/filter/registry.h"
#include "proxy/match/rbac.h"

namespace lab::proxy {
namespace {

/// The rules of one level: of the filter, or of a route.
struct RbacRules {
  std::optional<RbacEngine> rules, shadow;
  std::string shadow_prefix;

  static Result<RbacRules> compile(const config::HttpRbac& source) {
    RbacRules result;
    if (source.rules) result.rules = TRY(RbacEngine::compile(*source.rules));
    if (source.shadow_rules) result.shadow = TRY(RbacEngine::compile(*source.shadow_rules));
    result.shadow_prefix = source.shadow_rules_stat_prefix;
    return result;
  }
};

/// envoy.filters.http.rbac in one worker. Rules of routes are compiled when they are met first, and
/// kept.
class HttpRbacMaker final : public HttpFilterMaker {
 public:
  HttpRbacMaker(std::string name, const config::HttpRbac& config, RbacRules rules,
                const StatsScope& scope)
      : name_(std::move(name)),
        rules_(std::move(rules)),
        allowed_(scope.counter("rbac." + stats_part(config.rules_stat_prefix) + "allowed")),
        denied_(scope.counter("rbac." + stats_part(config.rules_stat_prefix) + "denied")),
        shadow_allowed_(scope.counter("rbac." + stats_part(config.shadow_rules_stat_prefix) +
                                      "shadow_allowed")),
        shadow_denied_(scope.counter("rbac." + stats_part(config.shadow_rules_stat_prefix) +
                                     "shadow_denied")) {}

  std::unique_ptr<HttpFilter> make(FilterHost& host) override;
  FilterVerdict judge(FilterHost& host);

 private:
  const RbacRules& rules_for(FilterHost& host);
  void judge_shadow(const RbacRules& rules, StreamInfo& info);

  std::string name_;
  RbacRules rules_;
  struct OfRoute {
    config::Any message;  ///< Keeps the address, which is the key, from being used again.
    RbacRules rules;
  };
  std::unordered_map<const void*, OfRoute> of_routes_;
  Counter &allowed_, &denied_, &shadow_allowed_, &shadow_denied_;
};

class HttpRbacFilter final : public HttpFilter {
 public:
  explicit HttpRbacFilter(HttpRbacMaker& maker) : maker_(maker) {}
  FilterVerdict on_request(RequestHead&, FilterHost& host) override { return maker_.judge(host); }

 private:
  HttpRbacMaker& maker_;
};

std::unique_ptr<HttpFilter> HttpRbacMaker::make(FilterHost&) {
  return std::make_unique<HttpRbacFilter>(*this);
}

const RbacRules& HttpRbacMaker::rules_for(FilterHost& host) {
  const FilterOverride found = host.filter_override(name_);
  const auto* route =
      found.config == nullptr ? nullptr : found.config->get<config::HttpRbacPerRoute>();
  if (route == nullptr) return rules_;
  // Messages of configurations that are gone: the table begins anew now and then.
  constexpr std::size_t kMostKept = 1'000;
  if (of_routes_.size() > kMostKept) of_routes_.clear();
  const auto [entry, is_new] = of_routes_.try_emplace(route);
  if (is_new) entry->second.message = *found.config;
  if (is_new && route->rbac) {
    auto compiled = RbacRules::compile(*route->rbac);
    // Broken rules were refused when the configuration came; should it happen, nothing passes.
    if (compiled) {
      entry->second.rules = *std::move(compiled);
    } else {
      config::Rbac nobody;
      entry->second.rules.rules = *RbacEngine::compile(nobody);
    }
  }
  return entry->second.rules;
}

void HttpRbacMaker::judge_shadow(const RbacRules& rules, StreamInfo& info) {
  const RbacVerdict verdict = rules.shadow->judge(info);
  (verdict.allowed ? shadow_allowed_ : shadow_denied_).add();
  Value* mine = info.dynamic_metadata.find("envoy.filters.http.rbac");
  if (mine == nullptr) {
    mine = &info.dynamic_metadata.set("envoy.filters.http.rbac", Value(Value::Object{}));
  }
  if (!verdict.policy.empty()) {
    mine->set(rules.shadow_prefix + "shadow_effective_policy_id", verdict.policy);
  }
  mine->set(rules.shadow_prefix + "shadow_engine_result", verdict.allowed ? "allowed" : "denied");
}

FilterVerdict HttpRbacMaker::judge(FilterHost& host) {
  const RbacRules& rules = rules_for(host);
  if (rules.shadow) judge_shadow(rules, host.info());
  if (!rules.rules) return FilterVerdict::go_on;
  const RbacVerdict verdict = rules.rules->judge(host.info());
  if (rules.rules->action() == config::Rbac::Action::log) {
    Value hint(Value::Object{});
    hint.set("access_log_hint", !verdict.policy.empty());
    host.info().dynamic_metadata.set("envoy.common", std::move(hint));
    return FilterVerdict::go_on;
  }
  (verdict.allowed ? allowed_ : denied_).add();
  if (verdict.allowed) return FilterVerdict::go_on;
  LocalReply reply;
  reply.status = 403;
  reply.body = "RBAC: access denied";
  reply.details = rbac_details(verdict);
  host.answer(std::move(reply));
  return FilterVerdict::answered;
}

}  // namespace

Result<HttpFilterMakerPtr> make_http_rbac(const config::HttpFilter& filter,
                                          const StatsScope& scope) {
  const auto& config = *filter.typed_config.get<config::HttpRbac>();
  auto rules = TRY(RbacRules::compile(config));
  return HttpFilterMakerPtr(
      std::make_unique<HttpRbacMaker>(filter.name, config, std::move(rules), scope));
}

}  // namespace lab::proxy
