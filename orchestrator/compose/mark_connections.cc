#include "orchestrator/compose/mark_connections.h"

#include <sys/socket.h>

#include "base/json.h"
#include "orchestrator/plan/plan.h"

namespace lab::orchestrator {
namespace {

Value marking() {
  Value address, option, bind;
  address.set("address", "0.0.0.0");
  address.set("port_value", 0);
  option.set("description", "exempt from the redirect rules");
  option.set("level", SOL_SOCKET);
  option.set("name", SO_MARK);
  option.set("int_value", static_cast<std::int64_t>(kProxyMark));
  option.set("state", "STATE_PREBIND");
  Value options{Value::Array{}};
  options.push(std::move(option));
  bind.set("source_address", std::move(address));
  bind.set("socket_options", std::move(options));
  return bind;
}

}  // namespace

Result<> mark_connections(ProxyFiles& files) {
  for (auto& [node, own] : files) {
    const auto clusters = own.find("cds.json");
    if (clusters == own.end()) continue;
    Value document = TRY(parse_json(clusters->second, "cds.json"));
    const Value* resources = document.find("resources");
    if (resources == nullptr || !resources->is_array()) continue;
    Value marked{Value::Array{}};
    for (Value cluster : resources->array()) {
      cluster.set("upstream_bind_config", marking());
      marked.push(std::move(cluster));
    }
    document.set("resources", std::move(marked));
    clusters->second = write_json(document, 1) + "\n";
  }
  return {};
}

}  // namespace lab::orchestrator
