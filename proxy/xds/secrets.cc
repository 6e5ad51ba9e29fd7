#include "proxy/xds/secrets.h"

#include <algorithm>

#include "base/file.h"
#include "mesh/config/load.h"
#include "proxy/xds/tls_options.h"

namespace lab::proxy {

namespace {

/// True when a part of the context comes by SDS, so that its absence is no error of the
/// configuration.
bool uses_sds(const std::optional<config::CommonTlsContext>& common) {
  if (!common) return false;
  const auto dynamic = [](const config::SdsSecretConfig& secret) {
    return secret.sds_config.has_value();
  };
  const auto& certificates = common->tls_certificate_sds_secret_configs;
  return std::any_of(certificates.begin(), certificates.end(), dynamic) ||
         (common->validation_context_sds_secret_config &&
          dynamic(*common->validation_context_sds_secret_config)) ||
         (common->combined_validation_context &&
          dynamic(common->combined_validation_context->validation_context_sds_secret_config));
}

template <class Message>
class Binding final : public TlsBinding {
 public:
  using Read = Result<TlsOptions> (*)(const Message&, TlsSources&);
  using Make = Result<TlsContextPtr> (*)(TlsOptions);

  Binding(Secrets& secrets, Message message, Read read, Make make)
      : secrets_(secrets),
        message_(std::move(message)),
        read_(read),
        make_(make),
        slot_(std::make_shared<TlsSlot>()) {}

  const TlsSlotPtr& slot() const override { return slot_; }

  Result<> start() {
    const Result<> made = make();
    if (made) return {};
    if (!uses_sds(message_.common_tls_context) || made.error().code == Errc::not_found) return made;
    secrets_.log("TLS secret is not usable yet: " + made.error().message);
    return {};
  }

 private:
  Result<> make() {
    TlsSources sources;
    std::map<std::string, Secrets::Update> dynamic;
    sources.secret = [&](const config::SdsSecretConfig& reference) -> Result<config::Secret> {
      if (reference.sds_config) return find_dynamic(reference, sources, dynamic[reference.name]);
      const config::Secret* secret = secrets_.find_static(reference.name);
      if (secret == nullptr) return fail(Errc::config, "Unknown static secret: " + reference.name);
      return *secret;
    };
    Result<TlsOptions> options = read_(message_, sources);
    watch(sources.files);
    Result<TlsContextPtr> context = options
                                        ? make_(*std::move(options))
                                        : Result<TlsContextPtr>(tl::unexpected(options.error()));
    for (auto& [name, update] : dynamic) {
      update.name = name;
      if (!context) update.error = context.error().message;
      secrets_.note_update(std::move(update));
    }
    if (!context) return tl::unexpected(context.error());
    slot_->set(*std::move(context));
    return {};
  }

  static Result<config::Secret> find_dynamic(const config::SdsSecretConfig& reference,
                                             TlsSources& sources, Secrets::Update& update) {
    const auto& source = *reference.sds_config;
    const std::string path =
        source.path_config_source ? source.path_config_source->path : source.path.value_or("");
    if (path.empty())
      return fail(Errc::config,
                  "secret " + reference.name + ": only path_config_source is supported");
    sources.files.insert(path);
    auto text = read_file(path);
    if (!text) {
      return fail(Errc::not_found, "paths must refer to an existing path in the system: '" + path +
                                       "' does not exist");
    }
    update.version = TRY(config::load<config::DiscoveryResponse>(*text, path)).version_info;
    for (const auto& secret : TRY(config::load_resources<config::Secret>(*text, path))) {
      if (secret.name == reference.name) return update.secret = secret;
    }
    return fail(Errc::config,
                path + ": Unexpected SDS secret: it has no secret named " + reference.name);
  }

  void watch(const std::set<std::string>& files) {
    if (files == watched_) return;
    watched_ = files;
    registrations_.clear();
    for (const std::string& file : files) {
      auto registration = secrets_.watcher().watch(file, [this] { changed(); });
      if (registration) registrations_.push_back(*std::move(registration));
    }
  }

  void changed() {
    const Result<> made = make();
    secrets_.log(made ? "TLS context reloaded"
                      : "TLS context keeps its old certificates: " + made.error().message);
  }

  Secrets& secrets_;
  Message message_;
  Read read_;
  Make make_;
  TlsSlotPtr slot_;
  std::set<std::string> watched_;
  std::vector<FileWatcher::Registration> registrations_;
};

template <class Message, class Read, class Make>
Result<TlsBindingPtr> bind(Secrets& secrets, const Message& message, Read read, Make make) {
  auto binding = std::make_shared<Binding<Message>>(secrets, message, read, make);
  TRY(binding->start());
  secrets.remember(binding->slot());
  return TlsBindingPtr(std::move(binding));
}

}  // namespace

void Secrets::set_static(const std::vector<config::Secret>& secrets) {
  for (const config::Secret& secret : secrets) static_[secret.name] = secret;
}

void Secrets::note_update(Update update) {
  const StatsScope scope(stats_, "sds." + stat_name_part(update.name) + ".");
  scope.counter("update_attempt").add();
  scope.counter(update.error.empty() ? "update_success" : "update_rejected").add();
  const SystemTime now = std::chrono::system_clock::now();
  Dynamic& known = dynamic_[update.name];
  known.failed.reset();
  if (update.error.empty()) {
    known.active = {update.name, config::Any::of(std::move(update.secret)), true, update.version,
                    now};
  } else {
    known.failed = {update.name, update.version, update.error, now};
  }
}

void Secrets::add_to(ConfigView& view) const {
  for (const auto& [name, secret] : static_)
    view.secrets.push_back({name, config::Any::of(secret), false, "", {}});
  for (const auto& [name, known] : dynamic_) {
    if (known.active) view.secrets.push_back(*known.active);
    if (known.failed) view.failed_secrets.push_back(*known.failed);
  }
}

const config::Secret* Secrets::find_static(const std::string& name) const {
  const auto found = static_.find(name);
  return found == static_.end() ? nullptr : &found->second;
}

Result<TlsBindingPtr> Secrets::bind_upstream(const config::UpstreamTlsContext& context) {
  return bind(*this, context, upstream_tls_options, make_client_context);
}

Result<TlsBindingPtr> Secrets::bind_downstream(const config::DownstreamTlsContext& context) {
  return bind(*this, context, downstream_tls_options, make_server_context);
}

void Secrets::remember(const TlsSlotPtr& slot) {
  slots_.erase(
      std::remove_if(slots_.begin(), slots_.end(), [](const auto& weak) { return weak.expired(); }),
      slots_.end());
  slots_.push_back(slot);
}

std::vector<TlsContextPtr> Secrets::contexts() const {
  std::vector<TlsContextPtr> all;
  for (const auto& weak : slots_) {
    const TlsSlotPtr slot = weak.lock();
    TlsContextPtr context = slot ? slot->get() : nullptr;
    if (context) all.push_back(std::move(context));
  }
  return all;
}

}  // namespace lab::proxy
