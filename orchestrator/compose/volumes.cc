#include "orchestrator/compose/volumes.h"

#include "base/text.h"

namespace lab::orchestrator {
namespace {

Result<std::string> decode_base64(const std::string& text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0, value = 0;
  for (const char c : text) {
    if (c == '=' || c == '\n' || c == '\r' || c == ' ') continue;
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return fail(Errc::config, "is not base64.");
    value = value << 6 | static_cast<unsigned>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(value >> bits & 0xff);
  }
  return bytes;
}

/// Which keys of a volume are shown, and as what: all under their own name, or `items`.
std::vector<std::pair<std::string, std::string>> shown_keys(
    const std::vector<crd::KeyToPath>& items, const std::map<std::string, std::string>& contents) {
  std::vector<std::pair<std::string, std::string>> keys;
  for (const crd::KeyToPath& item : items) keys.emplace_back(item.key, item.path);
  if (!items.empty()) return keys;
  for (const auto& [key, content] : contents) keys.emplace_back(key, key);
  return keys;
}

const crd::ConfigMap* find_config_map(const crd::Objects& objects, const std::string& name_space,
                                      const std::string& name) {
  for (const crd::ConfigMap& map : objects.config_maps) {
    if (map.metadata.name == name && map.metadata.namespace_name == name_space) return &map;
  }
  return nullptr;
}

/// Puts the volumes of one Pod in their places.
class Mounter {
 public:
  Mounter(const std::string& name_space, const std::string& node, const crd::Objects& objects,
          const SecretContents& secrets, Diagnostics& out)
      : name_space_(name_space), node_(node), objects_(objects), secrets_(secrets), out_(out) {}

  void mount(crd::VolumeMount place, const crd::Volume& volume) {
    std::string& path = place.mount_path;
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (volume.secret)
      mount_secret(place, volume);
    else if (volume.config_map)
      mount_config_map(place, volume);
    else if (place.sub_path.empty())
      result_.directories.push_back({place.mount_path});
  }

  MountedVolumes result_;

 private:
  void mount_secret(const crd::VolumeMount& place, const crd::Volume& volume) {
    const std::string name = name_space_ + "/" + volume.secret->secret_name;
    const auto found = secrets_.find(name);
    static const std::map<std::string, std::string> kEmpty;
    if (found == secrets_.end() && !volume.secret->optional) {
      std::vector<std::string> names;
      for (const auto& [known, keys] : secrets_) names.push_back(known);
      out_.add(volume.origin, "there is no Secret \"" + name + "\" for volume \"" + volume.name +
                                  "\"." + did_you_mean(name, names) +
                                  " Add it to `secrets` in scenario.yaml.");
    }
    show(place, volume, volume.secret->items, found == secrets_.end() ? kEmpty : found->second,
         name);
  }

  void mount_config_map(const crd::VolumeMount& place, const crd::Volume& volume) {
    const crd::ConfigMap* map = find_config_map(objects_, name_space_, volume.config_map->name);
    static const std::map<std::string, std::string> kEmpty;
    if (map == nullptr && !volume.config_map->optional) {
      out_.add(volume.origin, "there is no ConfigMap \"" + volume.config_map->name +
                                  "\" in namespace " + name_space_ + " for volume \"" +
                                  volume.name + "\".");
    }
    show(place, volume, volume.config_map->items, map == nullptr ? kEmpty : map->data, "");
  }

  void show(const crd::VolumeMount& place, const crd::Volume& volume,
            const std::vector<crd::KeyToPath>& items,
            const std::map<std::string, std::string>& contents, const std::string& secret) {
    if (place.sub_path.empty()) result_.directories.push_back({place.mount_path});
    std::string folder = place.mount_path;
    while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
    for (const auto& [key, path] : shown_keys(items, contents)) {
      const auto content = contents.find(key);
      if (content == contents.end()) {
        out_.add(volume.origin,
                 "volume \"" + volume.name + "\" wants key \"" + key + "\", which is not there.");
        continue;
      }
      if (!place.sub_path.empty() && place.sub_path != path) continue;
      const std::string target = place.sub_path.empty() ? folder + "/" + path : folder;
      result_.files.push_back({target, content->second});
      if (!secret.empty()) result_.secret_files.push_back({node_, target, secret, key});
    }
  }

  const std::string& name_space_;
  const std::string& node_;
  const crd::Objects& objects_;
  const SecretContents& secrets_;
  Diagnostics& out_;
};

}  // namespace

Result<SecretContents> secret_contents(const Scenario& scenario, const crd::Objects& objects,
                                       const std::map<std::string, std::string>& pki_files) {
  SecretContents result;
  for (const crd::Secret& secret : objects.secrets) {
    auto& contents = result[qualified_name(secret)];
    for (const auto& [key, text] : secret.data) {
      auto bytes = decode_base64(text);
      if (!bytes)
        return fail(Errc::config,
                    secret.origin.text() + ": data." + key + " " + bytes.error().message);
      contents[key] = *bytes;
    }
    for (const auto& [key, text] : secret.string_data) contents[key] = text;
  }
  for (const auto& [name, keys] : scenario.secrets) {
    for (const auto& [key, file] : keys) {
      const auto content = pki_files.find(file);
      if (content != pki_files.end()) result[name][key] = content->second;
    }
  }
  return result;
}

MountedVolumes mount_volumes(const crd::PodSpec& pod, const std::string& name_space,
                             const std::string& node, const crd::Objects& objects,
                             const SecretContents& secrets, Diagnostics& out) {
  Mounter mounter(name_space, node, objects, secrets, out);
  for (const crd::Container& container : pod.containers) {
    for (const crd::VolumeMount& place : container.volume_mounts) {
      for (const crd::Volume& volume : pod.volumes) {
        if (volume.name == place.name) mounter.mount(place, volume);
      }
    }
  }
  return std::move(mounter.result_);
}

}  // namespace lab::orchestrator
