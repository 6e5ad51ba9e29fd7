#include "orchestrator/run/actions.h"

#include <filesystem>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "orchestrator/run/trace_reader.h"

namespace lab::orchestrator {
namespace {

constexpr std::chrono::seconds kConfigurationPatience{3};

Result<const NodeFacts*> find_node(const LabFacts& facts, const std::string& name) {
  const auto found = facts.nodes.find(name);
  if (found != facts.nodes.end()) return &found->second;
  return fail(Errc::not_found, "there is no node \"" + name + "\".");
}

Result<std::string> content_of(const LabFacts& facts, const FileSpec& file,
                               const std::string& folder) {
  if (file.pki) {
    const auto found = facts.pki.files.find(*file.pki);
    if (found == facts.pki.files.end())
      return fail(Errc::not_found, "there is no pki file " + *file.pki);
    return found->second;
  }
  if (file.text) return substitute(*file.text, facts.variables);
  const std::string name = file.file ? *file.file : *file.template_;
  const std::string text = TRY(read_file((std::filesystem::path(folder) / name).string()));
  return file.file ? text : substitute(text, facts.variables);
}

Result<> write_secrets(RunningLab& lab, const LabFacts& facts, const Step& step) {
  for (const SecretFile& place : facts.secret_files) {
    const auto secret = step.secrets.find(place.secret);
    if (secret == step.secrets.end()) continue;
    const auto key = secret->second.find(place.key);
    if (key == secret->second.end()) continue;
    const auto content = facts.pki.files.find(key->second);
    if (content == facts.pki.files.end())
      return fail(Errc::not_found, "there is no pki file " + key->second);
    const NodeFacts* node = TRY(find_node(facts, place.node));
    TRY(lab.write_file(node->id, place.path, content->second));
  }
  return {};
}

/// How many configuration updates a proxy has taken or refused, and how many of these it refused.
struct Updates {
  std::int64_t seen = 0, refused = 0;
};

Updates updates_of(RunningLab& lab, const std::string& node_id) {
  Updates updates;
  for (const auto& [name, value] : read_stats(lab, node_id)) {
    const bool refused =
        name.size() > 16 && name.compare(name.size() - 16, 16, ".update_rejected") == 0;
    const bool taken =
        name.size() > 15 && name.compare(name.size() - 15, 15, ".update_success") == 0;
    if (refused || taken) updates.seen += value;
    if (refused) updates.refused += value;
  }
  return updates;
}

/// Writes the files that differ and waits until the proxy has looked at them.
Result<> update_proxy(RunningLab& lab, const NodeFacts& node,
                      const std::map<std::string, std::string>& before,
                      const std::map<std::string, std::string>& after) {
  const Updates old = updates_of(lab, node.id);
  std::int64_t written = 0;
  for (const auto& [name, content] : after) {
    const auto known = before.find(name);
    if (known != before.end() && known->second == content) continue;
    TRY(lab.write_file(node.id, std::string(kProxyConfigDirectory) + "/" + name, content));
    ++written;
  }
  const auto deadline = std::chrono::steady_clock::now() + kConfigurationPatience;
  while (written > 0 && std::chrono::steady_clock::now() < deadline) {
    const Updates now = updates_of(lab, node.id);
    if (now.refused > old.refused) {
      return fail(Errc::config,
                  "the proxy of " + node.id + " refused the new configuration; see `lab logs`.");
    }
    if (now.seen >= old.seen + written) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {};
}

Result<> change_objects(RunningLab& lab, LabFacts& facts, const Step& step) {
  const ProxyFiles files = TRY(facts.recompile(step.apply, step.remove));
  for (const auto& [name, after] : files) {
    const NodeFacts* node = TRY(find_node(facts, name));
    TRY(update_proxy(lab, *node, facts.proxy_files[name], after));
  }
  facts.proxy_files = files;
  return {};
}

/// The node's filter table is its own; Istio's chains are in another one.
Result<> set_fault(RunningLab& lab, const LabFacts& facts, const FaultSpec& fault) {
  const NodeFacts* node = TRY(find_node(facts, fault.node));
  std::vector<std::vector<std::string>> commands = {{"iptables", "-w", "-F", "INPUT"}};
  if (fault.cut)
    commands.push_back({"iptables", "-w", "-A", "INPUT", "!", "-i", "lo", "-j", "DROP"});
  for (std::vector<std::string>& argv : commands) {
    ExecRequest request;
    request.argv = std::move(argv);
    const ExecResult result = TRY(lab.exec(node->id, request));
    if (result.exit.code != 0)
      return fail(Errc::system, "cut off " + fault.node + ": " + result.stderr_text);
  }
  return {};
}

Result<> for_servers(const LabFacts& facts, const std::string& name,
                     const std::function<Result<>(const std::string&, const std::string&)>& act) {
  const NodeFacts* node = TRY(find_node(facts, name));
  if (node->servers.empty() && node->has_proxy) return act(node->id, "proxy");
  if (node->servers.empty()) return fail(Errc::config, "nothing runs in node \"" + name + "\".");
  for (const std::string& program : node->servers) TRY(act(node->id, program));
  return {};
}

}  // namespace

Result<bool> run_action(RunningLab& lab, LabFacts& facts, const Step& step,
                        const std::string& folder) {
  if (!step.secrets.empty()) {
    TRY(write_secrets(lab, facts, step));
  } else if (!step.write.empty()) {
    for (const WriteSpec& write : step.write) {
      const NodeFacts* node = TRY(find_node(facts, write.node));
      TRY(lab.write_file(node->id, write.path, TRY(content_of(facts, write.content, folder))));
    }
  } else if (!step.apply.empty() || !step.remove.empty()) {
    TRY(change_objects(lab, facts, step));
  } else if (step.fault) {
    TRY(set_fault(lab, facts, *step.fault));
  } else if (!step.restart.empty()) {
    TRY(for_servers(facts, step.restart, [&](const std::string& node, const std::string& program) {
      return lab.restart(node, program);
    }));
  } else if (!step.stop.empty()) {
    TRY(for_servers(facts, step.stop, [&](const std::string& node, const std::string& program) {
      return lab.stop(node, program);
    }));
  } else if (!step.start.empty()) {
    TRY(for_servers(facts, step.start, [&](const std::string& node, const std::string& program) {
      return lab.start(node, program);
    }));
  } else {
    return false;
  }
  return true;
}

}  // namespace lab::orchestrator
