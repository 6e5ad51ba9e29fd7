#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "proxy/observe/histogram.h"

namespace lab::proxy {

/// A number that only grows. One thread (the worker that owns the store) writes, any thread reads:
/// a plain load and store without a locked instruction.
class Counter {
 public:
  void add(std::uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }
  /// Back to 0 and "unused"; the owning thread may lose one concurrent step, as reset_counters may.
  void reset() { value_.store(0, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down; the same rules.
class Gauge {
 public:
  void add(std::int64_t amount = 1) { set(value_.load(std::memory_order_relaxed) + amount); }
  void sub(std::int64_t amount = 1) { set(value_.load(std::memory_order_relaxed) - amount); }
  void set(std::int64_t value) {
    value_.store(value, std::memory_order_relaxed);
    used_.store(true, std::memory_order_relaxed);
  }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }
  bool used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
  std::atomic<bool> used_{false};
};

/// The numbers of one worker, by Envoy's names ("cluster.NAME.upstream_rq_total"). Names are looked
/// up while configuration is taken over (under a lock); what is handed out keeps its address as
/// long as the store lives, and is then used without any lock.
class StatsStore {
 public:
  Counter& counter(std::string_view name);
  Gauge& gauge(std::string_view name);
  Histogram& histogram(std::string_view name, Histogram::Unit unit = Histogram::Unit::milliseconds);

  /// Forgets all names that begin with `prefix` in what readers see, for example those of a removed
  /// cluster; what was handed out stays valid.
  void remove_prefix(std::string_view prefix);
  void reset_counters();

  /// Calls `visit(name, object)` for each, in the order of names, under the lock.
  template <class Visit>
  void for_each_counter(Visit visit) const {
    visit_all(counters_, visit);
  }
  template <class Visit>
  void for_each_gauge(Visit visit) const {
    visit_all(gauges_, visit);
  }
  template <class Visit>
  void for_each_histogram(Visit visit) const {
    visit_all(histograms_, visit);
  }

 private:
  template <class T>
  struct Table {
    std::map<std::string, T*, std::less<>> by_name;
    std::deque<T> all;
  };
  template <class T, class... Args>
  T& find_or_make(Table<T>& table, std::string_view name, Args&&... args);
  template <class T, class Visit>
  void visit_all(const Table<T>& table, Visit& visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, object] : table.by_name) visit(name, *object);
  }

  mutable std::mutex mutex_;
  Table<Counter> counters_;
  Table<Gauge> gauges_;
  Table<Histogram> histograms_;
};

/// A part of a store whose names share a beginning; cheap to copy.
class StatsScope {
 public:
  StatsScope(StatsStore& store, std::string prefix) : store_(&store), prefix_(std::move(prefix)) {}
  Counter& counter(std::string_view name) const { return store_->counter(full(name)); }
  Gauge& gauge(std::string_view name) const { return store_->gauge(full(name)); }
  Histogram& histogram(std::string_view name,
                       Histogram::Unit unit = Histogram::Unit::milliseconds) const {
    return store_->histogram(full(name), unit);
  }
  StatsScope scope(std::string_view name) const { return StatsScope(*store_, full(name) + "."); }
  StatsStore& store() const { return *store_; }
  const std::string& prefix() const { return prefix_; }

 private:
  std::string full(std::string_view name) const { return prefix_ + std::string(name); }
  StatsStore* store_;
  std::string prefix_;
};

/// The name of an address or free text inside a stat's name: ':' becomes '_', as Envoy sanitizes.
std::string stat_name_part(std::string_view text);

}  // namespace lab::proxy
