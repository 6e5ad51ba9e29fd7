#include <map>
#include <set>

#include "base/text.h"
#include "mesh/config/validate.h"

namespace lab::config {
namespace {

bool valid_filters(const std::vector<HttpFilter>& filters, DecodeContext& context, Mark mark) {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const HttpFilter& filter = filters[i];
    if (filter.typed_config.empty())
      return refuse(context, mark, "filter \"" + filter.name + "\" needs a typed_config. Add it.");
    const std::uint32_t roles = filter.typed_config.type()->roles();
    if ((roles & kHttpFilter) == 0) {
      return refuse(context, mark,
                    "filter \"" + filter.name + "\": " + filter.typed_config.type()->name() +
                        " is not an HTTP filter.");
    }
    const bool last = i + 1 == filters.size();
    const bool terminal = (roles & kTerminalHttpFilter) != 0;
    if (terminal && filter.disabled)
      return refuse(context, mark,
                    "the terminal filter \"" + filter.name + "\" can't be disabled.");
    if (terminal == last) continue;
    return refuse(context, mark,
                  last ? "the last HTTP filter must be a terminal one (the router), and \"" +
                             filter.name + "\" is not."
                       : "the terminal filter \"" + filter.name + "\" must be the last one.");
  }
  return true;
}

bool valid_upgrades(const HttpConnectionManager& manager, DecodeContext& context, Mark mark) {
  std::set<std::string> types;
  for (const UpgradeConfig& upgrade : manager.upgrade_configs) {
    if (!types.insert(to_lower(upgrade.upgrade_type)).second) {
      return refuse(context, mark,
                    "the upgrade \"" + upgrade.upgrade_type + "\" is configured twice.");
    }
    if (!upgrade.filters.empty() && !valid_filters(upgrade.filters, context, mark)) return false;
  }
  return true;
}

}  // namespace

bool valid_manager(const HttpConnectionManager& manager, DecodeContext& context, Mark mark) {
  if (manager.codec_type == HttpConnectionManager::CodecType::http3)
    return refuse(context, mark, "codec_type HTTP3 is not supported: it needs a UDP listener.");
  const bool old = manager.access_log_flush_interval || manager.flush_access_log_on_new_request;
  if (old && manager.access_log_options) {
    return refuse(context, mark,
                  "access_log_options replaces access_log_flush_interval and "
                  "flush_access_log_on_new_request. Remove those.");
  }
  if (manager.strip_matching_host_port && manager.strip_any_host_port.value_or(false)) {
    return refuse(context, mark,
                  "strip_matching_host_port and strip_any_host_port are alternatives. Remove one.");
  }
  if (manager.request_id_extension && !manager.request_id_extension->typed_config.empty() &&
      (manager.request_id_extension->typed_config.type()->roles() & kRequestId) == 0)
    return refuse(context, mark, "request_id_extension is of another type.");
  if (manager.rds && manager.rds->route_config_name.empty())
    return refuse(context, mark, "rds needs a route_config_name. Add it.");
  return valid_filters(manager.http_filters, context, mark) &&
         valid_upgrades(manager, context, mark);
}

bool valid_http2_options(const Http2ProtocolOptions& options, DecodeContext& context, Mark mark) {
  // SETTINGS that have a field of their own, and whether the field is set (RFC 9113 section 6.5.2).
  const std::map<std::uint32_t, bool> known = {
      {1, options.hpack_table_size.has_value()},
      {3, options.max_concurrent_streams.has_value()},
      {4, options.initial_stream_window_size.has_value()},
  };
  std::set<std::uint32_t> seen;
  for (const Http2SettingsParameter& parameter : options.custom_settings_parameters) {
    const std::uint32_t id = parameter.identifier.value_or(0);
    if (!seen.insert(id).second)
      return refuse(context, mark, "SETTINGS parameter " + std::to_string(id) + " is given twice.");
    const bool no_push = id == 2 && parameter.value.value_or(0) == 0;  // Which is so in any case.
    if ((id == 2 && !no_push) || id == 8) {
      return refuse(context, mark,
                    id == 2 ? "ENABLE_PUSH can't be set: a proxy pushes nothing."
                            : "ENABLE_CONNECT_PROTOCOL has a field of its own: allow_connect.");
    }
    const auto found = known.find(id);
    if (found != known.end() && found->second) {
      return refuse(context, mark,
                    "SETTINGS parameter " + std::to_string(id) + " has a field that is set, too.");
    }
  }
  return true;
}

}  // namespace lab::config
