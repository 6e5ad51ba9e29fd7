#include <iostream>
#include <sstream>
#include <thread>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/context.h"
#include "orchestrator/run/admin_connections.h"
#include "orchestrator/run/hops.h"
#include "orchestrator/run/probe.h"

namespace lab::orchestrator {
namespace {

/// A request that was sent for real, and what the proxies recorded of it.
struct Traced {
  std::vector<std::string> shown;
  Observation seen;
};

class Records {
 public:
  explicit Records(RunningLab& lab) : admins_(lab), nodes_(lab.nodes()) {}

  /// What is new in all proxies.
  Result<std::vector<Hop>> collect() {
    std::map<std::string, std::string> paths;
    for (const std::string& node : nodes_)
      paths[node] = "/lab/trace?since=" + std::to_string(next_[node]);
    std::vector<Hop> hops;
    for (const auto& [node, body] : admins_.get(paths)) {
      const Value parsed = TRY(parse_json(body, "trace"));
      for (Hop& hop : read_trace(node, parsed, next_[node])) hops.push_back(std::move(hop));
    }
    return hops;
  }

 private:
  AdminConnections admins_;
  std::vector<std::string> nodes_;
  std::map<std::string, std::uint64_t> next_;
};

Result<Traced> send_traced(const Arguments& arguments) {
  AttachedNode node = TRY(attach_to_node(arguments.text("NODE")));
  Records records(node.lab);
  TRY(records.collect());
  Step step;
  step.curl = arguments.text("URL") + " " + quote_words(arguments.list("CURL-OPTION"));
  const ProbeCommand probe = TRY(probe_of(step));
  ExecRequest request;
  request.argv = probe.argv;
  request.timeout = std::chrono::seconds(10);
  const ExecResult result = TRY(node.lab.exec(node.node, request));
  Traced traced;
  traced.shown = probe.shown;
  traced.seen.exit = result.exit.code;
  traced.seen.body = result.stdout_text;
  read_curl(result.stderr_text, traced.seen);
  // A proxy further on may write its record a little after curl has its answer.
  for (int quiet = 0; quiet < 3; ++quiet) {
    std::vector<Hop> more = TRY(records.collect());
    if (!more.empty()) quiet = 0;
    for (Hop& hop : more) traced.seen.hops.push_back(std::move(hop));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  order_hops(traced.seen.hops, node.node);
  return traced;
}

std::string answer_text(const Traced& traced) {
  const Observation& seen = traced.seen;
  const std::string command = quote_words(traced.shown) + "\n";
  if (seen.status != 0) {
    return command + "answer " + std::to_string(seen.status) + ", " +
           std::to_string(seen.body.size()) + " bytes\n";
  }
  return command + "no answer, curl's exit status " + std::to_string(seen.exit) + ": " +
         std::string(trim(seen.error)) + "\n";
}

std::string hop_line(const Hop& hop) {
  std::string text = hop.node + "  " + hop.listener + " -> " +
                     (hop.route.empty() ? "" : hop.route + " -> ") +
                     (hop.cluster.empty() ? "no cluster" : hop.cluster);
  if (!hop.endpoint.empty()) text += " -> " + hop.endpoint;
  if (hop.status != 0) text += "  " + std::to_string(hop.status);
  if (!hop.flags.empty()) text += " [" + hop.flags + "]";
  text += "\n";
  if (hop.presented.present)
    text += "    presented " + hop.presented.subject + " from " + hop.presented.file + "\n";
  for (const std::string& origin : hop.origins) text += "    " + origin + "\n";
  return text;
}

Result<int> trace_request(const Arguments& arguments) {
  const Traced traced = TRY(send_traced(arguments));
  std::cout << answer_text(traced);
  for (const Hop& hop : traced.seen.hops) std::cout << hop_line(hop);
  if (traced.seen.hops.empty()) std::cout << "no proxy has seen it\n";
  return 0;
}

/// Envoy's response flags, in words.
std::string flag_text(const std::string& flag) {
  static const std::map<std::string, std::string> kWords = {
      {"NR", "no route matches the request"},
      {"NC", "the route's cluster does not exist"},
      {"UH", "the cluster has no healthy endpoint"},
      {"UF", "the connection to the endpoint failed"},
      {"UC", "the endpoint closed the connection"},
      {"UO", "a limit of the cluster is reached (circuit breaker)"},
      {"UT", "the endpoint did not answer within the route's timeout"},
      {"UR", "the endpoint reset the stream"},
      {"URX", "all retries failed"},
      {"DC", "the client went away"},
      {"LR", "this proxy reset the stream"},
      {"FI", "a fault was injected: an abort"},
      {"DI", "a fault was injected: a delay"},
      {"RL", "a rate limit refused it"},
      {"UAEX", "authorization refused it"},
      {"SI", "the stream was idle for too long"},
      {"DPE", "the client broke the protocol"},
      {"UPE", "the endpoint broke the protocol"},
  };
  const auto found = kWords.find(flag);
  return found == kWords.end() ? "Envoy's flag " + flag : found->second;
}

/// The line that an origin "KIND NAME (FILE:LINE)" points at; "" when it can't be read any more.
std::string line_of(const std::string& origin) {
  const std::size_t open = origin.rfind('('), colon = origin.rfind(':');
  if (open == std::string::npos || colon == std::string::npos || colon < open) return "";
  const auto text = read_file(origin.substr(open + 1, colon - open - 1));
  if (!text) return "";
  const std::vector<std::string> lines = split(*text, '\n');
  const auto number = static_cast<std::size_t>(std::atoi(origin.c_str() + colon + 1));
  return number == 0 || number > lines.size() ? "" : std::string(trim(lines[number - 1]));
}

std::string explained(const Hop& hop) {
  std::ostringstream text;
  text << "\n" << hop.node << "\n  took it at listener " << hop.listener << "\n";
  if (!hop.virtual_host.empty())
    text << "  route configuration " << hop.route << ", virtual host " << hop.virtual_host << "\n";
  if (!hop.cluster.empty()) text << "  sent it to cluster " << hop.cluster;
  if (!hop.endpoint.empty()) text << ", endpoint " << hop.endpoint;
  if (!hop.cluster.empty()) text << "\n";
  if (hop.presented.present) {
    text << "  presented the certificate of " << hop.presented.subject << " (" << hop.presented.file
         << ")\n";
  }
  if (hop.peer.present) text << "  was shown the certificate of " << hop.peer.subject << "\n";
  if (hop.status != 0) {
    const bool passed_on = hop.details == "via_upstream";
    text << "  answered " << hop.status
         << (passed_on ? ", which came from the next one" : " by itself");
    if (!passed_on && !hop.details.empty()) text << " (" << hop.details << ")";
    text << "\n";
  }
  for (const std::string& flag : split(hop.flags, ',')) {
    if (!flag.empty()) text << "  because " << flag_text(flag) << "\n";
  }
  if (!hop.transport_failure.empty()) text << "  TLS said: " << hop.transport_failure << "\n";
  if (!hop.origins.empty()) text << "  what said so:\n";
  for (const std::string& origin : hop.origins) {
    text << "    " << origin << "\n";
    if (const std::string line = line_of(origin); !line.empty()) text << "      " << line << "\n";
  }
  return text.str();
}

Result<int> explain_request(const Arguments& arguments) {
  const Traced traced = TRY(send_traced(arguments));
  std::cout << answer_text(traced);
  for (const Hop& hop : traced.seen.hops) std::cout << explained(hop);
  if (traced.seen.hops.empty())
    std::cout << "\nno proxy has seen it: the node has none, or its rules do not bend this "
                 "connection (lab exec NODE -- iptables -t nat -S)\n";
  return 0;
}

}  // namespace

int command_trace(const Arguments& arguments) {
  return code_of(trace_request(arguments));
}
int command_explain(const Arguments& arguments) {
  return code_of(explain_request(arguments));
}

}  // namespace lab::orchestrator
