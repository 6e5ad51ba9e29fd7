#include "orchestrator/compose/build.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "mesh/compile/secrets.h"
#include "orchestrator/compose/objects.h"
#include "orchestrator/compose/servers.h"
#include "orchestrator/compose/volumes.h"
#include "orchestrator/pki/mesh_identity.h"
#include "orchestrator/scenario/load.h"

namespace lab::orchestrator {
namespace {

constexpr char kPods[] = "pods";
constexpr char kDnsAddress[] = "10.234.255.253";

/// Puts a plan together, node by node.
class PlanBuilder {
 public:
  PlanBuilder(const Scenario& scenario, const crd::Objects& objects, const CompiledMesh& mesh,
              const Pki& pki, const HostPaths& host, Diagnostics& out)
      : scenario_(scenario), objects_(objects), mesh_(mesh), host_(host), out_(out) {
    built_.facts.pki = pki;
  }

  Result<BuiltPlan> build() {
    built_.plan.name = scenario_.id;
    built_.facts.engine = scenario_.proxy == "envoy" ? Engine::envoy : Engine::mesh;
    built_.plan.bridges = {{kPods, "10.234.255.254", 16}};
    set_variables();
    secrets_ = TRY(secret_contents(scenario_, objects_, built_.facts.pki.files));
    for (const auto& [name, workload] : node_names(mesh_.workloads))
      TRY(add_workload(name, *workload));
    for (const auto& [name, spec] : scenario_.nodes) {
      if (spec.kind != NodeSpecKind::workload) TRY(add_machine(name, spec));
    }
    add_networks();
    add_services();
    built_.plan.nodes.push_back(dns_node(kDnsAddress, kPods, dns_records()));
    built_.facts.proxy_files = mesh_.files;
    return std::move(built_);
  }

 private:
  /// What was generated, and after that the scenario's own variables, which may be made of it.
  void set_variables() {
    Variables& variables = built_.facts.variables;
    variables = built_.facts.pki.variables;
    for (const auto& [name, workload] : node_names(mesh_.workloads)) {
      variables["node." + name + ".address"] = workload->address;
    }
    for (const auto& [name, network] : scenario_.networks) {
      const std::string prefix = network.subnet.substr(0, network.subnet.rfind('.') + 1);
      for (std::size_t i = 0; i < network.nodes.size(); ++i)
        variables["network." + name + "." + network.nodes[i]] = prefix + std::to_string(i + 1);
    }
    for (const auto& [name, spec] : scenario_.nodes) {
      if (spec.address.empty()) continue;
      variables.emplace("node." + name + ".address", spec.address.all.front());
    }
    const Variables generated = variables;
    for (const auto& [name, value] : scenario_.variables)
      variables[name] = substitute(value, generated);
  }

  const NodeSpec* spec_of(const std::string& name) const {
    const auto found = scenario_.nodes.find(name);
    return found == scenario_.nodes.end() ? nullptr : &found->second;
  }

  Result<> add_workload(const std::string& name, const model::Workload& workload) {
    const NodeSpec* spec = spec_of(name);
    if (spec == nullptr) spec = spec_of(workload.name + "." + workload.name_space);
    const PodSource pod = pod_source(objects_, base_name(workload), workload.name_space);
    Node node;
    node.name = workload.name;
    node.namespace_ = workload.name_space;
    node.kind =
        workload.kind == model::WorkloadKind::gateway ? NodeKind::gateway : NodeKind::workload;
    add_address(workload.address, node);
    node.resolver = resolver_for(workload.name_space);
    NodeFacts facts;
    if (pod.spec != nullptr) {
      MountedVolumes volumes =
          mount_volumes(*pod.spec, workload.name_space, name, objects_, secrets_, out_);
      node.directories = std::move(volumes.directories);
      node.files = std::move(volumes.files);
      for (SecretFile& file : volumes.secret_files)
        built_.facts.secret_files.push_back(std::move(file));
    }
    if (workload.kind != model::WorkloadKind::plain) {
      TRY(add_proxy(name, workload, spec, node));
      facts.has_proxy = true;
      built_.facts.proxies[workload.address] = name;
    }
    return finish(name, spec, pod.spec, std::move(node), std::move(facts));
  }

