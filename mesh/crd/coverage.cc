#include "mesh/crd/coverage.h"

#include <algorithm>
#include <array>

#include "mesh/crd/kinds.h"
#include "mesh/crd/validation/schema.h"

namespace lab::crd {
namespace {

/// What is not compiled; everything else is. `end` is the end of a path, at a "." or at its begin.
struct Exception {
  std::string_view kind;  ///< "" for all.
  std::string_view end;
  Coverage coverage;
  std::string_view note;
};

constexpr Coverage kRefused = Coverage::refused;
constexpr Coverage kNoEffect = Coverage::without_effect;

constexpr Exception kExceptions[] = {
    {"", "connectionPool.http.http2KeepAlive", kNoEffect, "istiod does not read it yet"},
    {"DestinationRule", "loadBalancer.zoneAwareLbSetting", kNoEffect,
     "istiod does not read it yet"},
    {"DestinationRule", "outlierDetection.outlierDetectionHttpErrorCodes", kNoEffect,
     "istiod does not read it yet"},
    {"DestinationRule", "retryBudget.budgetInterval", kNoEffect, "istiod does not read it yet"},
    {"VirtualService", "fault.delay.exponentialDelay", kRefused, "Istio's validation refuses it"},
    {"VirtualService", "fault.abort.http2Error", kRefused, "Istio's validation refuses it"},
    {"VirtualService", "tcp[].match[].sourceSubnet", kNoEffect, "Istio reads it no longer"},
    {"Gateway", "servers[].defaultEndpoint", kNoEffect, "Istio does not read it"},
    {"Gateway", "servers[].name", kNoEffect, "a name for people"},
    {"RequestAuthentication", "jwtRules[].timeout", kNoEffect, "nobody fetches keys in a lab"},
};

constexpr std::array<std::string_view, 9> kCompiledKinds = {
    "VirtualService",     "DestinationRule",     "Gateway",
    "ServiceEntry",       "WorkloadEntry",       "Sidecar",
    "PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication"};

const Exception* find_exception(std::string_view kind, std::string_view path) {
  for (const Exception& exception : kExceptions) {
    if (!exception.kind.empty() && exception.kind != kind) continue;
    if (path.size() < exception.end.size()) continue;
    const std::size_t begin = path.size() - exception.end.size();
    const bool whole = begin == 0 || path[begin - 1] == '.';
    if (whole && path.substr(begin) == exception.end) return &exception;
  }
  return nullptr;
}

/// Goes over a kind's fields; below an exception all is as it is there.
class RowMaker {
 public:
  RowMaker(std::string kind, std::vector<CoverageRow>& rows)
      : kind_(std::move(kind)), rows_(rows) {}

  void add(const Schema& schema, const std::string& path, const Exception* above) {
    for (const auto& [name, property] : schema.properties) {
      const std::string field = path + "." + name;
      const Exception* exception = above != nullptr ? above : find_exception(kind_, field);
      CoverageRow row{kind_, field, Coverage::compiled, ""};
      if (exception != nullptr) {
        row.coverage = exception->coverage;
        row.note = exception->note;
      }
      rows_.push_back(std::move(row));
      descend(*property, field, exception);
    }
  }

 private:
  void descend(const Schema& schema, const std::string& field, const Exception* exception) {
    if (schema.items != nullptr) return descend(*schema.items, field + "[]", exception);
    if (schema.additional_properties != nullptr) {
      return descend(*schema.additional_properties, field + "{}", exception);
    }
    add(schema, field, exception);
  }

  std::string kind_;
  std::vector<CoverageRow>& rows_;
};

/// Looks for refused members in a document; `path` is written as in the table.
class Search {
 public:
  Search(const Value& document, std::string file, std::vector<UnsupportedField>& found)
      : kind_(document.find("kind")->string()), file_(std::move(file)), found_(found) {
    const Value* name = document.at_path("metadata/name");
    const Value* space = document.at_path("metadata/namespace");
    object_ = kind_ + " " + (space != nullptr && space->is_string() ? space->string() : "default") +
              "/" + (name != nullptr && name->is_string() ? name->string() : "");
  }

