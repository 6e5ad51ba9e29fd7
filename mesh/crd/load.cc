#include "mesh/crd/load.h"

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "mesh/crd/kinds.h"

namespace lab::crd {
namespace {

std::string text_of(const Value& document, std::string_view key) {
  const Value* value = document.find(key);
  return value != nullptr && value->is_string() ? value->string() : "";
}

/// "VirtualService", "ServiceList": kubectl and the API server write both "List" and the typed
/// lists.
bool is_list(const Value& document) {
  const std::string kind = text_of(document, "kind");
  const Value* items = document.find("items");
  return kind.size() >= 4 && kind.compare(kind.size() - 4, 4, "List") == 0 &&
         (items == nullptr || items->is_array() || items->is_null());
}

/// An item of a typed list may leave out what the list says already.
Value item_with_kind(const Value& list, const Value& item) {
  Value result = item;
  const std::string list_kind = text_of(list, "kind");
  if (!result.is_object() || list_kind == "List") return result;
  if (result.find("kind") == nullptr) {
    result.set("kind", list_kind.substr(0, list_kind.size() - 4)).mark = item.mark;
  }
  if (result.find("apiVersion") == nullptr) {
    result.set("apiVersion", text_of(list, "apiVersion")).mark = item.mark;
  }
  return result;
}

/// The document without the keys that begin with "_": notes that are no part of the object.
Value without_notes(const Value& document) {
  Value::Object members;
  for (const Member& member : document.object()) {
    if (member.key.empty() || member.key.front() != '_') members.push_back(member);
  }
  Value result(std::move(members));
  result.mark = document.mark;
  return result;
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

void load_document(const Value& document, const std::string& file, Objects& objects,
                   Diagnostics& out) {
  DecodeContext context(file, out);
  if (!document.is_object()) {
    context.error(document.mark, "expected an object with apiVersion, kind and metadata, found " +
                                     std::string(kind_name(document.kind())) + ".");
    return;
  }
  if (is_list(document)) {
    const Value* items = document.find("items");
    if (items == nullptr || items->is_null()) return;
    for (const Value& item : items->array()) {
      load_document(item_with_kind(document, item), file, objects, out);
    }
    return;
  }
  const Value object = without_notes(document);
  const std::string api_version = text_of(object, "apiVersion");
  const std::string name = text_of(object, "kind");
  if (api_version.empty() || name.empty()) {
    context.error(object.mark,
                  "this document has no " +
                      std::string(api_version.empty() ? "apiVersion" : "kind") +
                      ", so it is no Kubernetes object. Add it, or remove the document.");
    return;
  }
  std::string problem;
  const Kind* kind = find_kind(api_version, name, problem);
  if (kind == nullptr) {
    const Value* place = object.find("kind");
    context.error(place->mark, problem);
    return;
  }
  if (kind->decode == nullptr) {
    keep_other(*kind, object, context, objects);
  } else {
    kind->decode(object, context, objects);
  }
}

void load_text(std::string_view text, const std::string& file, Objects& objects, Diagnostics& out) {
  const auto documents = parse_yaml(text, file);
  if (!documents) {
    out.add(Origin{"", {}}, documents.error().message);
    return;
  }
  for (const YamlDocument& document : *documents) {
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