  /// The Deployment's name, also for its second replica.
  std::string base_name(const model::Workload& workload) const {
    if (pod_source(objects_, workload.name, workload.name_space).spec != nullptr)
      return workload.name;
    return workload.name.substr(0, workload.name.rfind('-'));
  }

  Result<> add_machine(const std::string& name, const NodeSpec& spec) {
    Node node;
    node.name = name;
    node.namespace_ = "";
    node.kind = spec.kind == NodeSpecKind::outside ? NodeKind::outside : NodeKind::external;
    add_address(spec.address.all.front(), node);
    node.resolver = resolver_for("");
    return finish(name, &spec, nullptr, std::move(node), {});
  }

  /// The highest address of "A.B.C" that no node has, for its bridge.
  std::string free_address(const std::string& network) const {
    std::set<std::string> taken;
    for (const model::Workload& workload : mesh_.workloads) taken.insert(workload.address);
    for (const auto& [name, spec] : scenario_.nodes) {
      taken.insert(spec.address.begin(), spec.address.end());
    }
    int last = 254;
    while (last > 1 && taken.count(network + "." + std::to_string(last)) != 0) --last;
    return network + "." + std::to_string(last);
  }

  /// The bridge that an address is on: the pods' own, else one for its 256 neighbours.
  std::string bridge_for(const std::string& address) {
    if (address.rfind("10.234.", 0) == 0) return kPods;
    const std::string network = address.substr(0, address.rfind('.'));
    const std::string name = "n" + network;
    for (const Bridge& bridge : built_.plan.bridges) {
      if (bridge.name == name) return name;
    }
    built_.plan.bridges.push_back({name, free_address(network), 24});
    return name;
  }

  void add_address(const std::string& address, Node& node) {
    const std::string bridge = bridge_for(address);
    for (Interface& interface : node.interfaces) {
      if (interface.bridge == bridge) return interface.addresses.push_back(address);
    }
    node.interfaces.push_back({"eth" + std::to_string(node.interfaces.size()), bridge, {address}});
  }

  /// The scenario's further networks: a bridge for each.
  void add_networks() {
    for (const auto& [name, network] : scenario_.networks) {
      const std::string prefix = network.subnet.substr(0, network.subnet.rfind('.') + 1);
      const std::string bridge = "w" + prefix.substr(0, prefix.size() - 1);
      built_.plan.bridges.push_back({bridge, prefix + "254", 24});
      for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        Node* node = node_called(network.nodes[i]);
        if (node == nullptr) continue;  // Reported by check_references.
        const std::string address = prefix + std::to_string(i + 1);
        node->interfaces.push_back(
            {"eth" + std::to_string(node->interfaces.size()), bridge, {address}});
      }
    }
  }

  Node* node_called(const std::string& name) {
    const auto facts = built_.facts.nodes.find(name);
    for (Node& node : built_.plan.nodes) {
      if (facts != built_.facts.nodes.end() && node.id() == facts->second.id) return &node;
    }
    return nullptr;
  }

  /// What workloads and machines have in common: further addresses, files, the server.
  Result<> finish(const std::string& name, const NodeSpec* spec, const crd::PodSpec* pod, Node node,
                  NodeFacts facts) {
    if (spec != nullptr) {
      for (std::size_t i = 1; i < spec->address.all.size(); ++i) {
        add_address(spec->address.all[i], node);
      }
      TRY(add_files(*spec, node));
      for (const RouteSpec& route : spec->routes) node.routes.push_back({route.to, route.via});
    }
    const ServerContext context{scenario_, built_.facts.variables, host_.templates()};
    const std::size_t proxies = node.programs.size();
    TRY(add_server(context, spec, pod, node));
    for (std::size_t i = proxies; i < node.programs.size(); ++i)
      facts.servers.push_back(node.programs[i].name);
    facts.id = node.id();
    facts.address = node.interfaces.front().addresses.front();
    built_.facts.nodes[name] = std::move(facts);
    built_.plan.nodes.push_back(std::move(node));
    return {};
  }

  Result<> add_files(const NodeSpec& spec, Node& node) {
    for (const auto& [path, file] : spec.files) {
      const std::string folder = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
      const bool known =
          std::any_of(node.directories.begin(), node.directories.end(),
                      [&](const Directory& directory) { return directory.path == folder; });
      if (!known && folder != "/" && folder != "/etc") node.directories.push_back({folder});
      node.files.push_back({path, TRY(content_of(file))});
    }
    return {};
  }

