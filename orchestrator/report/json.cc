#include <cmath>

#include "certs/digest.h"
#include "orchestrator/report/report.h"

namespace lab::orchestrator {
namespace {

Value milliseconds(std::chrono::nanoseconds duration) {
  return Value(std::round(static_cast<double>(duration.count()) / 1e3) / 1e3);
}

Value certificate_json(const CertificateFacts& facts) {
  if (!facts.present) return Value();
  Value result{Value::Object{}};
  Value names{Value::Array{}};
  for (const std::string& name : facts.names) names.push(name);
  result.set("file", facts.file);
  result.set("subject", facts.subject);
  result.set("sans", names);
  result.set("sha256", facts.sha256);
  return result;
}

Value hop_json(const Hop& hop) {
  Value result{Value::Object{}};
  Value origins{Value::Array{}};
  for (const std::string& origin : hop.origins) origins.push(origin);
  result.set("node", hop.node);
  result.set("listener", hop.listener);
  result.set("route", hop.route);
  result.set("virtualHost", hop.virtual_host);
  result.set("cluster", hop.cluster);
  result.set("endpoint", hop.endpoint);
  result.set("status", hop.status);
  result.set("flags", hop.flags);
  result.set("origins", origins);
  result.set("presentedCertificate", certificate_json(hop.presented));
  result.set("peerCertificate", certificate_json(hop.peer));
  return result;
}

Value observed_json(const Observation& seen) {
  Value headers{Value::Object{}};
  for (const auto& [name, value] : seen.headers) headers.set(name, value);
  Value result{Value::Object{}};
  result.set("status", seen.status);
  result.set("headers", headers);
  result.set("bodyBytes", static_cast<std::int64_t>(seen.body.size()));
  result.set("bodySha256", certs::sha256_hex(seen.body));
  result.set("exitCode", seen.exit);
  result.set("error", seen.failure.empty() ? seen.error : seen.failure);
  if (!seen.counts.empty()) {
    Value counts{Value::Object{}};
    for (const auto& [status, count] : seen.counts) counts.set(status, count);
    result.set("counts", counts);
  }
  return result;
}

Value step_json(const StepResult& step) {
  Value hops{Value::Array{}};
  for (const Hop& hop : step.observed.hops) hops.push(hop_json(hop));
  Value differences{Value::Array{}};
  for (const Difference& difference : step.differences) {
    Value one{Value::Object{}};
    one.set("what", difference.what);
    one.set("expected", difference.expected);
    one.set("got", difference.got);
    differences.push(one);
  }
  Value result{Value::Object{}};
  result.set("name", step.name);
  result.set("from", step.from);
  result.set("request", step.request);
  result.set("status", status_name(step.status));
  result.set("expected", step.has_expectation ? encode(step.expected) : Value(Value::Object{}));
  result.set("observed", observed_json(step.observed));
  result.set("hops", hops);
  result.set("durationMs", milliseconds(step.duration));
  result.set("differences", differences);
  if (!step.reason.empty()) result.set("reason", step.reason);
  return result;
}

Value scenario_json(const ScenarioResult& scenario) {
  Value steps{Value::Array{}};
  for (const StepResult& step : scenario.steps) steps.push(step_json(step));
  Value result{Value::Object{}};
  result.set("id", scenario.id);
  result.set("title", scenario.title);
  result.set("status", status_name(scenario.status));
  result.set("upMs", milliseconds(scenario.up));
  result.set("downMs", milliseconds(scenario.down));
  result.set("durationMs", milliseconds(scenario.duration));
  result.set("proxy", scenario.proxy);
  if (!scenario.variant.empty()) result.set("variant", scenario.variant);
  if (!scenario.reason.empty()) result.set("reason", scenario.reason);
  result.set("steps", steps);
  return result;
}

}  // namespace

Value report_json(const Report& report) {
  Value tool{Value::Object{}};
  tool.set("name", "lab");
  tool.set("version", kVersion);
  Value steps{Value::Object{}};
  for (Status status : {Status::passed, Status::failed, Status::skipped, Status::error}) {
    steps.set(std::string(status_name(status)),
              static_cast<std::int64_t>(report.steps_with(status)));
  }
  Value summary{Value::Object{}};
  summary.set("scenarios", static_cast<std::int64_t>(report.scenarios.size()));
  summary.set("steps", steps);
  summary.set("durationMs", milliseconds(report.duration));
  Value scenarios{Value::Array{}};
  for (const ScenarioResult& scenario : report.scenarios) scenarios.push(scenario_json(scenario));
  Value result{Value::Object{}};
  result.set("schemaVersion", 1);
  result.set("tool", tool);
  result.set("summary", summary);
  result.set("scenarios", scenarios);
  return result;
}

}  // namespace lab::orchestrator
