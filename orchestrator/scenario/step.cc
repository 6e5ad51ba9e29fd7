#include "orchestrator/scenario/step.h"

namespace lab::orchestrator {

LAB_RECORD_NAMED(LoadSpec, "load", Naming::exact) {
  record.field("request", &LoadSpec::request).required().not_empty().doc("As a step's request.");
  record.field("connections", &LoadSpec::connections)
      .at_least(1)
      .at_most(1000)
      .doc("So many connections, each with one request at a time.");
  record.field("requests", &LoadSpec::requests).at_least(1).at_most(1000000).doc("So many in all.");
}

LAB_RECORD_NAMED(FaultSpec, "fault", Naming::exact) {
  record.field("node", &FaultSpec::node).required().doc("Whose network.");
  record.field("cut", &FaultSpec::cut)
      .required()
      .doc("true: nothing reaches it, and nobody is told; false: it is whole again.");
}

LAB_RECORD_NAMED(WriteSpec, "write", Naming::exact) {
  record.field("node", &WriteSpec::node).required().doc("Where.");
  record.field("path", &WriteSpec::path)
      .required()
      .matches("^/", "must begin with \"/\".")
      .doc("File in the node; replaced by rename.");
  record.field("content", &WriteSpec::content).required().doc("Its new content.");
}

LAB_RECORD_NAMED(MatrixSpec, "matrix", Naming::exact) {
  record.field("to", &MatrixSpec::to)
      .required()
      .not_empty()
      .doc("Heads of the columns; ${to} in the request stands for each.");
  record.field("rows", &MatrixSpec::rows)
      .required()
      .not_empty()
      .doc("Sender -> expected status per column, or \"exit N\" for curl's exit status.");
}

LAB_RECORD_NAMED(ForEachSpec, "for-each", Naming::exact) {
  record.field("with", &ForEachSpec::with).required().doc("Variables: ${NAME} in the step.");
  record.field("expect", &ForEachSpec::expect).doc("Expectations of this row, beside the step's.");
}

LAB_RECORD_NAMED(WhenSpec, "when", Naming::exact) {
  record.field("profile", &WhenSpec::profile).doc("Only in these profiles.");
  record.field("proxy", &WhenSpec::proxy).doc("Only with these engines (mesh, envoy).");
  record.field("variant", &WhenSpec::variant).doc("Only in these variants (base: none).");
}

static void action_fields(Record<Step>& record) {
  record.field("request", &Step::request)
      .not_empty()
      .doc("METHOD URL and curl's options: \"GET http://a/ -H 'want: v1'\".");
  record.field("curl", &Step::curl).not_empty().doc("curl's arguments, exactly as in a lesson.");
  record.field("command", &Step::command).not_empty().doc("A shell command line.");
  record.field("config", &Step::config)
      .matches("^(listeners|routes|clusters|endpoints|secrets)(/.*)?$",
               "must be listeners, routes, clusters, endpoints or secrets, with /NAME.")
      .doc("Part of the proxy's configuration, \"clusters/outbound|80||a\"; compared as JSON.");
  record.field("load", &Step::load).doc("Many requests at once.");
  record.field("apply", &Step::apply).not_empty().doc("Files of objects to add or replace.");
  record.field("delete", &Step::remove)
      .not_empty()
      .doc("Objects to remove, KIND/NAME[.NAMESPACE].");
  record.field("secrets", &Step::secrets)
      .not_empty()
      .doc("Secrets with new content, as the scenario's section.");
  record.field("write", &Step::write).not_empty().doc("Files to write into nodes.");
  record.field("restart", &Step::restart)
      .not_empty()
      .doc("Node whose server is restarted; a gateway's proxy.");
  record.field("stop", &Step::stop).not_empty().doc("Node whose server is stopped.");
  record.field("start", &Step::start).not_empty().doc("Node whose server is started again.");
  record.field("fault", &Step::fault).doc("Cuts a node off, or joins it again.");
  record.oneof("action",
               {"request", "curl", "command", "config", "load", "apply", "delete", "secrets",
                "write", "restart", "stop", "start", "fault"},
               true);
}

LAB_RECORD_NAMED(Step, "a step", Naming::exact) {
  record.origin(&Step::origin);
  record.field("name", &Step::name)
      .required()
      .not_empty()
      .doc("A sentence that says what must hold.");
  record.field("from", &Step::from).doc("Node that sends the request or runs the command.");
  action_fields(record);
  record.field("matrix", &Step::matrix).doc("The same request from and to many, as a table.");
  record.field("expect", &Step::expect).doc("What must be observed.");
  record.field("eventually", &Step::eventually).doc("Asked again until it holds, at most so long.");
  record.field("consistently", &Step::consistently)
      .doc("Asked again and again; holds all the time.");
  record.field("converge", &Step::converge)
      .at_least(0)
      .doc("Asked until it held so many times in a row.");
  record.field("timeout", &Step::timeout).doc("The step takes no longer; 10 s when absent.");
  record.field("for-each", &Step::for_each)
      .doc("One step per entry; its values are variables in the step.");
  record.field("when", &Step::when).doc("Only on some runs.");
  record.field("tags", &Step::tags).doc("Words to select by.");
  record.oneof("patience", {"eventually", "consistently", "converge"});
}

}  // namespace lab::orchestrator
