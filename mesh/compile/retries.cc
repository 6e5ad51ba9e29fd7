#include <algorithm>

#include "base/text.h"
#include "mesh/compile/routes.h"
#include "mesh/config/cluster.h"

namespace lab::compile {
namespace {

/// Retries go to another host than before; a hash would choose the same again.
void avoid_previous_hosts(config::RetryPolicy& policy) {
  policy.retry_host_predicate.push_back({"envoy.retry_host_predicates.previous_hosts",
                                         config::Any::of(config::PreviousHostsPredicate{})});
  policy.host_selection_retry_max_attempts = 5;
}

bool is_status(const std::string& word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
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
  const bool has_word =
      std::find(words.begin(), words.end(), "retriable-status-codes") != words.end();
  if (!policy.retriable_status_codes.empty() && !has_word)
    words.emplace_back("retriable-status-codes");
  policy.retry_on = join(words, ",");
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
  const bool same_host_allowed =
      hashed || (stated && !stated->retry_ignore_previous_hosts.value_or(true));
  if (profile.retries > 0 && !same_host_allowed) avoid_previous_hosts(policy);
  if (!stated) return policy;
  policy.num_retries = static_cast<std::uint32_t>(stated->attempts);
  if (!stated->retry_on.empty()) set_conditions(policy, stated->retry_on);
  if (stated->per_try_timeout) policy.per_try_timeout = *stated->per_try_timeout;
  if (stated->backoff) policy.retry_back_off.emplace().base_interval = *stated->backoff;
  return policy;
}

}  // namespace lab::compile
