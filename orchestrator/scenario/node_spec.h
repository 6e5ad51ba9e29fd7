#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/scenario/words.h"

namespace lab::orchestrator {

/// Where a file's content comes from: exactly one member is set.
struct FileSpec {
  std::optional<std::string> pki;        ///< A file of the pki section: "v1.client.crt".
  std::optional<std::string> text;       ///< The content itself, with ${variables}.
  std::optional<std::string> file;       ///< A file of the scenario's folder, taken as it is.
  std::optional<std::string> template_;  ///< The same with ${variables}.
  Origin origin;
};
const Record<FileSpec>& record_of(const FileSpec*);

enum class NodeSpecKind : std::uint8_t {
  workload,  ///< Made from a Deployment or Pod (the entry only adds to it).
  external,  ///< A machine outside the mesh with an address of its own.
  outside,   ///< A client outside the cluster.
};
const std::vector<EnumName<NodeSpecKind>>& enum_names(const NodeSpecKind*);

enum class ServerKind : std::uint8_t {
  none,
  nginx,  ///< With the server blocks of `config` or of the node's files.
  httpbin,
  echo,   ///< TCP: sends back what it gets.
  hello,  ///< nginx that says which node answers, and to what.
};
const std::vector<EnumName<ServerKind>>& enum_names(const ServerKind*);

/// A route of a node beside its default one.
struct RouteSpec {
  std::string to;   ///< "10.234.0.0/16".
  std::string via;  ///< A gateway's address; empty: nothing is sent there.
  Origin origin;
};
const Record<RouteSpec>& record_of(const RouteSpec*);

/// One entry of the `nodes` section.
struct NodeSpec {
  NodeSpecKind kind = NodeSpecKind::workload;
  Words address;                ///< First: the node's own; further ones are added.
  std::optional<bool> sidecar;  ///< Absent: as the mesh's injection says.
  bool redirect = true;         ///< False: its connections are not bent to its proxy.
  std::string service_account;
  std::map<std::string, std::string> labels;
  std::optional<ServerKind> server;
  std::string config;   ///< nginx: template of its server blocks.
  std::string command;  ///< Instead of a server: a shell command line that keeps running.
  std::vector<std::uint32_t> ports;  ///< httpbin, echo, command: ports to listen on / wait for.
  std::map<std::string, FileSpec> files;  ///< Path in the node -> content.
  std::map<std::string, std::string> environment;
  std::vector<RouteSpec> routes;
  Origin origin;
};
const Record<NodeSpec>& record_of(const NodeSpec*);

}  // namespace lab::orchestrator
