#include <filesystem>
#include <set>

#include "base/file.h"
#include "base/ip.h"
#include "base/text.h"
#include "orchestrator/scenario/load.h"

namespace lab::orchestrator {
namespace {

/// Looks names up in what exists, and reports those that don't.
class ReferenceChecker {
 public:
  ReferenceChecker(const Scenario& scenario, const std::vector<std::string>& node_names,
                   const std::string& shared, Diagnostics& out)
      : scenario_(scenario), nodes_(node_names), shared_(shared), out_(out) {
    pki_files_ = pki_files(scenario.pki);
    for (const auto& [name, spec] : scenario.pki.authorities) authorities_.push_back(name);
    for (const auto& [name, spec] : scenario.pki.certificates) certificates_.push_back(name);
    for (const auto& [name, keys] : scenario.secrets) secrets_.push_back(name);
    variables_ = known_variables(scenario, node_names);
  }

  void check() {
    check_pki();
    check_secrets(scenario_.secrets, scenario_.origin);
    for (const auto& [name, spec] : scenario_.nodes) check_node(name, spec);
    for (const auto& [name, addresses] : scenario_.dns) {
      for (const std::string& one : addresses) {
        if (!IpAddress::parse(one)) node(scenario_.origin, "dns: " + name, one);
      }
    }
    Diagnostics
        ignored;  // What is wrong with the steps as written was reported when they were read.
    for (const Step& step : resolve_steps(scenario_, scenario_.variables, ignored)) {
      check_step(step);
    }
    for (const auto& [name, network] : scenario_.networks) {
      for (const std::string& one : network.nodes) node(network.origin, "networks: " + name, one);
    }
    check_strings(scenario_.raw_steps, local_names(scenario_.raw_steps));
    check_unique_names();
  }

 private:
  void one_of(const Origin& origin, const std::string& what, const std::string& name,
              const std::vector<std::string>& known) {
    for (const std::string& candidate : known) {
      if (candidate == name) return;
    }
    const std::string has = known.empty() ? "there is none" : "there is " + join(known, ", ");
    out_.add(origin,
             what + " \"" + name + "\" does not exist (" + has + ")." + did_you_mean(name, known));
  }

  void node(const Origin& origin, const std::string& field, const std::string& name) {
    if (name.empty() || name.find("${") != std::string::npos) return;
    one_of(origin, field + ": node", name, nodes_);
  }

  void certificate(const Origin& origin, const std::string& field, const std::string& name) {
    if (name.empty() || name == "none" || name.find("${") != std::string::npos) return;
    if (name.rfind("spiffe://", 0) == 0) return;  // A workload's own, of the mesh.
    one_of(origin, field + ": certificate", name, certificates_);
  }

  void check_pki() {
    for (const auto& [name, spec] : scenario_.pki.authorities) {
      if (!spec.issuer.empty()) one_of(spec.origin, "issuer: authority", spec.issuer, authorities_);
      if (scenario_.pki.certificates.count(name) != 0) {
        out_.add(spec.origin,
                 "pki: \"" + name + "\" is an authority and a certificate. Rename one of them.");
      }
    }
    for (const auto& [name, spec] : scenario_.pki.certificates) {
      if (!spec.issuer.empty()) one_of(spec.origin, "issuer: authority", spec.issuer, authorities_);
      for (const std::string& usage : spec.usage) {
        one_of(spec.origin, "usage: extended key usage", usage, {"client", "server"});
      }
    }
  }

  void check_secrets(const std::map<std::string, std::map<std::string, std::string>>& secrets,
                     const Origin& origin) {
    for (const auto& [name, keys] : secrets) {
      if (name.find('/') == std::string::npos) {
        out_.add(origin, "secrets: \"" + name + "\" lacks its namespace. Write NAMESPACE/NAME.");
      }
      for (const auto& [key, file] : keys) {
        one_of(origin, "secrets: " + name + ": " + key + ": pki file", file, pki_files_);
      }
    }
  }

  void check_node(const std::string& name, const NodeSpec& spec) {
    const bool needs_address = spec.kind != NodeSpecKind::workload;
    if (needs_address && spec.address.empty()) {
      out_.add(spec.origin, "nodes: \"" + name + "\" needs an address. Add `address: A.B.C.D`.");
    }
    if (!spec.config.empty() && find_template(scenario_, spec.config, shared_).empty()) {
      out_.add(spec.origin, "config: there is no template \"" + spec.config + "\" in " +
                                scenario_.folder + " or nginx-conf.");
    }
    for (const auto& [path, file] : spec.files) {
      if (path.empty() || path.front() != '/') {
        out_.add(file.origin, "files: \"" + path + "\" must begin with \"/\".");
      }
      check_file(file);
    }
  }

