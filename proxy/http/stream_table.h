#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/http/codec.h"

namespace lab::proxy {

/// The streams of one connection by their id, in order. Ids grow, and few streams are open at a
/// time, so that a sorted vector needs no allocation per stream.
template <class T>
class StreamTable {
 public:
  using Entry = std::pair<StreamId, T>;
  using Iterator = typename std::vector<Entry>::iterator;

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  Iterator begin() { return entries_.begin(); }
  Iterator end() { return entries_.end(); }
  Iterator find(StreamId id) {
    const Iterator place = lower_bound(id);
    return place != entries_.end() && place->first == id ? place : entries_.end();
  }
  T& operator[](StreamId id) {
    if (entries_.empty() || entries_.back().first < id)
      return entries_.emplace_back(id, T{}).second;
    const Iterator place = lower_bound(id);
    if (place->first == id) return place->second;
    return entries_.emplace(place, id, T{})->second;
  }
  /// Calls `visit` for each stream; it may erase any of them.
  template <class Visit>
  void for_each(Visit visit) {
    std::vector<StreamId> ids;
    ids.reserve(entries_.size());
    for (const Entry& entry : entries_) ids.push_back(entry.first);
    for (const StreamId id : ids) {
      const Iterator place = find(id);
      if (place != entries_.end()) visit(place->second);
    }
  }
  void erase(Iterator place) { entries_.erase(place); }
  void erase(StreamId id) {
    const Iterator place = find(id);
    if (place != entries_.end()) entries_.erase(place);
  }

 private:
  Iterator lower_bound(StreamId id) {
    return std::lower_bound(
        entries_.begin(), entries_.end(), id,
        [](const Entry& entry, StreamId wanted) { return entry.first < wanted; });
  }
  std::vector<Entry> entries_;
};

}  // namespace lab::proxy
