#include "proxy/http/header_map.h"

#include <algorithm>
#include <cstring>

#include "base/result.h"

namespace lab::proxy {

namespace {

std::uint64_t length_bit(std::size_t length) {
  return std::uint64_t{1} << (length & 63);
}

}  // namespace

HeaderField HeaderMap::at(std::size_t index) const {
  LAB_ASSERT(index < entries_.size());
  const Entry& entry = entries_[index];
  return {{text_.data() + entry.name, entry.name_size},
          {text_.data() + entry.value, entry.value_size}};
}

std::uint32_t HeaderMap::store(std::string_view bytes) {
  const auto place = static_cast<std::uint32_t>(text_.size());
  text_.append(bytes);  // std::string copes with a view into itself.
  return place;
}

void HeaderMap::add(std::string_view name, std::string_view value) {
  // The value first: storing the name could move a value that is a view into this map.
  const std::uint32_t value_at = store(value);
  const std::uint32_t name_at = store(name);
  for (std::size_t i = name_at; i < text_.size(); ++i) {
    if (text_[i] >= 'A' && text_[i] <= 'Z') text_[i] = static_cast<char>(text_[i] | 0x20);
  }
  entries_.push_back(Entry{name_at, value_at, static_cast<std::uint32_t>(name.size()),
                           static_cast<std::uint32_t>(value.size())});
  live_bytes_ += name.size() + value.size();
  lengths_ |= length_bit(name.size());
}

void HeaderMap::set_at(std::size_t index, std::string_view value) {
  LAB_ASSERT(index < entries_.size());
  Entry& entry = entries_[index];
  live_bytes_ += value.size() - entry.value_size;
  if (value.size() <= entry.value_size) {
    if (!value.empty()) std::memmove(text_.data() + entry.value, value.data(), value.size());
  } else {
    entry.value = store(value);
  }
  entry.value_size = static_cast<std::uint32_t>(value.size());
}

void HeaderMap::set(std::string_view name, std::string_view value) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::any_of(name.begin(), name.end(), is_upper)) {
    std::string lower(name);
    for (char& c : lower) {
      if (is_upper(c)) c = static_cast<char>(c | 0x20);
    }
    return set(lower, value);
  }
  const std::size_t first = find(name);
  if (first == kNone) return add(name, value);
  set_at(first, value);
  if (find(name, first + 1) == kNone) return;
  std::size_t index = 0;
  remove_if([&](HeaderField field) { return index++ > first && field.name == name; });
}

void HeaderMap::append(std::string_view name, std::string_view value) {
  const std::size_t first = find(name);
  if (first == kNone) return add(name, value);
  std::string joined(at(first).value);
  if (!joined.empty()) joined += ',';
  joined += value;
  set_at(first, joined);
}

std::size_t HeaderMap::remove(std::string_view name) {
  if (find(name) == kNone) return 0;
  return remove_if([name](HeaderField field) { return field.name == name; });
}

void HeaderMap::clear() {
  text_.clear();
  entries_.clear();
  live_bytes_ = 0;
  lengths_ = 0;
}

std::size_t HeaderMap::find(std::string_view name, std::size_t from) const {
  if ((lengths_ & length_bit(name.size())) == 0) return kNone;
  const char* const text = text_.data();
  for (std::size_t i = from; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.name_size == name.size() &&
        std::memcmp(text + entry.name, name.data(), name.size()) == 0) {
      return i;
    }
  }
  return kNone;
}

std::optional<std::string_view> HeaderMap::get(std::string_view name) const {
  const std::size_t index = find(name);
  if (index == kNone) return {};
  return at(index).value;
}

std::size_t HeaderMap::count(std::string_view name) const {
  std::size_t total = 0;
  for (std::size_t i = find(name); i != kNone; i = find(name, i + 1)) ++total;
  return total;
}

std::optional<std::string> HeaderMap::get_all(std::string_view name) const {
  std::size_t index = find(name);
  if (index == kNone) return {};
  std::string joined(at(index).value);
  while ((index = find(name, index + 1)) != kNone) {
    joined += ',';
    joined += at(index).value;
  }
  return joined;
}

bool operator==(const HeaderMap& a, const HeaderMap& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](HeaderField x, HeaderField y) {
    return x.name == y.name && x.value == y.value;
  });
}

}  // namespace lab::proxy
