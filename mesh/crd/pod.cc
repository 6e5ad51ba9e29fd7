#include "mesh/crd/pod.h"

namespace lab::crd {
namespace {

constexpr const char* kScheduling =
    "Scheduling, resources and probes are a cluster's business; a lab runs every workload.";
constexpr const char* kWrittenByCluster = "Written by a cluster; nothing in a lab depends on it.";

}  // namespace

LAB_CRD_RECORD(ContainerPort, "ContainerPort") {
  record.origin(&ContainerPort::origin);
  record.field("name", &ContainerPort::name);
  record.field("containerPort", &ContainerPort::container_port)
      .required()
      .at_least(1)
      .at_most(65535);
  record.field("protocol", &ContainerPort::protocol);
  record.skip({"hostIP", "hostPort"}, "A lab's nodes have addresses of their own.");
}

LAB_CRD_RECORD(EnvVar, "EnvVar") {
  record.field("name", &EnvVar::name).required();
  record.field("value", &EnvVar::value);
  record.field("valueFrom", &EnvVar::value_from);
}

LAB_CRD_RECORD(VolumeMount, "VolumeMount") {
  record.origin(&VolumeMount::origin);
  record.field("name", &VolumeMount::name).required();
  record.field("mountPath", &VolumeMount::mount_path).required();
  record.field("subPath", &VolumeMount::sub_path);
  record.field("readOnly", &VolumeMount::read_only);
  record.skip({"mountPropagation", "recursiveReadOnly", "subPathExpr"}, kScheduling);
}

LAB_CRD_RECORD(Container, "Container") {
  record.origin(&Container::origin);
  record.field("name", &Container::name).required();
  record.field("image", &Container::image);
  record.field("command", &Container::command);
  record.field("args", &Container::args);
  record.field("workingDir", &Container::working_dir);
  record.field("ports", &Container::ports);
  record.field("env", &Container::env);
  record.field("volumeMounts", &Container::volume_mounts);
  record.skip({"envFrom", "imagePullPolicy", "lifecycle", "livenessProbe", "readinessProbe",
               "resizePolicy", "resources", "restartPolicy", "restartPolicyRules",
               "securityContext", "startupProbe", "stdin", "stdinOnce", "terminationMessagePath",
               "terminationMessagePolicy", "tty", "volumeDevices"},
              kScheduling);
}

LAB_CRD_RECORD(KeyToPath, "KeyToPath") {
  record.field("key", &KeyToPath::key).required();
  record.field("path", &KeyToPath::path).required();
  record.field("mode", &KeyToPath::mode);
}

LAB_CRD_RECORD(SecretVolume, "SecretVolumeSource") {
  record.field("secretName", &SecretVolume::secret_name);
  record.field("items", &SecretVolume::items);
  record.field("optional", &SecretVolume::optional);
  record.skip({"defaultMode"}, kScheduling);
}

LAB_CRD_RECORD(ConfigMapVolume, "ConfigMapVolumeSource") {
  record.field("name", &ConfigMapVolume::name);
  record.field("items", &ConfigMapVolume::items);
  record.field("optional", &ConfigMapVolume::optional);
  record.skip({"defaultMode"}, kScheduling);
}

LAB_CRD_RECORD(Volume, "Volume") {
  record.origin(&Volume::origin);
  record.field("name", &Volume::name).required();
  record.field("secret", &Volume::secret);
  record.field("configMap", &Volume::config_map);
  record.skip({"awsElasticBlockStore",
               "azureDisk",
               "azureFile",
               "cephfs",
               "cinder",
               "csi",
               "downwardAPI",
               "emptyDir",
               "ephemeral",
               "fc",
               "flexVolume",
               "flocker",
               "gcePersistentDisk",
               "gitRepo",
               "glusterfs",
               "hostPath",
               "image",
               "iscsi",
               "nfs",
               "persistentVolumeClaim",
               "photonPersistentDisk",
               "portworxVolume",
               "projected",
               "quobyte",
               "rbd",
               "scaleIO",
               "storageos",
               "vsphereVolume"},
              "Only Secrets and ConfigMaps hold what a mesh reads.");
}

LAB_CRD_RECORD(PodSpec, "PodSpec") {
  record.origin(&PodSpec::origin);
  record.field("containers", &PodSpec::containers);
  record.field("initContainers", &PodSpec::init_containers);
  record.field("volumes", &PodSpec::volumes);
  record.field("serviceAccountName", &PodSpec::service_account_name);
  record.field("serviceAccount", &PodSpec::service_account);
  record.field("nodeName", &PodSpec::node_name);
  record.field("hostname", &PodSpec::hostname);
  record.field("subdomain", &PodSpec::subdomain);
  record.field("hostNetwork", &PodSpec::host_network);
  record.skip({"activeDeadlineSeconds",
               "affinity",
               "automountServiceAccountToken",
               "dnsConfig",
               "dnsPolicy",
               "enableServiceLinks",
               "ephemeralContainers",
               "hostAliases",
               "hostIPC",
               "hostPID",
               "hostUsers",
               "hostnameOverride",
               "imagePullSecrets",
               "nodeSelector",
               "os",
               "overhead",
               "preemptionPolicy",
               "priority",
               "priorityClassName",
               "readinessGates",
               "resourceClaims",
               "resources",
               "restartPolicy",
               "runtimeClassName",
               "schedulerName",
               "schedulingGates",
               "securityContext",
               "setHostnameAsFQDN",
               "shareProcessNamespace",
               "terminationGracePeriodSeconds",
               "tolerations",
               "topologySpreadConstraints"},
              kScheduling);
}

std::string service_account(const PodSpec& spec) {
  if (!spec.service_account_name.empty()) return spec.service_account_name;
  return spec.service_account.empty() ? "default" : spec.service_account;
}

LAB_CRD_RECORD(PodIp, "PodIP") {
  record.field("ip", &PodIp::ip);
}

LAB_CRD_RECORD(PodCondition, "PodCondition") {
  record.field("type", &PodCondition::type);
  record.field("status", &PodCondition::status);
  record.skip({"lastProbeTime", "lastTransitionTime", "message", "observedGeneration", "reason"},
              kWrittenByCluster);
}

LAB_CRD_RECORD(PodStatus, "PodStatus") {
  record.field("phase", &PodStatus::phase);
  record.field("podIP", &PodStatus::pod_ip);
  record.field("podIPs", &PodStatus::pod_ips);
  record.field("conditions", &PodStatus::conditions);
  record.skip(
      {"containerStatuses", "ephemeralContainerStatuses", "extendedResourceClaimStatus", "hostIP",
       "hostIPs", "initContainerStatuses", "message", "nominatedNodeName", "observedGeneration",
       "qosClass", "reason", "resize", "resourceClaimStatuses", "startTime"},
      kWrittenByCluster);
}

LAB_CRD_RECORD(Pod, "Pod") {
  object_fields(record);
  record.field("spec", &Pod::spec);
  record.field("status", &Pod::status);
}

LAB_CRD_RECORD(PodTemplate, "PodTemplateSpec") {
  record.origin(&PodTemplate::origin);
  record.field("metadata", &PodTemplate::metadata);
  record.field("spec", &PodTemplate::spec);
}

}  // namespace lab::crd
