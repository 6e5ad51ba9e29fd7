#include "mesh/compile/registry.h"

#include <algorithm>

namespace lab::compile {
namespace {

std::string dotted(std::uint32_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string((address >> shift) & 0xff);
    if (shift > 0) text += ".";
  }
  return text;
}

/// Oldest first; of the same age by name and namespace, so that two runs agree.
bool service_before(const model::Service& a, const model::Service& b) {
  if (a.created != b.created) return a.created < b.created;
  const std::string key_a = a.name + "." + a.name_space, key_b = b.name + "." + b.name_space;
  if (key_a != key_b) return key_a < key_b;
  return a.host < b.host;
}

/// One service stands for as many as there are addresses, with the endpoints of each of them.
void repeat_by_address(model::Service& entry) {
  const std::vector<model::Endpoint> once = entry.endpoints;
  for (std::size_t i = 1; i < entry.addresses.size(); ++i)
    entry.endpoints.insert(entry.endpoints.end(), once.begin(), once.end());
}

}  // namespace

AddressPool::AddressPool(std::uint32_t first, std::vector<std::string> taken)
    : next_(first), taken_(std::move(taken)) {
  std::sort(taken_.begin(), taken_.end());
}

std::string AddressPool::next() {
  for (;;) {
    std::string candidate = dotted(next_++);
    const bool ends_badly = (next_ - 1) % 256 == 0 || (next_ - 1) % 256 == 255;
    if (!ends_badly && !std::binary_search(taken_.begin(), taken_.end(), candidate))
      return candidate;
  }
}

model::Source source_of(const crd::Object& object) {
  return {object.kind, object.metadata.namespace_name + "/" + object.metadata.name, object.origin};
}

bool speaks_mutual_tls(const crd::WorkloadEntrySpec& entry) {
  const auto stated = entry.labels.find("security.istio.io/tlsMode");
  return stated != entry.labels.end() ? stated->second == "istio" : !entry.service_account.empty();
}

model::Registry make_registry(const crd::Objects& objects, const model::MeshOptions& mesh,
                              const Profile& profile) {
  model::Registry registry;
  registry.workloads = make_workloads(objects, profile);
  registry.services = make_services(objects, mesh, profile);
  const EndpointFinder finder(objects, registry.workloads, profile);
  for (model::Service& service : registry.services) finder.add_to(service);
  for (model::Service& entry : make_entries(objects, registry.workloads, mesh)) {
    if (!profile.detect_protocols) {
      for (model::Port& port : entry.ports) {
        if (port.protocol == model::Protocol::sniffed) port.protocol = model::Protocol::tcp;
      }
    }
    if (profile.entry_per_address) repeat_by_address(entry);
    registry.services.push_back(std::move(entry));
  }
  std::stable_sort(registry.services.begin(), registry.services.end(), service_before);
  registry.index();
  return registry;
}

}  // namespace lab::compile