  Result<std::string> content_of(const FileSpec& file) {
    const LabFacts& facts = built_.facts;
    if (file.pki) {
      const auto found = facts.pki.files.find(*file.pki);
      if (found == facts.pki.files.end())
        return fail(Errc::config, file.origin.text() + ": no pki file " + *file.pki);
      return found->second;
    }
    if (file.text) return substitute(*file.text, facts.variables);
    const std::string name = file.file ? *file.file : *file.template_;
    const std::string text = TRY(read_file(find_template(scenario_, name, host_.templates())));
    return file.file ? text : substitute(text, facts.variables);
  }

  Result<> add_proxy(const std::string& name, const model::Workload& workload, const NodeSpec* spec,
                     Node& node) {
    const bool is_envoy = scenario_.proxy == "envoy";
    node.directories.push_back({kProxyConfigDirectory, 0755, kProxyUid, kProxyUid});
    for (const char* folder : {"rds", "eds", "sds"}) {
      node.directories.push_back(
          {std::string(kProxyConfigDirectory) + "/" + folder, 0755, kProxyUid, kProxyUid});
    }
    const auto own = mesh_.files.find(name);
    if (own == mesh_.files.end())
      return fail(Errc::config, "nothing was compiled for workload " + name + ".");
    for (const auto& [file, content] : own->second) {
      node.files.push_back(
          {std::string(kProxyConfigDirectory) + "/" + file, content, 0644, kProxyUid, kProxyUid});
    }
    TRY(add_identity(workload, own->second, node));
    add_credentials(name, own->second, node);
    node.mounts.push_back(
        {is_envoy ? host_.envoy : host_.proxy, is_envoy ? kEnvoyPath : kProxyPath});
    const bool is_sidecar = workload.kind == model::WorkloadKind::sidecar;
    if (is_sidecar && (spec == nullptr || spec->redirect)) {
      const bool old = scenario_.profile == "istio-1.0";
      node.redirect.mode = old ? Redirect::Mode::istio_1_0 : Redirect::Mode::istio_current;
    }
    node.programs.push_back(is_envoy ? envoy_program(name) : proxy_program());
    return {};
  }

  /// The workload's certificate of the mesh; a step may make its proxy use it later. A volume at
  /// that place wins where nothing names it.
  Result<> add_identity(const model::Workload& workload,
                        const std::map<std::string, std::string>& config, Node& node) {
    const bool hidden = std::any_of(
        node.directories.begin(), node.directories.end(),
        [](const Directory& directory) { return directory.path.rfind("/etc/certs", 0) == 0; });
    const bool uses_it = std::any_of(config.begin(), config.end(), [](const auto& file) {
      return file.second.find(compile::kChainFile) != std::string::npos;
    });
    if (hidden && !uses_it) return {};
    const std::string id =
        model::spiffe_id(mesh_.trust_domain, workload.name_space, workload.service_account);
    const IdentityFiles* files = TRY(identity_.of(id));
    built_.facts.pki.fingerprints[id] = files->sha256;
    const std::pair<const char*, const std::string&> contents[] = {
        {compile::kChainFile, files->chain},
        {compile::kKeyFile, files->key},
        {compile::kRootFile, files->root}};
    for (const auto& [path, content] : contents)
      node.files.push_back({path, content, 0400, kProxyUid, kProxyUid});
    return {};
  }

  /// Secrets that a Gateway or DestinationRule calls by credentialName, where the compiler expects
  /// them.
  void add_credentials(const std::string& name, const std::map<std::string, std::string>& config,
                       Node& node) {
    for (const auto& [secret, contents] : secrets_) {
      const std::string folder = "/etc/istio/credentials/" + secret.substr(secret.find('/') + 1);
      bool is_used = false;
      for (const auto& [file, text] : config)
        is_used = is_used || text.find(folder + "/") != std::string::npos;
      if (!is_used) continue;
      node.directories.push_back({folder, 0755, kProxyUid, kProxyUid});
      for (const auto& [key, content] : contents) {
        node.files.push_back({folder + "/" + key, content, 0400, kProxyUid, kProxyUid});
        built_.facts.secret_files.push_back({name, folder + "/" + key, secret, key});
      }
    }
  }

