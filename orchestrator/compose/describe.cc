#include "orchestrator/compose/describe.h"

#include "base/text.h"

namespace lab::orchestrator {
namespace {

std::string_view kind_text(NodeKind kind) {
  switch (kind) {
    case NodeKind::workload:
      return "workload";
    case NodeKind::gateway:
      return "gateway";
    case NodeKind::external:
      return "external";
    case NodeKind::outside:
      return "outside";
  }
  return "";
}

std::string_view redirect_text(Redirect::Mode mode) {
  switch (mode) {
    case Redirect::Mode::none:
      return "none";
    case Redirect::Mode::istio_1_0:
      return "istio-1.0";
    case Redirect::Mode::istio_current:
      return "istio-current";
  }
  return "";
}

Value strings(const std::vector<std::string>& texts) {
  Value result{Value::Array{}};
  for (const std::string& text : texts) result.push(text);
  return result;
}

Value node_value(const Node& node) {
  Value value{Value::Object{}};
  value.set("id", node.id());
  value.set("kind", kind_text(node.kind));
  Value interfaces{Value::Array{}};
  for (const Interface& interface : node.interfaces) {
    Value one{Value::Object{}};
    one.set("name", interface.name);
    one.set("bridge", interface.bridge);
    one.set("addresses", strings(interface.addresses));
    interfaces.push(one);
  }
  value.set("interfaces", interfaces);
  value.set("redirect", redirect_text(node.redirect.mode));
  Value programs{Value::Array{}};
  for (const Program& program : node.programs) {
    Value one{Value::Object{}};
    one.set("name", program.name);
    one.set("argv", strings(program.argv));
    one.set("uid", static_cast<std::int64_t>(program.uid));
    programs.push(one);
  }
  value.set("programs", programs);
  Value files{Value::Object{}};
  for (const File& file : node.files)
    files.set(file.path, static_cast<std::int64_t>(file.content.size()));
  value.set("files", files);
  value.set("dnsServers", strings(node.resolver.servers));
  return value;
}

}  // namespace

std::string plan_text(const Plan& plan) {
  std::string text = "lab " + plan.name + "\n";
  for (const Bridge& bridge : plan.bridges) {
    text += "  bridge " + bridge.name + "  " + bridge.address + "/" +
            std::to_string(bridge.prefix_length) + "\n";
  }
  for (const Node& node : plan.nodes) {
    text += "  " + std::string(kind_text(node.kind)) + " " + node.id() + "\n";
    for (const Interface& interface : node.interfaces) {
      text += "      " + interface.name + " on " + interface.bridge + ": " +
              join(interface.addresses, ", ") + "\n";
    }
    if (node.redirect.mode != Redirect::Mode::none) {
      text += "      connections go to the proxy (" +
              std::string(redirect_text(node.redirect.mode)) + " rules)\n";
    }
    for (const Program& program : node.programs) text += "      runs " + program.name + "\n";
    for (const Directory& directory : node.directories)
      text += "      own folder " + directory.path + "\n";
    for (const File& file : node.files) {
      text += "      file " + file.path + " (" + std::to_string(file.content.size()) + " bytes)\n";
    }
  }
  return text;
}

Value plan_value(const Plan& plan) {
  Value value{Value::Object{}};
  value.set("name", plan.name);
  Value bridges{Value::Array{}};
  for (const Bridge& bridge : plan.bridges) {
    Value one{Value::Object{}};
    one.set("name", bridge.name);
    one.set("address", bridge.address + "/" + std::to_string(bridge.prefix_length));
    bridges.push(one);
  }
  value.set("bridges", bridges);
  Value nodes{Value::Array{}};
  for (const Node& node : plan.nodes) nodes.push(node_value(node));
  value.set("nodes", nodes);
  return value;
}

}  // namespace lab::orchestrator
