#include "mesh/model/registry.h"

namespace lab::model {

std::string spiffe_id(const std::string& trust_domain, const std::string& name_space,
                      const std::string& account) {
  return "spiffe://" + trust_domain + "/ns/" + name_space + "/sa/" + account;
}

void Registry::index() {
  by_host_.clear();
  aliases_.clear();
  for (std::size_t i = 0; i < services.size(); ++i) {
    by_host_[services[i].host].push_back(i);
    if (services[i].resolution == Resolution::alias)
      aliases_[services[i].external_name].push_back(i);
  }
}

std::vector<const Service*> Registry::aliases_of(const std::string& host) const {
  std::vector<const Service*> found;
  const auto places = aliases_.find(host);
  if (places == aliases_.end()) return found;
  for (const std::size_t place : places->second) found.push_back(&services[place]);
  return found;
}

std::vector<const Service*> Registry::all(const std::string& host) const {
  std::vector<const Service*> found;
  const auto places = by_host_.find(host);
  if (places == by_host_.end()) return found;
  for (const std::size_t place : places->second) found.push_back(&services[place]);
  return found;
}

const Service* Registry::find(const std::string& host, const std::string& name_space) const {
  const Service* best = nullptr;
  for (const Service* service : all(host)) {
    if (!visible(service->export_to, service->name_space, name_space)) continue;
    if (service->name_space == name_space) return service;
    if (best == nullptr || (service->kubernetes && !best->kubernetes)) best = service;
  }
  return best;
}

}  // namespace lab::model
