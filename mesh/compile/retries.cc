#include <algorithm>

#include "base/text.h"
#include "mesh/compile/routes.h"
#include "mesh/config/cluster.h"
#include "mesh/config/foreign.h"

namespace lab::compile {
namespace {

void avoid_previous_hosts(config::RetryPolicy& policy) {
  policy.retry_host_predicate.push_back({"envoy.retry_host_predicates.previous_hosts",
                                         config::Any::of(config::PreviousHostsPredicate{})});
}

/// Whether `word` is the number of a status that has a name.
bool is_status(const std::string& word) {
  if (word.size() != 3 ||
      !std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return false;
  struct Range {
    int first, last;
  };
  constexpr Range kNamed[] = {{100, 103}, {200, 208}, {226, 226}, {300, 305},
                              {307, 308}, {400, 418}, {421, 426}, {428, 429},
                              {431, 431}, {451, 451}, {500, 508}, {510, 511}};
  const int status = std::stoi(word);
  return std::any_of(std::begin(kNamed), std::end(kNamed), [&](const Range& range) {
    return status >= range.first && status <= range.last;
  });
}

/// Words that Envoy knows stay; numbers are status codes.
void set_conditions(config::RetryPolicy& policy, const std::string& text) {
  std::vector<std::string> words;
  for (const std::string& part : split(text, ',')) {
    const std::string word(trim(part));
    if (word.empty()) continue;
    if (is_status(word)) {
      policy.retriable_status_codes.push_back(static_cast<std::uint32_t>(std::stoul(word)));
    } else {
      words.push_back(word);
    }
  }
  policy.retry_on = join(words, ",");
  // The comma stands there even when nothing is before it, as Istio writes it.
  if (!policy.retriable_status_codes.empty() &&
      policy.retry_on.find("retriable-status-codes") == std::string::npos)
    policy.retry_on += ",retriable-status-codes";
}

/// After each second retry the priorities that were tried are left out. Source: Istio,
/// HTTPRetry.retryRemoteLocalities.
void leave_priorities(config::RetryPolicy& policy) {
  Value settings;
  settings.set("updateFrequency", 2);
  config::RetryPriority& priority = policy.retry_priority.emplace();
  priority.name = "envoy.retry_priorities.previous_priorities";
  priority.typed_config = config::foreign<config::PreviousPriorities>(std::move(settings));
}

}  // namespace

std::optional<config::RetryPolicy> retry_policy(const std::optional<crd::HttpRetry>& retries,
                                                bool hashed, const Proxy& proxy) {
  const Profile& profile = proxy.profile();
  const model::MeshOptions& mesh = proxy.mesh();
  std::optional<crd::HttpRetry> stated = retries;
  if (!stated && mesh.has_default_retries) {
    stated.emplace().attempts = static_cast<std::int32_t>(mesh.default_retry_attempts);
    stated->retry_on = mesh.default_retry_on;
  }
  if (!stated && profile.retry_on.empty()) return {};
  if (stated && stated->attempts <= 0) return {};
  config::RetryPolicy policy;
  policy.retry_on = profile.retry_on.empty() ? "5xx,connect-failure,refused-stream"
                                             : std::string(profile.retry_on);
  policy.num_retries = profile.retries;
  if (profile.retries > 0) {
    policy.host_selection_retry_max_attempts = 5;
    // A hash would choose the same host again.
    const std::optional<bool> wish = stated ? stated->retry_ignore_previous_hosts : std::nullopt;
    if (wish.value_or(!hashed)) avoid_previous_hosts(policy);
  }
  if (!stated) return policy;
  policy.num_retries = static_cast<std::uint32_t>(stated->attempts);
  if (!stated->retry_on.empty()) set_conditions(policy, stated->retry_on);
  if (stated->per_try_timeout) policy.per_try_timeout = *stated->per_try_timeout;
  if (stated->retry_remote_localities.value_or(false)) leave_priorities(policy);
  if (stated->backoff) policy.retry_back_off.emplace().base_interval = *stated->backoff;
  return policy;
}

}  // namespace lab::compile
