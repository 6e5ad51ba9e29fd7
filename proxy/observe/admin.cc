#include "proxy/observe/admin.h"

#include <charconv>
#include <functional>

#include "base/json.h"
#include "base/text.h"
#include "proxy/observe/admin_internal.h"
#include "proxy/observe/time_text.h"

namespace lab::proxy {
namespace {

using Answer = std::function<AdminResponse(const AdminParameters&, AdminSource&)>;

struct Handler {
  std::string_view path;
  std::string_view help;
  bool changes;  ///< Needs POST.
  Answer answer;
};

AdminResponse answer_ready(const AdminParameters&, AdminSource& source) {
  using State = ServerView::State;
  switch (source.server().state) {
    case State::live:
      return plain_answer("LIVE\n");
    case State::draining:
      return plain_answer("DRAINING\n", 503);
    case State::pre_initializing:
      return plain_answer("PRE_INITIALIZING\n", 503);
    case State::initializing:
      break;
  }
  return plain_answer("INITIALIZING\n", 503);
}

AdminResponse answer_memory(const AdminParameters&, AdminSource& source) {
  const ServerView server = source.server();
  Value memory;
  memory.set("allocated", std::to_string(server.heap_bytes));
  memory.set("heap_size", std::to_string(server.heap_bytes));
  memory.set("pageheap_unmapped", "0");
  memory.set("pageheap_free", "0");
  memory.set("total_thread_cache", "0");
  memory.set("total_physical_bytes", std::to_string(server.resident_bytes));
  return json_answer(memory);
}

AdminResponse answer_trace(const AdminParameters& parameters, AdminSource& source) {
  std::uint64_t since = 0;
  if (const auto found = parameters.find("since"); found != parameters.end()) {
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), since);
    if (error != std::errc() || end != text.data() + text.size()) {
      return plain_answer("since is not a number\n", 400);
    }
  }
  AdminResponse response = json_answer(source.trace().read(since));
  return response;
}

AdminResponse answer_drain(const AdminParameters& parameters, AdminSource& source) {
  DrainRequest request;
  request.graceful = parameters.contains("graceful");
  request.skip_exit = parameters.contains("skip_exit");
  request.inbound_only = parameters.contains("inboundonly");
  source.drain_listeners(request);
  return plain_answer("OK\n");
}

/// A handler that does one thing and says OK.
template <class Act>
Answer action(Act act) {
  return [act](const AdminParameters&, AdminSource& source) {
    act(source);
    return plain_answer("OK\n");
  };
}

std::string help_text();

const std::vector<Handler>& handlers() {
  static const std::vector<Handler> all = {
      {"/certs", "print certs on machine", false,
       [](const AdminParameters&, AdminSource& source) { return answer_certs(source); }},
      {"/clusters", "upstream cluster status", false, answer_clusters},
      {"/config_dump", "dump current Envoy configs", false, answer_config_dump},
      {"/drain_listeners", "drain listeners", true, answer_drain},
      {"/healthcheck/fail", "cause the server to fail health checks", true,
       action([](AdminSource& source) { source.set_healthy(false); })},
      {"/healthcheck/ok", "cause the server to pass health checks", true,
       action([](AdminSource& source) { source.set_healthy(true); })},
      {"/help", "print out list of admin commands", false,
       [](const AdminParameters&, AdminSource&) { return plain_answer(help_text()); }},
      {"/lab/trace", "the last requests with every decision (since=SEQUENCE)", false, answer_trace},
      {"/listeners", "print listener info", false, answer_listeners},
      {"/logging", "query/change logging levels", true, answer_logging},
      {"/memory", "print current allocation/heap usage", false, answer_memory},
      {"/quitquitquit", "exit the server", true,
       action([](AdminSource& source) { source.quit(); })},
      {"/ready", "print server state, return 200 if LIVE, otherwise return 503", false,
       answer_ready},
      {"/reopen_logs", "reopen access logs", true,
       action([](AdminSource& source) { source.reopen_logs(); })},
      {"/reset_counters", "reset all counters to zero", true,
       action([](AdminSource& source) { source.reset_counters(); })},
      {"/server_info", "print server version/status information", false,
       [](const AdminParameters&, AdminSource& source) { return answer_server_info(source); }},
      {"/stats", "print server stats", false,
       [](const AdminParameters& parameters, AdminSource& source) {
         return answer_stats(parameters, false, source);
       }},
      {"/stats/prometheus", "print server stats in prometheus format", false,
       [](const AdminParameters& parameters, AdminSource& source) {
         return answer_stats(parameters, true, source);
       }},
  };
  return all;
}

std::string help_text() {
  std::string text = "admin commands are:\n";
  for (const Handler& handler : handlers()) {
    text += "  " + std::string(handler.path) + (handler.changes ? " (POST)" : "") + ": " +
            std::string(handler.help) + "\n";
  }
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool encoded = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                         hex_digit(text[i + 2]) >= 0;
    if (!encoded) {
      result += text[i];
      continue;
    }
    result += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return result;
}

}  // namespace

AdminParameters parse_admin_parameters(std::string_view target) {
  AdminParameters result;
  const auto question = target.find('?');
  if (question == std::string_view::npos) return result;
  for (const std::string& pair : split(target.substr(question + 1), '&')) {
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string_view text = pair;
    const std::string value(equals < text.size() ? text.substr(equals + 1) : "");
    result.emplace(percent_decoded(text.substr(0, equals)), percent_decoded(value));
  }
  return result;
}

AdminResponse plain_answer(std::string body, unsigned status) {
  AdminResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

AdminResponse json_answer(const Value& value) {
  AdminResponse response;
  response.content_type = "application/json";
  response.body = write_json(value, 1);
  return response;
}

Value instant_value(SystemTime instant) {
  return Value(utc_text(instant, ""));
}

AdminResponse handle_admin(const AdminRequest& request, AdminSource& source) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/" || path.empty()) return plain_answer(help_text());
  for (const Handler& handler : handlers()) {
    if (handler.path != path) continue;
    if (handler.changes && request.method != "POST") {
      return plain_answer("Method " + request.method + " not allowed, POST required.", 405);
    }
    AdminResponse response = handler.answer(parse_admin_parameters(target), source);
    if (request.method == "HEAD") response.body.clear();
    return response;
  }
  return plain_answer("invalid path. " + help_text(), 404);
}

}  // namespace lab::proxy
