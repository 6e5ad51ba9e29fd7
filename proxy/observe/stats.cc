#include "proxy/observe/stats.h"

#include <algorithm>

namespace lab::proxy {

template <class T, class... Args>
T& StatsStore::find_or_make(Table<T>& table, std::string_view name, Args&&... args) {
  const std::lock_guard lock(mutex_);
  const auto found = table.by_name.find(name);
  if (found != table.by_name.end()) return *found->second;
  T& made = table.all.emplace_back(std::forward<Args>(args)...);
  table.by_name.emplace(std::string(name), &made);
  return made;
}

Counter& StatsStore::counter(std::string_view name) {
  return find_or_make(counters_, name);
}
Gauge& StatsStore::gauge(std::string_view name) {
  return find_or_make(gauges_, name);
}
Histogram& StatsStore::histogram(std::string_view name, Histogram::Unit unit) {
  return find_or_make(histograms_, name, unit);
}

void StatsStore::remove_prefix(std::string_view prefix) {
  const std::lock_guard lock(mutex_);
  const auto remove = [prefix](auto& table) {
    auto& names = table.by_name;
    auto at = names.lower_bound(prefix);
    while (at != names.end() && at->first.starts_with(prefix)) at = names.erase(at);
  };
  remove(counters_);
  remove(gauges_);
  remove(histograms_);
}

void StatsStore::reset_counters() {
  const std::lock_guard lock(mutex_);
  for (Counter& counter : counters_.all) counter.reset();
  for (Histogram& histogram : histograms_.all) histogram.reset();
}

std::string stat_name_part(std::string_view text) {
  std::string result(text);
  std::replace(result.begin(), result.end(), ':', '_');
  return result;
}

}  // namespace lab::proxy
