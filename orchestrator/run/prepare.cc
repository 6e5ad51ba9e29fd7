#include "orchestrator/run/prepare.h"

#include <filesystem>
#include <future>

#include "base/text.h"
#include "certs/key_cache.h"
#include "mesh/compile/node_config.h"
#include "mesh/crd/objects.h"
#include "orchestrator/compose/change_objects.h"
#include "orchestrator/compose/mark_connections.h"
#include "orchestrator/compose/objects.h"

namespace lab::orchestrator {
namespace {

/// Keys are shared by all scenarios: a certificate is always fresh, a key protects nothing real.
constexpr char kKeySlot[] = "pool";

void check_variant(const Scenario& scenario, const std::string& variant, Diagnostics& out) {
  if (variant.empty()) return;
  std::vector<std::string> names;
  for (const VariantSpec& candidate : scenario.variants) names.push_back(candidate.name);
  for (const std::string& name : names) {
    if (name == variant) return;
  }
  out.add(scenario.origin, "there is no variant \"" + variant + "\" (there is " +
                               (names.empty() ? "none" : join(names, ", ")) + ")." +
                               did_you_mean(variant, names));
}

/// Loading up to the compiled configuration; findings go to `out`.
CompiledScenario load_and_compile(Scenario scenario, const PrepareOptions& options,
                                  Diagnostics& out) {
  CompiledScenario result;
  result.variant = options.overrides.variant;
  check_variant(scenario, result.variant, out);
  const auto files = object_files(scenario, result.variant, out);
  result.objects = std::make_shared<crd::Objects>(scenario_objects(scenario, files, out));
  result.mesh = compile_objects(*result.objects, scenario.profile, out);
  result.scenario = std::move(scenario);
  CompiledMesh& mesh = result.mesh;
  check_references(result.scenario, all_node_names(result.scenario, mesh), options.host.templates(),
                   out);
  return result;
}

Result<ProxyFiles> recompile(crd::Objects& objects, const std::string& folder,
                             const std::string& profile, const std::vector<std::string>& apply,
                             const std::vector<std::string>& remove, bool marked) {
  Diagnostics out;
  std::vector<std::string> files;
  for (const std::string& file : apply)
    files.push_back((std::filesystem::path(folder) / file).string());
  apply_objects(objects, files, out);
  for (const std::string& name : remove) {
    if (!remove_object(objects, name))
      return fail(Errc::not_found, "delete: there is no object \"" + name + "\".");
  }
  CompiledMesh mesh = compile_objects(objects, profile, out);
  TRY(out.result());
  if (marked) TRY(mark_connections(mesh.files));
  return std::move(mesh.files);
}

}  // namespace

Result<CompiledScenario> compile_scenario(const std::string& folder,
                                          const PrepareOptions& options) {
  Diagnostics out;
  Scenario scenario = load_scenario(folder, options.overrides, out);
  CompiledScenario result = load_and_compile(std::move(scenario), options, out);
  TRY(out.result());
  return result;
}

Result<Prepared> prepare(const std::string& folder, const PrepareOptions& options) {
  Diagnostics out;
  Scenario scenario = load_scenario(folder, options.overrides, out);
  const certs::KeyCache cache(options.fresh_certificates ? "" : certs::default_key_folder());
  const PkiSpec pki_spec = scenario.pki;
  auto pki = std::async(std::launch::async, [&] {
    return make_pki(pki_spec, kKeySlot, cache, std::chrono::system_clock::now());
  });
  CompiledScenario compiled = load_and_compile(std::move(scenario), options, out);
  TRY(out.result());
  if (options.root_alone) TRY(mark_connections(compiled.mesh.files));
  Prepared result{std::move(compiled.scenario),
                  compiled.variant,
                  compiled.objects,
                  std::move(compiled.mesh),
                  {}};
  result.built = TRY(
      build_plan(result.scenario, *result.objects, result.mesh, TRY(pki.get()), options.host, out));
  LabFacts& facts = result.built.facts;
  if (facts.engine == Engine::mesh) {
    for (const auto& [node, config] : *result.mesh.configs) out.append(config.beyond_proxy);
  }
  TRY(out.result());
  const std::string profile = result.scenario.profile;
  const bool marked = options.root_alone;
  facts.recompile = [objects = result.objects, folder, profile, marked](const auto& apply,
                                                                        const auto& remove) {
    return recompile(*objects, folder, profile, apply, remove, marked);
  };
  facts.config = [mesh = result.mesh](const std::string& node, const std::string& part) {
    return config_part(mesh, node, part, "");
  };
  return result;
}

}  // namespace lab::orchestrator
