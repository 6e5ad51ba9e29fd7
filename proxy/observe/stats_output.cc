#include "proxy/observe/stats_output.h"

#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/value.h"

namespace lab::proxy {
namespace {

constexpr double kQuantiles[] = {0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100};
/// Envoy's default buckets.
constexpr double kBuckets[] = {0.5,   1,      5,      10,      25,     50,    100,
                               250,   500,    1000,   2500,    5000,   10000, 30000,
                               60000, 300000, 600000, 1800000, 3600000};

/// The shortest text that reads back as the same number.
std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  return std::string(buffer, end);
}

bool shows(const StatsQuery& query, StatsQuery::Types type, std::string_view name, bool used) {
  if (query.types != StatsQuery::Types::all && query.types != type) return false;
  if (query.used_only && !used) return false;
  return !query.wanted || query.wanted(name);
}

/// Counters and gauges together, by name, as far as they are asked for.
std::map<std::string_view, std::uint64_t> shown_numbers(const StatsSnapshot& snapshot,
                                                        const StatsQuery& query) {
  std::map<std::string_view, std::uint64_t> result;
  for (const auto& [name, number] : snapshot.counters) {
    if (shows(query, StatsQuery::Types::counters, name, number.used)) result[name] = number.value;
  }
  for (const auto& [name, number] : snapshot.gauges) {
    if (shows(query, StatsQuery::Types::gauges, name, number.used)) result[name] = number.value;
  }
  return result;
}

template <class Visit>
void each_histogram(const StatsSnapshot& snapshot, const StatsQuery& query, Visit visit) {
  for (const auto& [name, histogram] : snapshot.histograms) {
    if (shows(query, StatsQuery::Types::histograms, name, histogram.count > 0))
      visit(name, histogram);
  }
}

std::string summary_text(const Histogram::Snapshot& histogram) {
  if (histogram.count == 0) return "No recorded values";
  std::string result;
  for (const double quantile : kQuantiles) {
    if (!result.empty()) result += ' ';
    // The first number is that of the last interval, which is not kept.
    result += "P" + number_text(quantile) + "(nan," +
              number_text(histogram.quantile(quantile / 100)) + ")";
  }
  return result;
}

std::string bucket_text(const Histogram::Snapshot& histogram, bool cumulative) {
  std::string result;
  std::uint64_t before = 0;
  const auto add = [&](const std::string& bound, std::uint64_t up_to) {
    if (!result.empty()) result += ' ';
    result += "B" + bound + "(0," + std::to_string(cumulative ? up_to : up_to - before) + ")";
    before = up_to;
  };
  for (const double bound : kBuckets) add(number_text(bound), histogram.count_up_to(bound));
  if (!cumulative) add("inf", histogram.count);
  return histogram.count == 0 ? "No recorded values" : result;
}

std::string detailed_text(const Histogram::Snapshot& histogram) {
  std::string totals;
  for (const auto& [bin, held] : histogram.bins) {
    if (!totals.empty()) totals += ", ";
    totals += number_text(Histogram::bin_start(bin)) + "," +
              number_text(Histogram::bin_width(bin)) + ":" + std::to_string(held);
  }
  return "\n  totals=" + totals + "\n  intervals=\n  summary=" + summary_text(histogram);
}

std::string histogram_text(const Histogram::Snapshot& histogram, StatsQuery::Buckets buckets) {
  using Buckets = StatsQuery::Buckets;
  if (buckets == Buckets::detailed) return detailed_text(histogram);
  if (buckets == Buckets::summary) return " " + summary_text(histogram);
  return " " + bucket_text(histogram, buckets == Buckets::cumulative);
}

/// Escapes a label's value: backslash, quote and line end.
std::string label_text(const TaggedName& name, std::string_view extra) {
  std::string result;
  for (const auto& [label, value] : name.labels) {
    if (!result.empty()) result += ',';
    result += label + "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') result += '\\';
      result += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    result += '"';
  }
  if (!result.empty() && !extra.empty()) result += ',';
  return "{" + result + std::string(extra) + "}";
}

/// Lines by metric name, each metric with its TYPE first.
class PrometheusText {
 public:
  void number(std::string_view name, std::string_view type, std::uint64_t value) {
    const TaggedName tagged = prometheus_name(name);
    lines_of(tagged.name, type) +=
        tagged.name + label_text(tagged, "") + " " + std::to_string(value) + "\n";
  }
  void histogram(std::string_view name, const Histogram::Snapshot& histogram) {
    const TaggedName tagged = prometheus_name(name);
    std::string& lines = lines_of(tagged.name, "histogram");
    const auto bucket = [&](const std::string& bound, std::uint64_t count) {
      lines += tagged.name + "_bucket" + label_text(tagged, "le=\"" + bound + "\"") + " " +
               std::to_string(count) + "\n";
    };
    for (const double bound : kBuckets) bucket(number_text(bound), histogram.count_up_to(bound));
    bucket("+Inf", histogram.count);
    lines +=
        tagged.name + "_sum" + label_text(tagged, "") + " " + number_text(histogram.sum) + "\n";
    lines += tagged.name + "_count" + label_text(tagged, "") + " " +
             std::to_string(histogram.count) + "\n";
  }
  std::string text() const {
    std::string result;
    for (const auto& [name, lines] : metrics_) result += lines;
    return result;
  }

