#include "mesh/crd/lint.h"

namespace lab::crd {
namespace {

constexpr LintLevel kInfo = LintLevel::info;
constexpr LintLevel kWarning = LintLevel::warning;
constexpr LintLevel kError = LintLevel::error;

// 01 what is named must be there; 02 routes; 03 DestinationRules; 04 Gateways; 05 ServiceEntries;
// 06 Services and workloads; 07 security. A code that is retired is not used again.
constexpr LintCode kCodes[] = {
    {"LAB0001", kError, "a document that a cluster refuses",
     "The API server or Istio's webhook would not take it, or it is no YAML. The message says "
     "which "
     "field, and what is allowed. Nothing else is said about the document until it is right."},
    {"LAB0101", kError, "a destination that nothing defines",
     "A route sends to a host that neither a Service nor a ServiceEntry defines. The proxy has "
     "no cluster for it and "
     "answers 503. Short names are completed with the VirtualService's own namespace, not with "
     "the client's: write "
     "the full name when they differ."},
    {"LAB0102", kError, "a subset that nothing defines",
     "A route sends to a subset that no DestinationRule of the host defines. The proxy has no "
     "cluster of that name and "
     "answers 503. Add the subset to the host's DestinationRule, or correct its name."},
    {"LAB0103", kError, "a gateway that does not exist",
     "A VirtualService is bound to a Gateway that is not there, so that no proxy reads its "
     "routes. A name without a "
     "namespace means the VirtualService's own; write NAMESPACE/NAME for another one."},
    {"LAB0104", kError, "a port that the destination does not have",
     "A route sends to a port that the Service or ServiceEntry does not list. A route's port is "
     "the service's port, not "
     "the container's. The proxy has no cluster for it and answers 503."},
    {"LAB0105", kWarning, "no port for a destination with several",
     "A destination without a port is only unambiguous when its service has exactly one. With "
     "several, the request's own "
     "port is taken, which a gateway's rarely is."},
    {"LAB0106", kError, "a delegate that does not exist",
     "A route delegates to a VirtualService that is not there; requests that match it get 404."},
    {"LAB0107", kError, "a delegate with hosts of its own",
     "Only a VirtualService without hosts can be delegated to. One with hosts is used for those, "
     "and the routes that were "
     "to be taken over are missing."},
    {"LAB0108", kWarning, "a DestinationRule for a host that nothing defines",
     "Nothing sends to that host, so the rule has no effect. Short names are completed with the "
     "rule's own namespace."},
    {"LAB0109", kError, "a subset without endpoints",
     "No endpoint of the host has all labels of the subset, so that requests to it get 503 (no "
     "healthy upstream). Labels "
     "are those of the pods' template, or of a ServiceEntry's endpoints."},
    {"LAB0110", kWarning, "a Sidecar that lets an unknown host through",
     "An egress host of a Sidecar is NAMESPACE/HOST, where the namespace is that of the service. "
     "Nothing of that name is "
     "there, so the proxy will not know the host that was meant."},
    {"LAB0111", kWarning, "a Service that selects nothing",
     "No workload of the Service's namespace has all labels of its selector. It has no "
     "endpoints: requests get 503."},
    {"LAB0112", kError, "a named target port that no container has",
     "A Service sends to a container port by name, and no container that it selects names a port "
     "so."},
    {"LAB0113", kWarning, "a selector that selects nothing",
     "No workload has all these labels, so that the object has no effect. Policies in the root "
     "namespace (istio-system) "
     "select workloads everywhere, others those of their own namespace; a Gateway's selector "
     "looks everywhere."},
    {"LAB0114", kWarning, "a volume of a ConfigMap that is not there",
     "A pod whose volume's ConfigMap is missing does not start, unless the volume is optional. "
     "Told "
     "only where the files have ConfigMaps at all."},
    {"LAB0115", kWarning, "a volume of a Secret that is not there",
     "A pod whose volume's Secret is missing does not start, unless the volume is optional. Told "
     "only where the files have Secrets at all."},
    {"LAB0116", kError, "a credential that is not there",
     "credentialName names a Secret in the namespace of the gateway's workloads, not of the "
     "Gateway object. Without it the "
     "listener has no certificate, and TLS connections are closed."},
    {"LAB0201", kError, "a route behind one that takes everything",
     "Routes are tried from the top, and the first that matches wins. One without a match takes "
     "every request, so that "
     "nothing below it is ever reached."},
    {"LAB0202", kWarning, "the same match twice",
     "The first route with this match wins; here it changes nothing."},
    {"LAB0203", kWarning, "a match behind a shorter prefix",
     "Prefixes are tried in the order of the file, not by length. A shorter one above takes all "
     "that this one would. Put "
     "the longer prefix first."},
    {"LAB0204", kError, "a method in lower case",
     "HTTP methods are case-sensitive (RFC 9110 section 9.1): \"get\" never equals GET."},
    {"LAB0205", kWarning, "weights that do not add up to 100",
     "Weights are shares of their sum, so 50 and 30 mean 62.5 and 37.5 percent. Versions before "
     "1.15 refuse it. Small numbers (9 and 1) are taken for shares that are meant."},
    {"LAB0206", kWarning, "retries that the timeout forbids",
     "timeout covers all attempts together. When perTryTimeout is not shorter, the first attempt "
     "uses it up."},
    {"LAB0207", kInfo, "a regex without a wildcard",
     "A regex must match the whole value. Without any special character it is an exact match, "
     "slower."},
    {"LAB0208", kWarning, "a rewrite that doubles the slash",
     "The matched prefix is replaced by the rewrite: prefix /a and rewrite / turn /a/b into //b. "
     "Match /a/ in a route of "
     "its own before, with the same rewrite."},
    {"LAB0221", kError, "a match for a gateway that the VirtualService has not",
     "A match's gateways narrow the VirtualService's own list, and can't add to it: the match "
     "never holds."},
    {"LAB0222", kError, "sourceLabels at a gateway",
     "Only a sidecar knows the labels of its client: its own workload's. At a gateway such a "
     "match never holds. The "
     "VirtualService's gateways must include \"mesh\"."},
    {"LAB0223", kWarning, "sourceLabels that no workload has",
     "No client has these labels, so that the match never holds."},
    {"LAB0224", kWarning, "clients that fall through",
     "Every route of a VirtualService asks for sourceLabels. A client without them matches none "
     "and gets 404, as the "
     "VirtualService replaces the default route. Add a last route without a match unless that is "
     "meant."},
    {"LAB0225", kWarning, "a port that nobody listens on",
     "A match's port is the one that the client addressed: the service's in the mesh, the "
     "server's at a gateway."},
    {"LAB0226", kError, "hosts that the gateway does not serve",
     "A gateway uses a VirtualService's routes for those hosts only that one of its servers "
     "lists. A server's host may be "
     "NAMESPACE/HOST, which admits VirtualServices of that namespace only."},
    {"LAB0227", kError, "two VirtualServices for one host",
     "In the mesh, the routes of one VirtualService are used for a host: of the oldest (gateways "
     "merge them). Which that is "
     "depends on when they were made. Merge them, or delegate from one to the others."},
    {"LAB0228", kInfo, "routes for a host that nothing defines",
     "A sidecar serves such a host on the HTTP ports that other services open, and nowhere else; "
     "and clients must be able to resolve the name. Add a ServiceEntry or Service for it."},
    {"LAB0229", kWarning, "http routes for ports of TLS",
     "What is sent to ports of protocol HTTPS or TLS is encrypted by the client; a sidecar sees "
     "the server name only. http routes apply to plain HTTP on ports that other services open. "
     "Use tls routes, declare a port of protocol HTTP and let the proxy begin TLS, or match the "
     "port that is meant."},
    {"LAB0230", kError, "routes of the wrong kind for the gateway",
     "A server of mode PASSTHROUGH sees TLS only, and needs tls routes with sniHosts. One that "
     "ends TLS (or is plain) sees "
     "HTTP, and needs http routes."},
    {"LAB0231", kError, "tls routes for ports of plain HTTP",
     "tls routes match by the server name of TLS. Ports of protocol HTTP carry none."},
    {"LAB0232", kWarning, "routes for a Service that does not exist",
     "A host without dots is a Service of the VirtualService's own namespace, and there is none of "
     "that name. Clients can't resolve it, so that the routes are never used."},
    {"LAB0301", kWarning, "two DestinationRules for one host",
     "Subsets of rules for one host are merged, but only one trafficPolicy is taken, that of the "
     "oldest."},
    {"LAB0302", kError, "TLS within TLS",
     "Traffic to ports of protocol HTTPS or TLS is encrypted by the client already. tls in a "
     "DestinationRule wraps it once "
     "more, and the server answers with an alert. Route plain HTTP to the port (as an egress "
     "gateway does), or remove tls."},
    {"LAB0303", kError, "mutual TLS of the mesh to a server outside",
     "ISTIO_MUTUAL presents the workload's certificate of the mesh's authority and expects one. "
     "A server outside has "
     "neither. Use SIMPLE, or MUTUAL with certificates that it knows."},
    {"LAB0304", kInfo, "a server whose certificate is not pinned to an authority",
     "Without caCertificates, today's proxies check the server against the system's roots; those "
     "of Istio 1.0 check nothing."},
    {"LAB0305", kWarning, "certificate files that nobody mounts",
     "The file is read in the client's proxy: in the sidecar's or gateway's container. No "
     "workload has a volume there, so "
     "the cluster never becomes ready."},
    {"LAB0306", kWarning, "certificate files with ISTIO_MUTUAL",
     "ISTIO_MUTUAL uses the workload's own certificates; files are ignored."},
    {"LAB0307", kInfo, "settings that a port does not inherit",
     "portLevelSettings replace the destination's settings as a whole: what is left out gets its "
     "default, not the "
     "destination's value."},
    {"LAB0308", kInfo, "a subset that nothing sends to",
     "A subset's trafficPolicy takes effect only when a route sends to the subset."},
    {"LAB0309", kError, "plain text to who wants mutual TLS",
     "The DestinationRule's mode DISABLE overrides automatic mutual TLS, and the receiving side "
     "(STRICT) resets connections "
     "of plain text. Remove tls, or use ISTIO_MUTUAL."},
    {"LAB0310", kWarning, "failover without outlier detection",
     "Endpoints count as failed only when outlierDetection ejects them; without it traffic never "
     "fails over."},
    {"LAB0311", kError, "plain HTTP to a port of TLS",
     "An http route sends to a port of protocol HTTPS or TLS, and no DestinationRule begins TLS "
     "for it. The server gets "
     "plain HTTP and answers 400, or closes."},
    {"LAB0401", kWarning, "one host on one port twice",
     "Servers of one port are merged on a gateway's workloads. With the same host twice, one of "
     "them is not used."},
    {"LAB0402", kError, "one port with two protocols",
     "A port of a gateway's workloads is either plain HTTP, TLS or TCP. The newer Gateway's "
     "server is ignored."},
    {"LAB0403", kWarning, "a gateway port that no Service offers",
     "Clients reach a gateway through a Service of its workloads. None offers this port."},
    {"LAB0404", kWarning, "a gateway without routes",
     "No VirtualService is bound to the Gateway; it answers 404 to everything."},
    {"LAB0405", kError, "several certificates for one server name",
     "The proxy chooses the certificate by the name that the client sends (SNI). Two servers of "
     "one port for the same name "
     "can't be told apart, and only one certificate is ever shown."},
    {"LAB0406", kWarning, "httpsRedirect on a server that is not HTTP",
     "Only servers of protocol HTTP answer with a redirect."},
    {"LAB0407", kWarning, "certificates where TLS is passed through",
     "Modes PASSTHROUGH and AUTO_PASSTHROUGH forward TLS unread; certificates have no use."},
    {"LAB0408", kWarning, "TLS below 1.2",
     "TLS 1.0 and 1.1 are deprecated (RFC 8996), and proxies offer no ciphers for them by "
     "default."},
    {"LAB0409", kWarning, "server certificate files that nobody mounts",
     "The files are read in the gateway's own container. A workload that the Gateway selects has "
     "no volume there."},
    {"LAB0501", kWarning, "plain TCP without addresses",
     "Plain TCP tells nothing of the host. Without addresses, the listener takes all traffic to "
     "the port, whatever its "
     "address, and two such entries for one port exclude each other."},
    {"LAB0502", kError, "STATIC without endpoints",
     "There is nothing to send to: requests get 503."},
    {"LAB0504", kWarning, "one port of a host defined twice",
     "Endpoints of two definitions are not merged reliably; which one wins depends on age and "
     "namespace."},
    {"LAB0505", kWarning, "port 443 declared as plain HTTP",
     "Clients speak TLS to port 443, and a sidecar that expects HTTP there closes the "
     "connection."},
    {"LAB0506", kWarning, "a ServiceEntry for a Kubernetes Service",
     "For one name the Kubernetes Service wins. Ports that only the ServiceEntry has get no "
     "cluster, and routes to them 503."},
    {"LAB0601", kWarning, "a port without a protocol",
     "Istio 1.0 and 1.1 take a port for TCP unless its name says otherwise (http-..., grpc-..., "
     "tls-...), and http routes "
     "don't apply. Later versions detect HTTP by the first bytes, which fails where servers "
     "speak first."},
    {"LAB0602", kWarning, "name and appProtocol disagree",
     "appProtocol wins over the name where it is known; Istio 1.0 reads the name only."},
    {"LAB0603", kInfo, "a workload in the host's network",
     "Traffic of the host's network is not redirected, and no sidecar is injected."},
    {"LAB0604", kError, "one container port with two protocols",
     "Two Services declare the same port of a workload differently. The receiving proxy has one "
     "listener for it and takes one of them."},
    {"LAB0605", kError, "two Sidecars for one workload",
     "One Sidecar is used for a workload: the oldest of those whose workloadSelector fits, else "
     "the "
     "oldest of its namespace without a selector. The others have no effect."},
    {"LAB0701", kError, "two PeerAuthentications for one namespace",
     "Only one policy without a selector counts in a namespace, the oldest."},
    {"LAB0702", kWarning, "port-level mutual TLS for a port nobody listens on",
     "portLevelMtls names ports of the workload (containerPort), not of a Service in front of "
     "it."},
    {"LAB0703", kWarning, "a selector without labels",
     "It selects everything in the namespace, which leaving it out says more plainly."},
    {"LAB0704", kError, "an RbacConfig that is not named default",
     "Istio reads one object only, named default."},
    {"LAB0705", kError, "a binding to a role that does not exist",
     "A ServiceRoleBinding binds to a ServiceRole of its own namespace. Without it nobody is "
     "allowed anything by it."},
    {"LAB0706", kWarning, "a Policy for a service that does not exist",
     "Targets are short names of services in the Policy's own namespace."},
    {"LAB0707", kWarning, "two Policies for one service",
     "Only one Policy of a service counts, and which one is not defined. Merge them."},
    {"LAB0708", kWarning, "roles without RbacConfig",
     "Authorization is off until an RbacConfig or ClusterRbacConfig named default switches it "
     "on."},
    {"LAB0711", kInfo, "a policy that allows nothing",
     "A policy of action ALLOW without rules never matches, and where any ALLOW policy is, what "
     "none allows is denied. It is the usual way to deny by default; make sure it is meant."},
    {"LAB0712", kInfo, "a rule that allows everything",
     "An empty rule ({}) holds for every request."},
    {"LAB0713", kWarning, "a rule that changes nothing",
     "Rules are alternatives. One that stands there already, or follows an empty one, adds "
     "nothing."},
    {"LAB0714", kError, "identities without mutual TLS",
     "principals, namespaces and serviceAccounts are read from the client's certificate. With "
     "mutual TLS off there is none: "
     "ALLOW never allows, DENY never denies."},
    {"LAB0715", kError, "tokens that nobody checks",
     "requestPrincipals and request.auth.* come from a token that a RequestAuthentication has "
     "checked. None is there."},
    {"LAB0716", kError, "a method in lower case in a policy",
     "HTTP methods are case-sensitive: \"get\" never equals GET."},
    {"LAB0718", kWarning, "a denial by HTTP attributes on all ports",
     "On ports of plain TCP, conditions on HTTP are left out of a DENY rule, so that it denies "
     "every connection. Name the ports that it is meant for."},
    {"LAB0719", kWarning, "a principal that nobody is",
     "No workload runs as this service account, and the account is not declared. A principal is "
     "DOMAIN/ns/NAMESPACE/sa/ACCOUNT."},
};

}  // namespace

const std::vector<LintCode>& lint_codes() {
  static const std::vector<LintCode> codes(std::begin(kCodes), std::end(kCodes));
  return codes;
}

}  // namespace lab::crd
