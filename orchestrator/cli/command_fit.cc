#include <iostream>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/process/doctor.h"
#include "orchestrator/process/gc.h"

namespace lab::orchestrator {
namespace {

constexpr int kUnfit = 4;

std::string_view verdict_text(Finding::Verdict verdict) {
  switch (verdict) {
    case Finding::Verdict::good:
      return "good";
    case Finding::Verdict::missing:
      return "missing";
    case Finding::Verdict::optional:
      return "optional";
  }
  return "";
}

Result<int> examine(const Arguments& arguments) {
  const HostPaths host = host_paths();
  if (arguments.flag("--install-envoy")) {
    std::cout << "installed " << TRY(install_envoy(cache_folder() + "/envoy")) << "\n";
  }
  DoctorOptions options;
  options.rootless = arguments.flag("--rootless");
  options.cache_folder = cache_folder();
  options.proxy_program = host.proxy;
  options.envoy_program = host_paths().envoy;
  const auto findings = examine_host(options);
  const std::string format = output_format(arguments);
  Value list{Value::Array{}};
  std::vector<std::vector<std::string>> rows;
  for (const Finding& finding : findings) {
    rows.push_back({std::string(verdict_text(finding.verdict)), finding.subject, finding.detail});
    Value one{Value::Object{}};
    one.set("subject", finding.subject);
    one.set("verdict", verdict_text(finding.verdict));
    one.set("detail", finding.detail);
    list.push(one);
  }
  if (format == "text" || format == "wide")
    std::cout << table_text(rows);
  else
    print_value(list, format);
  return is_fit(findings) ? 0 : kUnfit;
}

Result<int> collect() {
  const auto removed = TRY(collect_garbage(cache_folder() + "/journals"));
  for (const std::string& name : removed) std::cout << "removed " << name << "\n";
  if (removed.empty()) std::cout << "nothing to remove\n";
  return 0;
}

}  // namespace

int command_doctor(const Arguments& arguments) {
  return code_of(examine(arguments));
}

int command_gc(const Arguments&) {
  return code_of(collect());
}

}  // namespace lab::orchestrator
