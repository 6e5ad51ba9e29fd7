#include "mesh/crd/validate.h"

#include <algorithm>
#include <set>

#include "base/diagnostics.h"
#include "base/file.h"
#include "base/yaml.h"
#include "mesh/crd/kinds.h"
#include "mesh/crd/load.h"
#include "mesh/crd/validation/names.h"
#include "mesh/crd/validation/schema_check.h"
#include "mesh/crd/validation/webhook.h"

namespace lab::crd {
namespace {

std::string text_at(const Value& document, std::string_view path) {
  const Value* value = document.at_path(path);
  return value != nullptr && value->is_string() ? value->string() : "";
}

void report(Findings& findings, Mark mark, std::string path, std::string text) {
  findings.push_back(Finding{Finding::Half::object, false, mark, std::move(path), std::move(text)});
}

/// What a name of an object must be: RFC 1123 subdomain. Source: Kubernetes, "Object Names and
/// IDs".
bool is_object_name(const std::string& name) {
  if (name.empty() || name.size() > 253) return false;
  const auto edge = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  char before = '.';
  for (const char c : name) {
    if (!edge(c) && c != '-' && c != '.') return false;
    if ((before == '.' && !edge(c)) || (c == '.' && !edge(before))) return false;
    before = c;
  }
  return edge(before);
}

void check_metadata(const Value& document, Findings& findings) {
  const Value* metadata = document.find("metadata");
  if (metadata == nullptr)
    return report(findings, document.mark, "", "the field \"metadata\" is required. Add it.");
  Metadata decoded;
  Diagnostics problems;
  decode(*metadata, "", problems, decoded);
  for (const Diagnostic& problem : problems.sorted()) {
    report(findings, problem.origin.mark, "metadata", problem.message);
  }
  if (!problems.empty()) return;
  const bool generated = metadata->find("generateName") != nullptr;
  if (decoded.name.empty() && !generated) {
    report(findings, metadata->mark, "metadata", "the field \"name\" is required. Add it.");
  } else if (!decoded.name.empty() && !is_object_name(decoded.name)) {
    report(
        findings, metadata->find("name")->mark, "metadata.name",
        "\"" + decoded.name + "\" must be of a-z, 0-9, \"-\" and \".\", alphanumeric at the ends.");
  }
  if (const std::string problem = labels_problem(decoded.labels); !problem.empty()) {
    report(findings, metadata->find("labels")->mark, "metadata.labels", problem);
  }
}

/// Kinds of Kubernetes itself and of Istio 1.0 have no schema here: their tables say what is right.
void check_by_table(const Kind& kind, const Value& document, Findings& findings) {
  if (kind.decode == nullptr) return;
  Objects objects;
  Diagnostics problems;
  DecodeContext context("", problems);
  kind.decode(document, context, objects);
  for (const Diagnostic& problem : problems.sorted()) {
    findings.push_back(
        Finding{Finding::Half::schema, false, problem.origin.mark, "", problem.message});
  }
}

DocumentVerdict unreadable(const std::string& file, Mark mark, std::string text) {
  DocumentVerdict verdict;
  verdict.file = file;
  report(verdict.findings, mark, "", std::move(text));
  return verdict;
}

void check_list(const Value& list, Findings& findings) {
  for (const Value& item : list_items(list)) {
    const Findings of_item = validate_document(item);
    findings.insert(findings.end(), of_item.begin(), of_item.end());
  }
}

DocumentVerdict verdict_of(const Value& document, const std::string& file) {
  DocumentVerdict verdict;
  verdict.file = file;
  verdict.kind = text_at(document, "kind");
  verdict.name = text_at(document, "metadata/name");
  if (is_list(document)) {
    check_list(document, verdict.findings);
  } else {
    verdict.findings = validate_document(document);
  }
  return verdict;
}

}  // namespace

bool is_accepted(const Findings& findings) {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.warning; });
}

Findings errors_of(const Findings& findings) {
  using Place = std::pair<std::uint32_t, std::uint32_t>;
  const auto place = [](const Finding& finding) {
    return Place(finding.mark.line, finding.mark.column);
  };
  std::set<Place> told;
  for (const Finding& finding : findings) {
    if (finding.half == Finding::Half::schema) told.insert(place(finding));
  }
  Findings errors;
  for (const Finding& finding : findings) {
    const bool again = finding.half == Finding::Half::webhook && told.count(place(finding)) != 0;
    if (!finding.warning && !again) errors.push_back(finding);
  }
  std::stable_sort(errors.begin(), errors.end(),
                   [&](const Finding& a, const Finding& b) { return place(a) < place(b); });
  return errors;
}

