#include "orchestrator/scenario/node_spec.h"

namespace lab::orchestrator {

const std::vector<EnumName<NodeSpecKind>>& enum_names(const NodeSpecKind*) {
  static const std::vector<EnumName<NodeSpecKind>> names = {{NodeSpecKind::workload, "workload"},
                                                            {NodeSpecKind::external, "external"},
                                                            {NodeSpecKind::outside, "outside"}};
  return names;
}

const std::vector<EnumName<ServerKind>>& enum_names(const ServerKind*) {
  static const std::vector<EnumName<ServerKind>> names = {{ServerKind::none, "none"},
                                                          {ServerKind::nginx, "nginx"},
                                                          {ServerKind::httpbin, "httpbin"},
                                                          {ServerKind::echo, "echo"},
                                                          {ServerKind::hello, "hello"}};
  return names;
}

LAB_RECORD_NAMED(FileSpec, "a file", Naming::exact) {
  record.origin(&FileSpec::origin);
  record.field("pki", &FileSpec::pki).doc("A file of the pki section, for example v1.client.crt.");
  record.field("text", &FileSpec::text).doc("The content itself, with ${variables}.");
  record.field("file", &FileSpec::file).doc("A file of the scenario's folder, as it is.");
  record.field("template", &FileSpec::template_)
      .doc("A file of the scenario's folder or of nginx-conf/, with ${variables}.");
  record.oneof("content", {"pki", "text", "file", "template"}, true);
}

LAB_RECORD_NAMED(RouteSpec, "a route", Naming::exact) {
  record.origin(&RouteSpec::origin);
  record.field("to", &RouteSpec::to)
      .required()
      .matches("^([0-9]{1,3}\\.){3}[0-9]{1,3}(/[0-9]{1,2})?$", "must be A.B.C.D or A.B.C.D/BITS.")
      .doc("Where to, 10.234.0.0/16.");
  record.field("via", &RouteSpec::via)
      .matches("^([0-9]{1,3}\\.){3}[0-9]{1,3}$", "must be A.B.C.D.")
      .doc("By way of this address; absent: nothing is sent, the answer is \"no route to host\".");
}

LAB_RECORD_NAMED(NodeSpec, "a node", Naming::exact) {
  record.origin(&NodeSpec::origin);
  record.field("kind", &NodeSpec::kind)
      .doc(
          "workload: from a Deployment or Pod; external: a machine outside the mesh; outside: a "
          "client outside the cluster.");
  record.field("address", &NodeSpec::address).doc("IPv4 address, or several.");
  record.field("sidecar", &NodeSpec::sidecar)
      .doc("Whether it has a proxy; as injection says when absent.");
  record.field("redirect", &NodeSpec::redirect)
      .doc("false: its connections are not bent to its proxy.");
  record.field("service-account", &NodeSpec::service_account).doc("Its ServiceAccount.");
  record.field("labels", &NodeSpec::labels).doc("Labels of a workload that no object makes.");
  record.field("server", &NodeSpec::server)
      .doc(
          "Real server that runs there; as the image's name says when absent. hello: nginx that "
          "answers \"hello from NODE: METHOD HOST/PATH\"; echo: TCP, sends back what it gets.");
  record.field("config", &NodeSpec::config)
      .doc("nginx: template of its server blocks, in the folder or in nginx-conf/.");
  record.field("command", &NodeSpec::command).doc("Command line that keeps running instead.");
  record.field("ports", &NodeSpec::ports)
      .doc("Ports that are waited for, and that httpbin listens on.");
  record.field("files", &NodeSpec::files).doc("Files that the node sees, by path.");
  record.field("routes", &NodeSpec::routes)
      .doc("Routes beside the default one; without `via` one way is closed.");
  record.field("environment", &NodeSpec::environment).doc("Environment variables of its programs.");
}

}  // namespace lab::orchestrator
