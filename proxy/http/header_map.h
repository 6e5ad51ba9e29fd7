#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::proxy {

/// One field of a HeaderMap; the views live until the map changes.
struct HeaderField {
  std::string_view name;  ///< Lower case.
  std::string_view value;
};

/// An ordered list of header or trailer fields, without pseudo-header fields.
///
/// Names are stored in lower case, as Envoy writes them and HTTP/2 wants them; every `name`
/// parameter but that of add() and set() must be given in lower case. All text stands in one block,
/// so a map costs two allocations, and none when it is cleared and used again.
class HeaderMap {
 public:
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = HeaderField;
    Iterator() = default;
    Iterator(const HeaderMap* map, std::size_t index) : map_(map), index_(index) {}
    HeaderField operator*() const { return map_->at(index_); }
    Iterator& operator++() { return ++index_, *this; }
    Iterator operator++(int) { return Iterator(map_, index_++); }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.index_ != b.index_; }

   private:
    const HeaderMap* map_ = nullptr;
    std::size_t index_ = 0;
  };

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  /// Names, values, and for each field 4 for ": " and the line's end: what limits count.
  std::size_t byte_size() const { return live_bytes_ + 4 * entries_.size(); }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, entries_.size()}; }
  HeaderField at(std::size_t index) const;

  /// Makes room for so many fields with so much text.
  void reserve(std::size_t fields, std::size_t text) {
    entries_.reserve(fields);
    text_.reserve(text);
  }
  /// Appends a field, also when there is one of that name. `value` may be a view into this map.
  void add(std::string_view name, std::string_view value);
  /// Gives the first field of that name this value and removes the others; appends when there is
  /// none.
  void set(std::string_view name, std::string_view value);
  /// Appends ",VALUE" to the first field of that name; adds a field when there is none.
  void append(std::string_view name, std::string_view value);
  /// Gives field `index` a new value.
  void set_at(std::size_t index, std::string_view value);
  /// Removes all fields of that name; how many there were.
  std::size_t remove(std::string_view name);
  /// Removes all fields for which `drop(HeaderField)` is true; how many there were.
  template <class Predicate>
  std::size_t remove_if(Predicate drop) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (drop(at(i))) {
        live_bytes_ -= entries_[i].name_size + entries_[i].value_size;
      } else {
        entries_[kept++] = entries_[i];
      }
    }
    const std::size_t removed = entries_.size() - kept;
    entries_.resize(kept);
    return removed;
  }
  void clear();

  bool contains(std::string_view name) const { return find(name, 0) != kNone; }
  /// The first value of that name.
  std::optional<std::string_view> get(std::string_view name) const;
  /// The first value of that name, or "".
  std::string_view get_or_empty(std::string_view name) const {
    return get(name).value_or(std::string_view());
  }
  std::size_t count(std::string_view name) const;
  /// All values of that name, in order, joined by "," (Envoy's view of a repeated field); nothing
  /// without one.
  std::optional<std::string> get_all(std::string_view name) const;
  /// The index of the first field of that name at or after `from`, or kNone.
  std::size_t find(std::string_view name, std::size_t from = 0) const;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  friend bool operator==(const HeaderMap& a, const HeaderMap& b);
  friend bool operator!=(const HeaderMap& a, const HeaderMap& b) { return !(a == b); }

 private:
  struct Entry {
    std::uint32_t name;
    std::uint32_t value;
    std::uint32_t name_size;
    std::uint32_t value_size;
  };
  std::uint32_t store(std::string_view bytes);

  std::string text_;
  std::vector<Entry> entries_;
  std::size_t live_bytes_ = 0;
  std::uint64_t lengths_ =
      0;  ///< Bit (length mod 64) of each name ever added: most lookups fail on it at once.
};

}  // namespace lab::proxy
