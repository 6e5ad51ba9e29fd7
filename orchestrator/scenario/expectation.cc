#include "orchestrator/scenario/expectation.h"

namespace lab::orchestrator {

LAB_RECORD_NAMED(HopExpectation, "a hop", Naming::exact) {
  record.field("node", &HopExpectation::node).doc("Where the proxy is.");
  record.field("listener", &HopExpectation::listener).doc("Listener that took the connection.");
  record.field("virtual-host", &HopExpectation::virtual_host).doc("Virtual host that was chosen.");
  record.field("route", &HopExpectation::route).doc("Route configuration that was used.");
  record.field("cluster", &HopExpectation::cluster).doc("Cluster it went to.");
  record.field("endpoint", &HopExpectation::endpoint).doc("Address and port it went to.");
  record.field("flags", &HopExpectation::flags).doc("Envoy's response flags, for example UO.");
}

LAB_RECORD_NAMED(StatExpectation, "a counter", Naming::exact) {
  record.field("node", &StatExpectation::node).required().doc("Where the proxy is.");
  record.field("name", &StatExpectation::name)
      .required()
      .not_empty()
      .doc("Envoy's name of the counter.");
  record.field("by", &StatExpectation::by)
      .at_least(0)
      .doc("It grew by exactly this during the step.");
  record.field("at-least", &StatExpectation::at_least).at_least(0).doc("It grew by this or more.");
  record.field("at-most", &StatExpectation::at_most).at_least(0).doc("It grew by this or less.");
  record.field("by-status", &StatExpectation::by_status)
      .doc("It grew by exactly the number of answers with this status.");
}

LAB_RECORD_NAMED(CountExpectation, "a count", Naming::exact) {
  record.field("exactly", &CountExpectation::exactly)
      .at_least(0)
      .doc("So many answers had the status.");
  record.field("at-least", &CountExpectation::at_least).at_least(0).doc("So many or more.");
  record.field("at-most", &CountExpectation::at_most).at_least(0).doc("So many or fewer.");
}

LAB_RECORD_NAMED(DistributionExpectation, "a distribution", Naming::exact) {
  record.field("by", &DistributionExpectation::by)
      .required()
      .matches("^(endpoint|node|body:.+)$", "must be endpoint, node, or body:PATTERN.")
      .doc("What tells the answers apart: endpoint, node, or body:PATTERN with one group.");
  record.field("shares", &DistributionExpectation::shares)
      .required()
      .doc("Share of each, as a ratio.");
  record.field("confidence", &DistributionExpectation::confidence)
      .at_least(0.5)
      .at_most(0.999999)
      .doc("How sure the statistical bound is; 0.9999 when absent.");
}

static void body_fields(Record<Expectation>& record) {
  record.field("body", &Expectation::body).doc("The body (or output) contains these texts.");
  record.field("body-not", &Expectation::body_not).doc("It contains none of these.");
  record.field("body-matches", &Expectation::body_matches)
      .doc("These regular expressions (ECMAScript) are found in it.");
  record.field("body-is", &Expectation::body_is).doc("It is exactly this.");
  record.field("body-bytes", &Expectation::body_bytes).at_least(0).doc("It has so many bytes.");
  record.field("json", &Expectation::json)
      .doc("It is JSON, and has these values at these paths (\"headers/Host\").");
}

static void path_fields(Record<Expectation>& record) {
  record.field("via", &Expectation::via)
      .doc("Nodes whose proxies handled it after the sender's own, in order; [] is none.");
  record.field("hops", &Expectation::hops).doc("Every proxy passed, in order, with details.");
  record.field("presented", &Expectation::presented)
      .doc(
          "Certificate that the last proxy before the server's own presented: a name of the pki "
          "section, "
          "spiffe://... of a workload, or none.");
  record.field("server-certificate", &Expectation::server_certificate)
      .doc("Certificate that the other end presented to the last proxy, or none.");
}

LAB_RECORD_NAMED(Expectation, "expect", Naming::exact) {
  record.origin(&Expectation::origin);
  record.field("status", &Expectation::status).doc("HTTP status, or several; 0 is no answer.");
  record.field("exit", &Expectation::exit)
      .doc("Exit status of curl or the command; 0 when absent and no status 0 is expected.");
  body_fields(record);
  record.field("headers", &Expectation::headers)
      .doc("Header fields of the answer by name; \"*\" is any value.");
  record.field("headers-absent", &Expectation::headers_absent).doc("Fields it doesn't have.");
  record.field("error", &Expectation::error).doc("Standard error contains these texts.");
  path_fields(record);
  record.field("stats", &Expectation::stats).doc("Counters of proxies that grow during the step.");
  record.field("counts", &Expectation::counts)
      .doc("Of a load: how many answers per status; \"other\" is every status that isn't named.");
  record.field("distribution", &Expectation::distribution)
      .doc("Of a load: who answered how often.");
  record.field("within", &Expectation::within).doc("The step takes no longer.");
}

}  // namespace lab::orchestrator
