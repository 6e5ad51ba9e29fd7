#include "proxy/xds/subscription.h"

#include "base/file.h"

namespace lab::proxy {

Result<std::string> path_of(const config::ConfigSource& source, const std::string& what) {
  if (source.path_config_source) return source.path_config_source->path;
  if (source.path) return *source.path;
  return fail(Errc::config,
              what + ": only path_config_source is supported as a configuration source");
}

Subscription::Subscription(FileWatcher& watcher, std::string path, const StatsScope& stats,
                           Take take, std::function<void(const std::string&)> log)
    : watcher_(watcher),
      path_(std::move(path)),
      take_(std::move(take)),
      log_(std::move(log)),
      update_attempt_(stats.counter("update_attempt")),
      update_success_(stats.counter("update_success")),
      update_failure_(stats.counter("update_failure")),
      update_rejected_(stats.counter("update_rejected")) {}

Result<> Subscription::start() {
  auto registration = watcher_.watch(path_, [this] { (void)refresh(); });
  missing_ = !registration;
  if (!registration) {
    return fail(Errc::config, "paths must refer to an existing path in the system: '" + path_ +
                                  "' does not exist");
  }
  registration_ = *std::move(registration);
  return refresh();
}

Result<> Subscription::refresh() {
  update_attempt_.add();
  last_attempt_ = std::chrono::system_clock::now();
  auto text = read_file(path_);
  missing_ = !text;
  if (!text) {
    update_failure_.add();
    last_error_ =
        "paths must refer to an existing path in the system: '" + path_ + "' does not exist";
    log_(last_error_);
    return fail(Errc::config, last_error_);
  }
  if (*text == last_text_) {
    last_error_.clear();
    update_success_.add();
    return {};
  }
  const Result<> taken = take_(*text, path_);
  if (!taken) {
    update_rejected_.add();
    last_error_ = taken.error().message;
    log_("update of " + path_ + " rejected: " + last_error_);
    return taken;
  }
  last_text_ = *std::move(text);
  last_error_.clear();
  last_success_ = std::chrono::system_clock::now();
  update_success_.add();
  return {};
}

}  // namespace lab::proxy