bool DocumentVerdict::accepted() const {
  return is_accepted(findings);
}

std::vector<std::string> DocumentVerdict::messages() const {
  std::vector<std::string> result;
  for (const Finding& finding : errors_of(findings)) {
    // A text about a file that can't be read names its place already.
    std::string text = finding.path.empty() ? finding.text : finding.path + ": " + finding.text;
    if (finding.mark.line != 0) text = Origin{file, finding.mark}.text() + ": " + text;
    if (std::find(result.begin(), result.end(), text) == result.end())
      result.push_back(std::move(text));
  }
  return result;
}

Findings validate_document(const Value& source) {
  Findings findings;
  if (!source.is_object()) {
    report(findings, source.mark, "",
           "expected an object with apiVersion, kind and metadata, found " +
               std::string(lab::kind_name(source.kind())) + ".");
    return findings;
  }
  const Value document = without_notes(source);
  const std::string api_version = text_at(document, "apiVersion");
  const std::string kind_text = text_at(document, "kind");
  if (api_version.empty() || kind_text.empty()) {
    report(findings, document.mark, "",
           "this document has no " + std::string(api_version.empty() ? "apiVersion" : "kind") +
               ", so it is no Kubernetes object. Add it, or remove the document.");
    return findings;
  }
  std::string problem;
  const Kind* kind = find_kind(api_version, kind_text, problem);
  if (kind == nullptr) {
    const Value* place = document.find("kind");
    report(findings, place == nullptr ? document.mark : place->mark, "", problem);
    return findings;
  }
  check_metadata(document, findings);
  if (const KindSchema* schema = find_schema(api_version, kind_text)) {
    check_schema(document, *schema, findings);
    check_webhook(prune_document(document, *schema), findings);
  } else {
    check_by_table(*kind, document, findings);
  }
  return findings;
}

std::vector<DocumentVerdict> validate_text(std::string_view text, const std::string& file) {
  const YamlStream stream = parse_yaml_stream(text, file);
  std::vector<DocumentVerdict> verdicts;
  auto problem = stream.problems.begin();
  const auto add = [&](DocumentVerdict verdict) {
    verdict.document = verdicts.size();
    verdicts.push_back(std::move(verdict));
  };
  const auto add_unreadable_before = [&](std::size_t index) {
    for (; problem != stream.problems.end() && problem->index < index; ++problem)
      add(unreadable(file, problem->mark, problem->message));
  };
  for (const YamlDocument& document : stream.documents) {
    add_unreadable_before(document.index);
    add(verdict_of(document.root, file));
  }
  add_unreadable_before(static_cast<std::size_t>(-1));
  return verdicts;
}

std::vector<DocumentVerdict> validate_documents(const std::vector<std::string>& files) {
  std::vector<DocumentVerdict> verdicts;
  for (const std::string& file : files) {
    const auto text = read_file(file == "-" ? "/dev/stdin" : file);
    if (!text) {
      verdicts.push_back(unreadable(file, {}, text.error().message));
      continue;
    }
    for (DocumentVerdict& verdict : validate_text(*text, file))
      verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

bool any_rejected(const std::vector<DocumentVerdict>& verdicts) {
  return std::any_of(verdicts.begin(), verdicts.end(),
                     [](const DocumentVerdict& verdict) { return !verdict.accepted(); });
}

Value verdicts_json(const std::vector<DocumentVerdict>& verdicts) {
  Value result{Value::Array{}};
  for (const DocumentVerdict& verdict : verdicts) {
    Value entry;
    entry.set("file", verdict.file);
    entry.set("document", static_cast<std::int64_t>(verdict.document));
    entry.set("kind", verdict.kind);
    entry.set("name", verdict.name);
    entry.set("verdict", verdict.accepted() ? "accept" : "reject");
    Value messages{Value::Array{}};
    for (const std::string& message : verdict.messages()) messages.push(message);
    entry.set("messages", std::move(messages));
    result.push(std::move(entry));
  }
  return result;
}

}  // namespace lab::crd
