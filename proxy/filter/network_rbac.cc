#include "mesh/config/rbac.h"
#include "proxy/filter/registry.h"
#include "proxy/match/rbac.h"

namespace lab::proxy {
namespace {

/// envoy.filters.network.rbac: lets a connection through or closes it. Shadow rules are only
/// counted.
class NetworkRbacFilter final : public NetworkFilter {
 public:
  NetworkRbacFilter(const config::NetworkRbac& config, std::optional<RbacEngine> rules,
                    std::optional<RbacEngine> shadow, StatsStore& stats)
      : rules_(std::move(rules)),
        shadow_(std::move(shadow)),
        scope_(stats, stats_part(config.stat_prefix)),
        allowed_(scope_.counter("rbac.allowed")),
        denied_(scope_.counter("rbac.denied")),
        shadow_allowed_(scope_.counter("rbac." + stats_part(config.shadow_rules_stat_prefix) +
                                       "shadow_allowed")),
        shadow_denied_(scope_.counter("rbac." + stats_part(config.shadow_rules_stat_prefix) +
                                      "shadow_denied")) {}

  bool accept(const StreamInfo& info, std::string& why) override {
    if (shadow_) (shadow_->judge(info).allowed ? shadow_allowed_ : shadow_denied_).add();
    if (!rules_) return true;
    const RbacVerdict verdict = rules_->judge(info);
    (verdict.allowed ? allowed_ : denied_).add();
    if (!verdict.allowed) why = rbac_details(verdict);
    return verdict.allowed;
  }

 private:
  std::optional<RbacEngine> rules_, shadow_;
  StatsScope scope_;
  Counter &allowed_, &denied_, &shadow_allowed_, &shadow_denied_;
};

}  // namespace

Result<NetworkFilterPtr> make_network_rbac(const config::Filter& filter, StatsStore& stats) {
  const auto& config = *filter.typed_config.get<config::NetworkRbac>();
  std::optional<RbacEngine> rules, shadow;
  if (config.rules) rules = TRY(RbacEngine::compile(*config.rules));
  if (config.shadow_rules) shadow = TRY(RbacEngine::compile(*config.shadow_rules));
  return NetworkFilterPtr(
      std::make_unique<NetworkRbacFilter>(config, std::move(rules), std::move(shadow), stats));
}

}  // namespace lab::proxy
