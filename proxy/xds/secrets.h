#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mesh/config/bootstrap.h"
#include "proxy/observe/admin_views.h"
#include "proxy/observe/stats.h"
#include "proxy/upstream/tls_slot.h"
#include "proxy/xds/file_watcher.h"

namespace lab::proxy {

/// Keeps one TLS context in step with the files and secrets that it is made of, as long as it
/// lives.
class TlsBinding {
 public:
  virtual ~TlsBinding() = default;
  virtual const TlsSlotPtr& slot() const = 0;
};
using TlsBindingPtr = std::shared_ptr<TlsBinding>;

/// Secrets by name and file; TLS contexts made of them. Lives on the main loop.
class Secrets {
 public:
  Secrets(FileWatcher& watcher, StatsStore& stats, std::function<void(const std::string&)> log)
      : watcher_(watcher), stats_(stats), log_(std::move(log)) {}

  void set_static(const std::vector<config::Secret>& secrets);

  /// Fails with Errc::config or Errc::tls for what can't be read or used, unless it comes by SDS:
  /// then connections fail until the secret is good.
  Result<TlsBindingPtr> bind_upstream(const config::UpstreamTlsContext& context);
  Result<TlsBindingPtr> bind_downstream(const config::DownstreamTlsContext& context);

  FileWatcher& watcher() { return watcher_; }
  /// An attempt to take over a dynamic secret, for the counters under Envoy's "sds.NAME." and for
  /// /config_dump.
  struct Update {
    std::string name, version;
    config::Secret secret;  ///< As far as it could be read.
    std::string error;      ///< Empty: it is in use now.
  };
  void note_update(Update update);
  /// The secrets and what was refused of them, for /config_dump.
  void add_to(ConfigView& view) const;
  void log(const std::string& message) const { log_(message); }
  const config::Secret* find_static(const std::string& name) const;
  /// All contexts in use, for /certs.
  std::vector<TlsContextPtr> contexts() const;
  void remember(const TlsSlotPtr& slot);

 private:
  FileWatcher& watcher_;
  StatsStore& stats_;
  std::function<void(const std::string&)> log_;
  struct Dynamic {
    std::optional<ResourceView> active;
    std::optional<FailedUpdateView> failed;  ///< The last update, when it was refused.
  };
  std::map<std::string, config::Secret> static_;
  std::map<std::string, Dynamic> dynamic_;
  mutable std::vector<std::weak_ptr<TlsSlot>> slots_;
};

}  // namespace lab::proxy
