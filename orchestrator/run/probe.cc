#include "orchestrator/run/probe.h"

#include "base/json.h"
#include "base/text.h"

namespace lab::orchestrator {
namespace {

/// Stands before the facts that curl adds to its standard error.
constexpr std::string_view kMarker = "\n--- lab probe ---\n";

bool is_method(const std::string& word) {
  return !word.empty() && word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
}

/// The real curl with the caller's arguments, silent but for errors, and a JSON line of facts at
/// the end.
ProbeCommand curl_probe(std::vector<std::string> arguments) {
  ProbeCommand probe;
  probe.is_curl = true;
  probe.shown = {"curl"};
  probe.shown.insert(probe.shown.end(), arguments.begin(), arguments.end());
  probe.argv = {"curl", "-q", "-sS", "-w",
                "%{stderr}" + std::string(kMarker) +
                    "{\"status\":%{response_code},\"headers\":%{header_json}}"};
  probe.argv.insert(probe.argv.end(), arguments.begin(), arguments.end());
  return probe;
}

}  // namespace

Result<std::vector<std::string>> request_arguments(const std::string& request) {
  std::vector<std::string> words = TRY(split_words(request));
  if (words.empty() || !is_method(words.front())) return words;
  const std::string method = words.front();
  words.erase(words.begin());
  if (method == "HEAD") words.push_back("-I");
  if (method != "HEAD" && method != "GET") words.insert(words.end(), {"-X", method});
  return words;
}

Result<ProbeCommand> probe_of(const Step& step) {
  if (!step.curl.empty()) return curl_probe(TRY(split_words(step.curl)));
  if (!step.request.empty()) return curl_probe(TRY(request_arguments(step.request)));
  ProbeCommand probe;
  probe.argv = {"/bin/sh", "-c", step.command};
  probe.shown = {"sh", "-c", step.command};
  return probe;
}

void read_curl(const std::string& stderr_text, Observation& seen) {
  const std::size_t marker = stderr_text.rfind(kMarker);
  seen.error = stderr_text.substr(0, marker);
  if (marker == std::string::npos) return;
  const auto facts = parse_json(stderr_text.substr(marker + kMarker.size()), "curl");
  if (!facts) return;
  if (const Value* status = facts->find("status"); status != nullptr && status->is_integer()) {
    seen.status = static_cast<int>(status->integer());
  }
  const Value* headers = facts->find("headers");
  if (headers == nullptr || !headers->is_object()) return;
  for (const Member& header : headers->object()) {
    std::vector<std::string> values;
    if (!header.value.is_array()) continue;
    for (const Value& value : header.value.array()) values.push_back(value.string());
    seen.headers[to_lower(header.key)] = join(values, ", ");
  }
}

}  // namespace lab::orchestrator