  static Program proxy_program() {
    Program program;
    program.name = "proxy";
    program.argv = {kProxyPath, "-c", std::string(kProxyConfigDirectory) + "/bootstrap.json"};
    program.uid = kProxyUid;
    program.gid = kProxyUid;
    program.ready.kind = Readiness::Kind::http;
    program.ready.port = 15000;
    return program;
  }

  static Program envoy_program(const std::string& name) {
    Program program = proxy_program();
    program.argv = {kEnvoyPath,
                    "-c",
                    std::string(kProxyConfigDirectory) + "/bootstrap.json",
                    "--concurrency",
                    "1",
                    "--disable-hot-restart",
                    "--service-node",
                    name,
                    "--service-cluster",
                    name,
                    "--log-level",
                    "warning"};
    return program;
  }

  static Resolver resolver_for(const std::string& name_space) {
    Resolver resolver;
    resolver.servers = {kDnsAddress};
    if (name_space.empty()) return resolver;
    resolver.search = {name_space + ".svc.cluster.local", "svc.cluster.local", "cluster.local"};
    resolver.options = {"ndots:5"};
    return resolver;
  }

  /// What kube-proxy does for Pods whose traffic no sidecar takes.
  void add_services() {
    const std::vector<ServiceRoute> routes = service_routes();
    for (Node& node : built_.plan.nodes) {
      if (node.kind == NodeKind::workload && node.redirect.mode == Redirect::Mode::none)
        node.services = routes;
    }
  }

  std::vector<ServiceRoute> service_routes() const {
    std::vector<ServiceRoute> routes;
    for (const model::Service& service : mesh_.services) {
      if (!service.kubernetes || service.headless || service.addresses.empty()) continue;
      for (const model::Port& port : service.ports) {
        if (port.protocol == model::Protocol::udp) continue;
        ServiceRoute route{service.addresses.front(), static_cast<std::uint16_t>(port.number), {}};
        for (const model::Endpoint& endpoint : service.endpoints) {
          if (endpoint.port_name == port.name && endpoint.healthy && !endpoint.draining)
            route.endpoints.push_back(endpoint.address + ":" + std::to_string(endpoint.port));
        }
        routes.push_back(std::move(route));
      }
    }
    return routes;
  }

  /// Services by their cluster names, and the scenario's own names.
  std::map<std::string, std::vector<std::string>> dns_records() const {
    std::map<std::string, std::vector<std::string>> records;
    for (const model::Service& service : mesh_.services) {
      if (!service.kubernetes) continue;
      if (!service.headless) {
        records[service.host] = service.addresses;
        continue;
      }
      for (const model::Endpoint& endpoint : service.endpoints)
        records[service.host].push_back(endpoint.address);
    }
    for (const auto& [name, addresses] : scenario_.dns) {
      records[name].clear();
      for (const std::string& one : addresses) {
        const auto node = built_.facts.nodes.find(one);
        records[name].push_back(node == built_.facts.nodes.end() ? one : node->second.address);
      }
    }
    return records;
  }

  const Scenario& scenario_;
  const crd::Objects& objects_;
  const CompiledMesh& mesh_;
  const HostPaths& host_;
  Diagnostics& out_;
  SecretContents secrets_;
  MeshIdentity identity_{std::chrono::system_clock::now()};
  BuiltPlan built_;
};

}  // namespace

Result<BuiltPlan> build_plan(const Scenario& scenario, const crd::Objects& objects,
                             const CompiledMesh& mesh, const Pki& pki, const HostPaths& host,
                             Diagnostics& out) {
  return PlanBuilder(scenario, objects, mesh, pki, host, out).build();
}

std::vector<std::string> all_node_names(const Scenario& scenario, const CompiledMesh& mesh) {
  std::vector<std::string> names;
  for (const auto& [name, workload] : node_names(mesh.workloads)) names.push_back(name);
  for (const auto& [name, spec] : scenario.nodes) {
    if (spec.kind != NodeSpecKind::workload) names.push_back(name);
  }
  return names;
}

}  // namespace lab::orchestrator
