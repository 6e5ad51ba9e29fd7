#include "orchestrator/scenario/document.h"

#include <set>

#include "base/json.h"
#include "base/text.h"

namespace lab::orchestrator {
namespace {

/// Writes each record once, in the order in which they are met.
class DocumentWriter {
 public:
  std::string write(const RecordBase& root) {
    add(root);
    for (std::size_t i = 0; i < records_.size(); ++i) text_ += section(*records_[i]);
    return text_;
  }

 private:
  void add(const RecordBase& record) {
    if (seen_.insert(&record).second) records_.push_back(&record);
  }

  std::string section(const RecordBase& record) {
    std::string text =
        "\n## " + record.name() + "\n\n| field | value | meaning |\n| --- | --- | --- |\n";
    for (const auto& field : record.fields()) {
      text += "| `" + field->json_name() + "`" + (field->is_required() ? " (required)" : "") +
              " | " + shape(field->type()) + limits(field->bounds()) + " | " +
              replace_all(field->doc(), "|", "\\|") + " |\n";
    }
    for (const RecordBase::OneOf& group : record.oneofs()) {
      text += "\n" + std::string(group.required ? "Exactly" : "At most") + " one of `" +
              join(group.fields, "`, `") + "`.\n";
    }
    return text;
  }

  std::string shape(const TypeInfo& type) {
    switch (type.kind) {
      case TypeInfo::Kind::any:
        return alternatives(type);
      case TypeInfo::Kind::boolean:
        return "true or false";
      case TypeInfo::Kind::integer:
        return "whole number";
      case TypeInfo::Kind::number:
        return "number";
      case TypeInfo::Kind::string:
        return "text";
      case TypeInfo::Kind::duration:
        return "seconds, `1.5s`";
      case TypeInfo::Kind::enumeration:
        return "`" + join(type.names, "`, `") + "`";
      case TypeInfo::Kind::record:
        add(*type.record);
        return "[" + type.record->name() + "](#" + replace_all(type.record->name(), " ", "-") + ")";
      case TypeInfo::Kind::list:
        return "list of " + shape(*type.element);
      case TypeInfo::Kind::map:
        return "name -> " + shape(*type.element);
    }
    return "";
  }

  std::string alternatives(const TypeInfo& type) {
    if (type.alternatives.empty()) return "anything";
    return shape(type.alternatives.front()) + ", or a list of such";
  }

  static std::string limits(const FieldBase::Bounds& bounds) {
    std::string text;
    if (bounds.least) text += ", at least " + write_json(Value(*bounds.least));
    if (bounds.most) text += ", at most " + write_json(Value(*bounds.most));
    return text;
  }

  std::vector<const RecordBase*> records_;
  std::set<const RecordBase*> seen_;
  std::string text_;
};

}  // namespace

std::string record_document(const RecordBase& record) {
  return DocumentWriter().write(record);
}

}  // namespace lab::orchestrator
