// What must hold for any objects: random ones are made, compiled, and compared.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "mesh/compile/compile.h"
#include "mesh/compile/files.h"
#include "mesh/config/load.h"
#include "mesh/crd/load.h"

namespace lab::compile {
namespace {

crd::Objects objects_of(const std::vector<std::string>& documents) {
  crd::Objects objects;
  Diagnostics findings;
  crd::load_text(join(documents, "\n---\n"), "random.yaml", objects, findings);
  RC_ASSERT(findings.empty());
  return objects;
}

/// All resources of all nodes, without the lines that they came from.
std::string compiled(const std::vector<std::string>& documents) {
  const crd::Objects objects = objects_of(documents);
  Diagnostics findings;
  const auto nodes = compile(Input{objects, "istio-current", {}, "/etc/lab/proxy"}, findings);
  RC_ASSERT(nodes.has_value());
  std::string text;
  for (const auto& [name, node] : *nodes) {
    for (const char* kind : {"listeners", "routes", "clusters", "endpoints", "secrets"})
      text += name + " " + kind + "\n" + write_json(resources_of(node, kind), 1);
  }
  std::string kept;
  for (const std::string& line : split(text, '\n')) {
    const bool place =
        line.find("\"line\"") != std::string::npos || line.find("\"column\"") != std::string::npos;
    if (!place) kept += line + "\n";
  }
  return kept;
}

std::string number(int value) {
  return std::to_string(value);
}

/// A Service with one or two ports, and a Pod behind it.
std::vector<std::string> service_documents(int index) {
  const std::string name = "s" + number(index);
  const char* const protocols[] = {"http", "tcp", "https", "grpc", "odd"};
  const std::string first = protocols[*rc::gen::inRange(0, 5)];
  const int port = *rc::gen::element(80, 443, 9000);
  std::string ports = "  - {name: " + first + ", port: " + number(port) + "}\n";
  if (*rc::gen::arbitrary<bool>()) ports += "  - {name: tcp-more, port: 9001}\n";
  const std::string headless = *rc::gen::arbitrary<bool>()
                                   ? "  clusterIP: None\n"
                                   : "  clusterIP: 10.0.0." + number(index + 1) + "\n";
  return {"apiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}\nspec:\n" + headless +
              "  selector: {app: " + name + "}\n  ports:\n" + ports,
          "apiVersion: v1\nkind: Pod\nmetadata: {name: p" + number(index) + ", labels: {app: " +
              name + "}}\nspec: {containers: [{name: c, image: i}]}\nstatus: {podIP: 10.1.0." +
              number(index + 1) + "}\n"};
}

std::string rule_document(int index) {
  const std::string host = "s" + number(*rc::gen::inRange(0, 4));
  return "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r" +
         number(index) + ", creationTimestamp: \"2020-01-01T00:00:0" + number(index) +
         "Z\"}\nspec: {host: " + host + ", subsets: [{name: v" + number(index) +
         ", labels: {version: v1}}]}\n";
}

std::string virtual_service_document(int index) {
  const std::string host = "s" + number(*rc::gen::inRange(0, 4));
  const std::string target = "s" + number(*rc::gen::inRange(0, 4));
  return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v" +
         number(index) + ", creationTimestamp: \"2020-01-01T00:00:0" + number(index) +
         "Z\"}\nspec: {hosts: [" + host +
         "], http: [{match: [{uri: {prefix: /a}}], route: "
         "[{destination: {host: " +
         target + ", port: {number: 80}}}]}]}\n";
}

std::vector<std::string> random_documents() {
  std::vector<std::string> documents;
  for (int i = 0; i < 4; ++i) {
    for (std::string& document : service_documents(i)) documents.push_back(std::move(document));
  }
  for (int i = 0; i < *rc::gen::inRange(0, 4); ++i) documents.push_back(rule_document(i));
  for (int i = 0; i < *rc::gen::inRange(0, 4); ++i)
    documents.push_back(virtual_service_document(i));
  return documents;
}

RC_GTEST_PROP(Compiler, TwoRunsAgree, ()) {
  const std::vector<std::string> documents = random_documents();
  RC_ASSERT(compiled(documents) == compiled(documents));
}

RC_GTEST_PROP(Compiler, OrderOfDocumentsDoesNotCount, ()) {
  // Ages and names decide; no two objects here share both.
  std::vector<std::string> documents = random_documents();
  const std::string before = compiled(documents);
  const auto swaps = *rc::gen::container<std::vector<std::size_t>>(
      8, rc::gen::inRange<std::size_t>(0, documents.size()));
  for (std::size_t i = 0; i < swaps.size(); ++i)
    std::swap(documents[i % documents.size()], documents[swaps[i]]);
  RC_ASSERT(compiled(documents) == before);
}

RC_GTEST_PROP(Compiler, WhatIsWrittenReadsBackAsTheSame, ()) {
  const crd::Objects objects = objects_of(random_documents());
  Diagnostics findings;
  const auto nodes = compile(Input{objects, "istio-current", {}, "/etc/lab/proxy"}, findings);
  RC_ASSERT(nodes.has_value());
  for (const auto& [name, node] : *nodes) {
    const Value written = resources_of(node, "listeners");
    for (const Value& listener : written.array()) {
      Diagnostics problems;
      DecodeContext context("written.json", problems);
      context.set_naming(Naming::proto);
      config::Listener read;
      RC_ASSERT(Codec<config::Listener>::decode(listener, context, read));
      RC_ASSERT(problems.empty());
      RC_ASSERT(*Codec<config::Listener>::encode(read) == listener);
    }
  }
}

// Routes: what a VirtualService says of a request, and what the compiled routes say.

struct Condition {
  int path_kind = 0;  ///< 0 none, 1 exact, 2 prefix.
  std::string path;
  bool wants_header = false, without_header = false;
  std::string header;
  bool wants_method = false;
};

struct Request {
  std::string path, header, method;
};

Condition random_condition() {
  Condition condition;
  condition.path_kind = *rc::gen::inRange(0, 3);
  condition.path = *rc::gen::element<std::string>("/", "/a", "/a/b", "/b");
  condition.wants_header = *rc::gen::arbitrary<bool>();
  condition.without_header = !condition.wants_header && *rc::gen::arbitrary<bool>();
  condition.header = *rc::gen::element<std::string>("x", "z");
  condition.wants_method = *rc::gen::inRange(0, 4) == 0;
  return condition;
}

bool holds(const Condition& condition, const Request& request) {
  if (condition.path_kind == 1 && request.path != condition.path) return false;
  if (condition.path_kind == 2 && request.path.rfind(condition.path, 0) != 0) return false;
  if (condition.wants_header && request.header != condition.header) return false;
  if (condition.without_header && request.header == condition.header) return false;
  return !condition.wants_method || request.method == "POST";
}

std::string text_of(const Condition& condition) {
  std::vector<std::string> parts;
  if (condition.path_kind == 1) parts.push_back("uri: {exact: " + condition.path + "}");
  if (condition.path_kind == 2) parts.push_back("uri: {prefix: " + condition.path + "}");
  if (condition.wants_header) parts.push_back("headers: {h: {exact: " + condition.header + "}}");
  if (condition.without_header)
    parts.push_back("withoutHeaders: {h: {exact: " + condition.header + "}}");
  if (condition.wants_method) parts.push_back("method: {exact: POST}");
  return "{" + join(parts, ", ") + "}";
}

bool header_matches(const config::HeaderMatcher& matcher, const Request& request) {
  const std::string& value = matcher.name == ":method" ? request.method : request.header;
  const bool equal = matcher.string_match && matcher.string_match->exact == value;
  return equal != matcher.invert_match;
}

bool route_matches(const config::RouteMatch& match, const Request& request) {
  if (match.path && *match.path != request.path) return false;
  if (match.prefix && request.path.rfind(*match.prefix, 0) != 0) return false;
  return std::all_of(match.headers.begin(), match.headers.end(),
                     [&](const auto& header) { return header_matches(header, request); });
}

RC_GTEST_PROP(Compiler, RoutesDecideAsTheVirtualServiceSays, ()) {
  const auto conditions = *rc::gen::container<std::vector<Condition>>(
      5, rc::gen::exec([] { return random_condition(); }));
  std::string http;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    http += "  - name: r" + std::to_string(i) + "\n    match: [" + text_of(conditions[i]) +
            "]\n    route: [{destination: {host: s}}]\n";
  }
  const crd::Objects objects = objects_of(
      {"apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {clusterIP: 10.0.0.1, ports: "
       "[{name: http, port: 80}], selector: {app: s}}\n",
       "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nstatus: {podIP: 10.1.0.1}\n",
       "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n  "
       "hosts: [s]\n  http:\n" +
           http});
  Diagnostics findings;
  const auto nodes = compile(Input{objects, "istio-current", {"p"}, "/f"}, findings);
  RC_ASSERT(nodes.has_value());
  const Request request{*rc::gen::element<std::string>("/", "/a", "/a/b", "/a/b/c", "/c"),
                        *rc::gen::element<std::string>("", "x", "w", "z"),
                        *rc::gen::element<std::string>("GET", "POST")};
  std::string wanted = "none", got = "none";
  for (std::size_t i = conditions.size(); i-- > 0;) {
    if (holds(conditions[i], request)) wanted = "r" + std::to_string(i);
  }
  for (const config::VirtualHost& host : nodes->at("p").routes.front().virtual_hosts) {
    if (host.name != "s.default.svc.cluster.local:80") continue;
    for (const config::Route& route : host.routes) {
      if (got == "none" && route_matches(route.match, request)) got = route.name;
    }
  }
  RC_ASSERT(got == wanted);
}

}  // namespace
}  // namespace lab::compile