  void look(const Value& value, const std::string& path) {
    if (value.is_array()) {
      for (const Value& element : value.array()) look(element, path + "[]");
    }
    if (!value.is_object()) return;
    for (const Member& member : value.object()) {
      const std::string field = path + "." + member.key;
      if (member.value.is_null()) continue;
      const Exception* exception = find_exception(kind_, field);
      if (exception == nullptr) {
        look(member.value, field);
      } else if (exception->coverage == kRefused) {
        found_.push_back(
            {Origin{file_, member.key_mark}, object_, field,
             "the field " + field + " is not supported: " + std::string(exception->note) + "."});
      }
    }
  }

 private:
  std::string kind_;
  std::string file_;
  std::string object_;
  std::vector<UnsupportedField>& found_;
};

bool is_compiled_kind(std::string_view kind) {
  return std::find(kCompiledKinds.begin(), kCompiledKinds.end(), kind) != kCompiledKinds.end();
}

}  // namespace

std::string_view coverage_name(Coverage coverage) {
  static constexpr std::string_view names[] = {"compiled", "refused", "without effect"};
  return names[static_cast<std::size_t>(coverage)];
}

std::vector<CoverageRow> istio_coverage() {
  std::vector<CoverageRow> rows;
  for (const std::string_view kind : kCompiledKinds) {
    for (const KindSchema& schema : istio_schemas()) {
      if (schema.kind != kind) continue;
      RowMaker(schema.kind, rows).add(*schema.schema->properties.at("spec"), "spec", nullptr);
    }
  }
  return rows;
}

std::string coverage_document() {
  const std::vector<CoverageRow> rows = istio_coverage();
  const auto count = [&](Coverage coverage) {
    return std::to_string(std::count_if(rows.begin(), rows.end(), [&](const CoverageRow& row) {
      return row.coverage == coverage;
    }));
  };
  std::string text =
      "# Istio's API\n\n"
      "Every field of the kinds that are compiled, from Istio's schemas (mesh/crd/schemas). "
      "Written by the test\n"
      "IstioApi.DocumentIsCurrent (run it with LAB_UPDATE=1); what is not compiled is the table in "
      "mesh/crd/coverage.cc.\n\n"
      "| fields | |\n| --- | --- |\n";
  text +=
      "| " + count(Coverage::compiled) + " | compiled: they shape the proxies' configuration |\n";
  text += "| " + count(Coverage::refused) +
          " | refused: a file that sets one is told so, with the place |\n";
  text += "| " + count(Coverage::without_effect) +
          " | without effect: nothing in a lab depends on them |\n";
  text +=
      "\nEnvoyFilter, ProxyConfig, Telemetry, TrafficExtension, WasmPlugin and WorkloadGroup are "
      "validated, and not compiled yet.\n";
  std::string kind;
  for (const CoverageRow& row : rows) {
    if (row.kind != kind) {
      kind = row.kind;
      text += "\n## " + kind + "\n\n| field | | why |\n| --- | --- | --- |\n";
    }
    text += "| `" + row.path + "` | " + std::string(coverage_name(row.coverage)) + " | " +
            row.note + " |\n";
  }
  return text;
}

std::vector<UnsupportedField> unsupported_fields(const Value& document, const std::string& file) {
  std::vector<UnsupportedField> found;
  const Value* kind = document.find("kind");
  const Value* api_version = document.find("apiVersion");
  const Value* spec = document.find("spec");
  if (kind == nullptr || api_version == nullptr || spec == nullptr || !kind->is_string())
    return found;
  if (!api_version->is_string() || !is_compiled_kind(kind->string())) return found;
  if (find_schema(api_version->string(), kind->string()) == nullptr) return found;
  Search(document, file, found).look(*spec, "spec");
  return found;
}

}  // namespace lab::crd
