#include "proxy/observe/access_log.h"

namespace lab::proxy {
namespace {

class LineLog final : public AccessLog {
 public:
  LineLog(std::shared_ptr<LogFile> file, SubstitutionFormat format, AccessLogFilterPtr filter)
      : file_(std::move(file)), format_(std::move(format)), filter_(std::move(filter)) {}

  void log(const StreamInfo& info) const override {
    if (filter_ && !filter_->passes(info)) return;
    file_->append(format_.text(info));
  }

 private:
  std::shared_ptr<LogFile> file_;
  SubstitutionFormat format_;
  AccessLogFilterPtr filter_;
};

struct Target {
  std::string path;
  SubstitutionFormat format;
};

Result<SubstitutionFormat> format_of(
    const std::optional<config::SubstitutionFormatString>& format) {
  return format ? SubstitutionFormat::compile(*format) : SubstitutionFormat::default_access_log();
}

/// The older fields of a file log say the same as log_format.
Result<Target> file_target(const config::FileAccessLog& source) {
  if (source.format && !source.format->empty()) {
    return Target{source.path, TRY(SubstitutionFormat::from_text(*source.format))};
  }
  for (const Value* json : {&source.json_format, &source.typed_json_format}) {
    if (json->is_object()) return Target{source.path, TRY(SubstitutionFormat::from_json(*json))};
  }
  return Target{source.path, TRY(format_of(source.log_format))};
}

Result<Target> target_of(const config::AccessLog& source) {
  const config::Any& any = source.typed_config;
  if (const auto* file = any.get<config::FileAccessLog>()) return file_target(*file);
  if (const auto* out = any.get<config::StdoutAccessLog>()) {
    return Target{"/dev/stdout", TRY(format_of(out->log_format))};
  }
  if (const auto* error = any.get<config::StderrAccessLog>()) {
    return Target{"/dev/stderr", TRY(format_of(error->log_format))};
  }
  return fail(Errc::config, "access log \"" + source.name + "\" of type " +
                                std::string(any.type_name()) +
                                " is not supported: use a file, stdout or stderr log.");
}

}  // namespace

Result<AccessLogPtr> make_access_log(const config::AccessLog& source) {
  Target target = TRY(target_of(source));
  AccessLogFilterPtr filter;
  if (source.filter) filter = TRY(make_access_log_filter(*source.filter));
  auto file = TRY(LogFile::open(target.path));
  return AccessLogPtr(std::make_shared<const LineLog>(std::move(file), std::move(target.format),
                                                      std::move(filter)));
}

Result<std::vector<AccessLogPtr>> make_access_logs(const std::vector<config::AccessLog>& source) {
  std::vector<AccessLogPtr> result;
  for (const auto& log : source) result.push_back(TRY(make_access_log(log)));
  return result;
}

}  // namespace lab::proxy