  void check_file(const FileSpec& file) {
    if (file.pki) one_of(file.origin, "pki: file", *file.pki, pki_files_);
    const auto exists = [&](const std::string& name) {
      if (!find_template(scenario_, name, shared_).empty()) return;
      out_.add(file.origin, "there is no file \"" + name + "\" in " + scenario_.folder + ".");
    };
    if (file.file) exists(*file.file);
    if (file.template_) exists(*file.template_);
    if (file.text) check_text(*file.text, file.origin, {});
  }

  void check_step(const Step& step) {
    const bool acts = !step.request.empty() || !step.curl.empty() || !step.command.empty() ||
                      !step.config.empty() || step.load;
    if (acts && step.from.empty()) {
      out_.add(step.origin, "the step \"" + step.name + "\" needs `from`: the node that acts.");
    }
    if (acts && !step.expect) {
      out_.add(step.origin, "the step \"" + step.name + "\" expects nothing. Add `expect`.");
    }
    node(step.origin, "from", step.from);
    node(step.origin, "restart", step.restart);
    node(step.origin, "stop", step.stop);
    node(step.origin, "start", step.start);
    if (step.fault) node(step.origin, "fault", step.fault->node);
    check_secrets(step.secrets, step.origin);
    for (const auto& [name, keys] : step.secrets) {
      if (scenario_.secrets.count(name) == 0)
        one_of(step.origin, "secrets: Secret", name, secrets_);
    }
    for (const WriteSpec& write : step.write) {
      node(step.origin, "write", write.node);
      check_file(write.content);
    }
    for (const std::string& file : step.apply) {
      if (find_template(scenario_, file, "").empty()) {
        out_.add(step.origin,
                 "apply: there is no file \"" + file + "\" in " + scenario_.folder + ".");
      }
    }
    if (step.expect) check_expectation(*step.expect);
  }

  void check_expectation(const Expectation& expect) {
    if (expect.via) {
      for (const std::string& name : *expect.via) node(expect.origin, "via", name);
    }
    for (const HopExpectation& hop : expect.hops) node(expect.origin, "hops", hop.node);
    for (const StatExpectation& stat : expect.stats) node(expect.origin, "stats", stat.node);
    certificate(expect.origin, "presented", expect.presented);
    certificate(expect.origin, "server-certificate", expect.server_certificate);
  }

  void check_text(const std::string& text, const Origin& origin, const Variables& local) {
    std::vector<std::string> unknown;
    substitute(text, local, &unknown);
    std::vector<std::string> names;
    for (const auto& [name, value] : variables_) names.push_back(name);
    for (const std::string& name : unknown) {
      if (variables_.count(name) != 0) continue;
      out_.add(origin, "${" + name + "} is not defined." + did_you_mean(name, names) +
                           " Add it to `variables`.");
    }
  }

  /// Names that for-each and matrix define anywhere in the steps.
  static Variables local_names(const Value& steps) {
    Variables local = {{"to", ""}};
    if (!steps.is_array()) return local;
    for (const Value& step : steps.array()) {
      const Value* rows = step.find("for-each");
      if (rows == nullptr || !rows->is_array()) continue;
      for (const Value& row : rows->array()) {
        const Value* with = row.find("with");
        if (with == nullptr || !with->is_object()) continue;
        for (const Member& member : with->object()) local[member.key] = "";
      }
    }
    return local;
  }

  void check_strings(const Value& value, const Variables& local) {
    if (value.is_string()) check_text(value.string(), Origin{scenario_.path, value.mark}, local);
    if (value.is_array()) {
      for (const Value& element : value.array()) check_strings(element, local);
    }
    if (value.is_object()) {
      for (const Member& member : value.object()) check_strings(member.value, local);
    }
  }

  void check_unique_names() {
    std::set<std::string> seen;
    for (const Step& step : scenario_.steps) {
      if (step.name.empty() || seen.insert(step.name).second) continue;
      out_.add(step.origin, "there are two steps \"" + step.name + "\". Rename one of them.");
    }
    std::set<std::string> variants;
    for (const VariantSpec& variant : scenario_.variants) {
      if (variants.insert(variant.name).second) continue;
      out_.add(variant.origin, "there are two variants \"" + variant.name + "\".");
    }
  }

  const Scenario& scenario_;
  const std::vector<std::string>& nodes_;
  const std::string& shared_;
  Diagnostics& out_;
  std::vector<std::string> pki_files_, authorities_, certificates_, secrets_;
  Variables variables_;
};

}  // namespace

void check_references(const Scenario& scenario, const std::vector<std::string>& node_names,
                      const std::string& shared_templates, Diagnostics& out) {
  ReferenceChecker(scenario, node_names, shared_templates, out).check();
}

}  // namespace lab::orchestrator
