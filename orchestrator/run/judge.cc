#include "orchestrator/run/judge.h"

#include <algorithm>
#include <cmath>
#include <regex>

#include "base/json.h"
#include "base/text.h"
#include "orchestrator/run/judge_load.h"

namespace lab::orchestrator {
namespace {

constexpr std::size_t kShownBytes = 160;

std::string numbers_text(const Numbers& numbers) {
  std::vector<std::string> texts;
  for (int number : numbers) texts.push_back(std::to_string(number));
  return join(texts, " or ");
}

bool contains(const Numbers& numbers, int number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

/// A text as it is shown in a message: quoted, on one line, cut.
std::string shown(std::string_view text) {
  if (text.empty()) return "nothing";
  const bool cut = text.size() > kShownBytes;
  std::string result = write_json(Value(text.substr(0, kShownBytes)));
  return cut ? result + " ... (" + std::to_string(text.size()) + " bytes)" : result;
}

std::string status_text(const Observation& seen) {
  if (seen.status != 0) return std::to_string(seen.status);
  std::string text = "no answer (exit " + std::to_string(seen.exit);
  const std::string error(trim(seen.error));
  return text + (error.empty() ? ")" : ": " + error + ")");
}

std::string list_text(const std::vector<std::string>& names) {
  return names.empty() ? "no proxy" : join(names, ", ");
}

/// Collects differences while an expectation is gone through.
class Judge {
 public:
  Judge(const Expectation& expect, const Observation& seen, std::string sender,
        const Fingerprints& certificates)
      : expect_(expect), seen_(seen), sender_(std::move(sender)), certificates_(certificates) {}

  std::vector<Difference> run() {
    if (!seen_.failure.empty()) {
      differ("probe", "a probe that can be made", seen_.failure);
      return std::move(differences_);
    }
    judge_result();
    judge_body();
    judge_json();
    judge_headers();
    judge_path();
    judge_certificate("presented", expect_.presented, &Hop::presented);
    judge_certificate("server-certificate", expect_.server_certificate, &Hop::peer);
    judge_stats(expect_, seen_, differences_);
    judge_counts(expect_, seen_, differences_);
    judge_distribution(expect_, seen_, differences_);
    judge_time();
    return std::move(differences_);
  }

 private:
  void differ(std::string what, std::string expected, std::string got) {
    differences_.push_back({std::move(what), std::move(expected), std::move(got)});
  }

  void judge_result() {
    if (seen_.timed_out) differ("time", "an end within the step's timeout", "still running");
    if (!expect_.status.empty() && !contains(expect_.status, seen_.status)) {
      differ("status", numbers_text(expect_.status), status_text(seen_));
    }
    const bool may_fail =
        !expect_.status.empty();  // curl's exit status follows the HTTP status then.
    if (!expect_.exit.empty() && !contains(expect_.exit, seen_.exit)) {
      differ("exit status", numbers_text(expect_.exit), exit_text());
    } else if (expect_.exit.empty() && !may_fail && seen_.exit != 0) {
      differ("exit status", "0", exit_text());
    }
  }

  std::string exit_text() const {
    const std::string error(trim(seen_.error));
    return std::to_string(seen_.exit) + (error.empty() ? "" : " (" + error + ")");
  }

  void judge_body() {
    for (const std::string& text : expect_.body) {
      if (seen_.body.find(text) == std::string::npos)
        differ("body", "contains " + shown(text), shown(seen_.body));
    }
    for (const std::string& text : expect_.body_not) {
      if (seen_.body.find(text) != std::string::npos)
        differ("body", "without " + shown(text), shown(seen_.body));
    }
    for (const std::string& pattern : expect_.body_matches) judge_pattern(pattern);
    if (expect_.body_is && *expect_.body_is != seen_.body)
      differ("body", shown(*expect_.body_is), shown(seen_.body));
    if (expect_.body_bytes && *expect_.body_bytes != seen_.body.size()) {
      differ("body size", std::to_string(*expect_.body_bytes) + " bytes",
             std::to_string(seen_.body.size()) + " bytes");
    }
    for (const std::string& text : expect_.error) {
      if (seen_.error.find(text) == std::string::npos)
        differ("error", "contains " + shown(text), shown(seen_.error));
    }
  }

  void judge_pattern(const std::string& pattern) {
    try {
      if (std::regex_search(seen_.body, std::regex(pattern))) return;
      differ("body", "matches " + pattern, shown(seen_.body));
    } catch (const std::regex_error& error) {
      differ("body", "a valid pattern", pattern + ": " + error.what());
    }
  }

  void judge_json() {
    if (expect_.json.empty()) return;
    const auto parsed = parse_json(seen_.body, "body");
    if (!parsed) return differ("body", "JSON", shown(seen_.body));
    for (const auto& [path, value] : expect_.json) {
      const Value* found = parsed->at_path(path);
      const std::string wanted = path + " = " + write_json(value);
      if (found == nullptr) {
        if (!value.is_null()) differ("json", wanted, "no such member");
      } else if (*found != value) {
        differ("json", wanted, write_json(*found));
      }
    }
  }

  void judge_headers() {
    for (const auto& [name, value] : expect_.headers) {
      const auto found = seen_.headers.find(to_lower(name));
      if (found == seen_.headers.end()) {
        differ("header " + name, value == "*" ? "any value" : shown(value), "absent");
      } else if (value != "*" && found->second != value) {
        differ("header " + name, shown(value), shown(found->second));
      }
    }
    for (const std::string& name : expect_.headers_absent) {
      const auto found = seen_.headers.find(to_lower(name));
      if (found != seen_.headers.end()) differ("header " + name, "absent", shown(found->second));
    }
  }

  void judge_path() {
    if (expect_.via) {
      const auto passed = via_of(seen_, sender_);
      if (passed != expect_.via->all) differ("via", list_text(expect_.via->all), list_text(passed));
    }
    if (expect_.hops.empty()) return;
    if (expect_.hops.size() != seen_.hops.size()) {
      std::vector<std::string> names;
      for (const Hop& hop : seen_.hops) names.push_back(hop.node);
      differ("hops", std::to_string(expect_.hops.size()) + " proxies",
             std::to_string(seen_.hops.size()) + " (" + list_text(names) + ")");
    }
    const std::size_t both = std::min(expect_.hops.size(), seen_.hops.size());
    for (std::size_t i = 0; i < both; ++i) judge_hop(i);
  }

  void judge_hop(std::size_t index) {
    const HopExpectation& wanted = expect_.hops[index];
    const Hop& hop = seen_.hops[index];
    const std::string label = "hop " + std::to_string(index + 1) + " ";
    const auto compare = [&](const char* what, const std::string& expected,
                             const std::string& got) {
      if (!expected.empty() && expected != got)
        differ(label + what, expected, got.empty() ? "none" : got);
    };
    compare("node", wanted.node, hop.node);
    compare("cluster", wanted.cluster, hop.cluster);
    if (!hop.knows_certificates) return;  // A real Envoy's counters tell no more.
    compare("listener", wanted.listener, hop.listener);
    compare("virtual host", wanted.virtual_host, hop.virtual_host);
    compare("route", wanted.route, hop.route);
    compare("endpoint", wanted.endpoint, hop.endpoint);
    compare("flags", wanted.flags, hop.flags);
  }

  void judge_certificate(const char* what, const std::string& expected,
                         CertificateFacts Hop::*member) {
    if (expected.empty()) return;
    if (seen_.hops.empty()) return differ(what, expected, "no proxy was passed");
    // A workload's own proxy passes the request on in plain text: the one before it is meant.
    const auto meant = std::find_if(seen_.hops.rbegin(), seen_.hops.rend(), [](const Hop& hop) {
      return hop.cluster.rfind("inbound|", 0) != 0;
    });
    const Hop& hop = meant == seen_.hops.rend() ? seen_.hops.back() : *meant;
    if (!hop.knows_certificates) return;
    const CertificateFacts& facts = hop.*member;
    const auto known = certificates_.find(expected);
    const bool wants_none = expected == "none";
    if (wants_none
            ? !facts.present
            : facts.present && known != certificates_.end() && facts.sha256 == known->second) {
      return;
    }
    differ(what, wants_none ? "no certificate" : expected, certificate_text(facts));
  }

  /// A certificate by its name in the scenario, else its subject.
  std::string certificate_text(const CertificateFacts& facts) const {
    if (!facts.present) return "no certificate";
    for (const auto& [name, fingerprint] : certificates_) {
      if (fingerprint == facts.sha256) return name;
    }
    return "a certificate of " + facts.subject + " (sha256 " + facts.sha256 + ")";
  }

  void judge_time() {
    if (!expect_.within || seen_.duration <= *expect_.within) return;
    const auto milliseconds = [](std::chrono::nanoseconds t) {
      return std::to_string(t.count() / 1'000'000) + " ms";
    };
    differ("time", "within " + milliseconds(*expect_.within), milliseconds(seen_.duration));
  }

  const Expectation& expect_;
  const Observation& seen_;
  std::string sender_;
  const Fingerprints& certificates_;
  std::vector<Difference> differences_;
};

}  // namespace

std::vector<std::string> via_of(const Observation& seen, const std::string& sender) {
  std::vector<std::string> nodes;
  for (std::size_t i = 0; i < seen.hops.size(); ++i) {
    if (i == 0 && seen.hops[i].node == sender) continue;
    nodes.push_back(seen.hops[i].node);
  }
  return nodes;
}

std::vector<Difference> judge(const Expectation& expect, const Observation& seen,
                              const std::string& sender, const Fingerprints& certificates) {
  return Judge(expect, seen, sender, certificates).run();
}

}  // namespace lab::orchestrator
