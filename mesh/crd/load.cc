#include "mesh/crd/load.h"

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "mesh/crd/coverage.h"
#include "mesh/crd/kinds.h"
#include "mesh/crd/validate.h"

namespace lab::crd {
namespace {

std::string text_of(const Value& document, std::string_view key) {
  const Value* value = document.find(key);
  return value != nullptr && value->is_string() ? value->string() : "";
}

bool keep_other(const Kind& kind, const Value& document, DecodeContext& context, Objects& objects) {
  OtherObject other;
  other.origin = context.origin(document.mark);
  other.kind = kind.name;
  other.api_version = text_of(document, "apiVersion");
  other.reason = kind.reason;
  other.needed = kind.needed;
  other.document = document;
  const Value* metadata = document.find("metadata");
  DecodeContext::Step step(context, "metadata");
  if (metadata != nullptr && !Codec<Metadata>::decode(*metadata, context, other.metadata)) {
    return false;
  }
  objects.others.push_back(std::move(other));
  return true;
}

}  // namespace

bool is_list(const Value& document) {
  const std::string kind = text_of(document, "kind");
  const Value* items = document.find("items");
  return kind.size() >= 4 && kind.compare(kind.size() - 4, 4, "List") == 0 &&
         (items == nullptr || items->is_array() || items->is_null());
}

std::vector<Value> list_items(const Value& list) {
  const Value* items = list.find("items");
  if (items == nullptr || !items->is_array()) return {};
  const std::string list_kind = text_of(list, "kind");
  std::vector<Value> result = items->array();
  for (Value& item : result) {
    if (!item.is_object() || list_kind == "List") continue;
    const Mark mark = item.mark;
    if (item.find("kind") == nullptr)
      item.set("kind", list_kind.substr(0, list_kind.size() - 4)).mark = mark;
    if (item.find("apiVersion") == nullptr)
      item.set("apiVersion", text_of(list, "apiVersion")).mark = mark;
  }
  return result;
}

Value without_notes(const Value& document) {
  Value::Object members;
  for (const Member& member : document.object()) {
    if (member.key.empty() || member.key.front() != '_') members.push_back(member);
  }
  Value result(std::move(members));
  result.mark = document.mark;
  return result;
}

void load_document(const Value& document, const std::string& file, Objects& objects,
                   Diagnostics& out) {
  DecodeContext context(file, out);
  if (is_list(document)) {
    for (const Value& item : list_items(document)) load_document(item, file, objects, out);
    return;
  }
  const Findings findings = validate_document(document);
  for (const Finding& finding : errors_of(findings)) {
    out.add(Origin{file, finding.mark},
            finding.path.empty() ? finding.text : finding.path + ": " + finding.text);
  }
  if (!is_accepted(findings)) return;
  const Value object = without_notes(document);
  std::string problem;
  const Kind* kind = find_kind(text_of(object, "apiVersion"), text_of(object, "kind"), problem);
  LAB_ASSERT(kind != nullptr);  // Validation has seen to it.
  if (kind->decode == nullptr) {
    keep_other(*kind, object, context, objects);
  } else {
    kind->decode(object, context, objects);
    for (UnsupportedField& field : unsupported_fields(object, file)) {
      objects.unsupported.push_back(std::move(field));
    }
  }
}

void load_text(std::string_view text, const std::string& file, Objects& objects, Diagnostics& out) {
  const YamlStream stream = parse_yaml_stream(text, file);
  for (const YamlStream::Problem& problem : stream.problems)
    out.add(Origin{file, problem.mark}, problem.message);
  for (const YamlDocument& document : stream.documents) {
    load_document(document.root, file, objects, out);
  }
}

Objects load_files(const std::vector<std::string>& paths, Diagnostics& out) {
  Objects objects;
  for (const std::string& path : paths) {
    const auto text = read_file(path == "-" ? "/dev/stdin" : path);
    if (!text) {
      out.add(Origin{path, {}}, text.error().message);
      continue;
    }
    load_text(*text, path, objects, out);
  }
  return objects;
}

}  // namespace lab::crd