 private:
  std::string& lines_of(const std::string& name, std::string_view type) {
    std::string& lines = metrics_[name];
    if (lines.empty()) lines = "# TYPE " + name + " " + std::string(type) + "\n";
    return lines;
  }
  std::map<std::string, std::string> metrics_;
};

}  // namespace

StatsSnapshot StatsSnapshot::of(const std::vector<const StatsStore*>& stores) {
  StatsSnapshot result;
  for (const StatsStore* store : stores) {
    store->for_each_counter([&](const std::string& name, const Counter& counter) {
      Number& number = result.counters[name];
      number.value += counter.value();
      number.used = number.used || counter.value() != 0;
    });
    store->for_each_gauge([&](const std::string& name, const Gauge& gauge) {
      Number& number = result.gauges[name];
      number.value += static_cast<std::uint64_t>(gauge.value());
      number.used = number.used || gauge.used();
    });
    store->for_each_histogram([&](const std::string& name, const Histogram& histogram) {
      result.histograms[name].merge(histogram.snapshot());
      result.units[name] = histogram.unit();
    });
  }
  return result;
}

std::string stats_text(const StatsSnapshot& snapshot, const StatsQuery& query) {
  std::string result;
  for (const auto& [name, text] : snapshot.texts) {
    if (shows(query, StatsQuery::Types::texts, name, !text.empty()))
      result += name + ": \"" + text + "\"\n";
  }
  for (const auto& [name, value] : shown_numbers(snapshot, query)) {
    result += std::string(name) + ": " + std::to_string(value) + "\n";
  }
  each_histogram(snapshot, query,
                 [&](const std::string& name, const Histogram::Snapshot& histogram) {
                   result += name + ":" + histogram_text(histogram, query.buckets) + "\n";
                 });
  return result;
}

std::string stats_json(const StatsSnapshot& snapshot, const StatsQuery& query) {
  Value::Array stats;
  const auto add = [&stats](std::string_view name, Value value) {
    Value entry;
    entry.set("name", name);
    entry.set("value", std::move(value));
    stats.push_back(std::move(entry));
  };
  for (const auto& [name, text] : snapshot.texts) {
    if (shows(query, StatsQuery::Types::texts, name, !text.empty())) add(name, Value(text));
  }
  for (const auto& [name, value] : shown_numbers(snapshot, query)) {
    add(name, Value(static_cast<std::int64_t>(value)));
  }
  Value::Array computed;
  each_histogram(snapshot, query,
                 [&](const std::string& name, const Histogram::Snapshot& histogram) {
                   Value::Array values;
                   for (const double quantile : kQuantiles) {
                     Value pair;
                     const double value = histogram.quantile(quantile / 100);
                     pair.set("cumulative", std::isnan(value) ? Value() : Value(value));
                     pair.set("interval", Value());
                     values.push_back(std::move(pair));
                   }
                   Value entry;
                   entry.set("name", name);
                   entry.set("values", std::move(values));
                   computed.push_back(std::move(entry));
                 });
  if (!computed.empty()) {
    Value::Array quantiles;
    for (const double quantile : kQuantiles) quantiles.emplace_back(quantile);
    Value histograms;
    histograms.set("supported_quantiles", std::move(quantiles));
    histograms.set("computed_quantiles", std::move(computed));
    Value entry;
    entry.set("histograms", std::move(histograms));
    stats.push_back(std::move(entry));
  }
  Value result;
  result.set("stats", std::move(stats));
  return write_json(result);
}

std::string stats_prometheus(const StatsSnapshot& snapshot, const StatsQuery& query) {
  PrometheusText text;
  for (const auto& [name, number] : snapshot.counters) {
    if (shows(query, StatsQuery::Types::counters, name, number.used))
      text.number(name, "counter", number.value);
  }
  for (const auto& [name, number] : snapshot.gauges) {
    if (shows(query, StatsQuery::Types::gauges, name, number.used))
      text.number(name, "gauge", number.value);
  }
  each_histogram(snapshot, query,
                 [&](const std::string& name, const Histogram::Snapshot& histogram) {
                   text.histogram(name, histogram);
                 });
  return text.text();
}

}  // namespace lab::proxy
