#include "mesh/crd/destination.h"

namespace lab::crd {

LAB_CRD_RECORD(PortSelector, "PortSelector") {
  record.field("number", &PortSelector::number);
}

LAB_CRD_RECORD(Destination, "Destination") {
  record.origin(&Destination::origin);
  record.field("host", &Destination::host).required();
  record.field("subset", &Destination::subset);
  record.field("port", &Destination::port);
}

LAB_CRD_RECORD(StringMatch, "StringMatch") {
  record.origin(&StringMatch::origin);
  record.field("exact", &StringMatch::exact);
  record.field("prefix", &StringMatch::prefix);
  record.field("regex", &StringMatch::regex);
  record.oneof("match_type", {"exact", "prefix", "regex"});
}

LAB_CRD_RECORD(Percent, "Percent") {
  record.field("value", &Percent::value);
}

LAB_CRD_RECORD(Port, "Port") {
  record.origin(&Port::origin);
  record.field("number", &Port::number);
  record.field("protocol", &Port::protocol);
  record.field("name", &Port::name);
  record.field("targetPort", &Port::target_port);
}

}  // namespace lab::crd
