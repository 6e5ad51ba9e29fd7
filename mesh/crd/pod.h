#pragma once

#include <cstdint>
#include <optional>

#include "mesh/crd/metadata.h"

/// Pod, and the pod templates of Deployment and its like. Source: Kubernetes API, core/v1.
namespace lab::crd {

struct ContainerPort {
  Origin origin;
  std::string name;
  std::uint32_t container_port = 0;
  std::string protocol;  ///< "TCP" when empty.
};
const Record<ContainerPort>& record_of(const ContainerPort*);

struct EnvVar {
  std::string name;
  std::string value;
  Value value_from;  ///< As written; null when absent.
};
const Record<EnvVar>& record_of(const EnvVar*);

struct VolumeMount {
  Origin origin;
  std::string name;
  std::string mount_path;
  std::string sub_path;
  bool read_only = false;
};
const Record<VolumeMount>& record_of(const VolumeMount*);

struct Container {
  Origin origin;
  std::string name;
  std::string image;
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::string working_dir;
  std::vector<ContainerPort> ports;
  std::vector<EnvVar> env;
  std::vector<VolumeMount> volume_mounts;
};
const Record<Container>& record_of(const Container*);

/// One key of a Secret or ConfigMap as a file of a volume.
struct KeyToPath {
  std::string key;
  std::string path;
  std::optional<std::int32_t> mode;
};
const Record<KeyToPath>& record_of(const KeyToPath*);

struct SecretVolume {
  std::string secret_name;
  std::vector<KeyToPath> items;  ///< Empty: every key.
  bool optional = false;
};
const Record<SecretVolume>& record_of(const SecretVolume*);

struct ConfigMapVolume {
  std::string name;
  std::vector<KeyToPath> items;
  bool optional = false;
};
const Record<ConfigMapVolume>& record_of(const ConfigMapVolume*);

struct Volume {
  Origin origin;
  std::string name;
  std::optional<SecretVolume> secret;
  std::optional<ConfigMapVolume> config_map;
};
const Record<Volume>& record_of(const Volume*);

struct PodSpec {
  Origin origin;
  std::vector<Container> containers;
  std::vector<Container> init_containers;
  std::vector<Volume> volumes;
  std::string service_account_name;  ///< Empty: "default" (see service_account()).
  std::string service_account;       ///< The older spelling.
  std::string node_name;
  std::string hostname;
  std::string subdomain;
  bool host_network = false;
};
const Record<PodSpec>& record_of(const PodSpec*);

/// The account that the pod runs as: "default" when the file names none.
std::string service_account(const PodSpec& spec);

struct PodIp {
  std::string ip;
};
const Record<PodIp>& record_of(const PodIp*);

struct PodCondition {
  std::string type;
  std::string status;
};
const Record<PodCondition>& record_of(const PodCondition*);

struct PodStatus {
  std::string phase;
  std::string pod_ip;
  std::vector<PodIp> pod_ips;
  std::vector<PodCondition> conditions;
};
const Record<PodStatus>& record_of(const PodStatus*);

struct Pod : Object {
  PodSpec spec;
  PodStatus status;
};
const Record<Pod>& record_of(const Pod*);

struct PodTemplate {
  Origin origin;
  Metadata metadata;
  PodSpec spec;
};
const Record<PodTemplate>& record_of(const PodTemplate*);

}  // namespace lab::crd
