#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace lab {

/// Bytes on their way: appended at the end, consumed at the front, always contiguous.
///
/// An empty buffer owns no storage once it was released, so idle connections cost nothing.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() { release(); }

  std::string_view view() const { return {data_ + head_, tail_ - head_}; }
  std::size_t size() const { return tail_ - head_; }
  bool empty() const { return head_ == tail_; }
  std::size_t capacity() const { return capacity_; }  ///< Bytes of storage held.

  /// Room for at least `bytes` at the end; write there, then commit() what was written.
  char* prepare(std::size_t bytes) {
    if (capacity_ - tail_ < bytes) make_room(bytes);
    return data_ + tail_;
  }
  std::size_t room() const {
    return capacity_ - tail_;
  }  ///< Bytes that prepare() has ready without more storage.
  void commit(std::size_t bytes) { tail_ += bytes; }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    commit(bytes.size());
  }
  /// Takes all of `other`: without copying when this one is empty.
  void append(Buffer&& other);

  /// Drops bytes at the front; more than size() is a bug.
  void consume(std::size_t bytes) {
    head_ += bytes;
    if (head_ == tail_) head_ = tail_ = 0;
  }
  void clear() { head_ = tail_ = 0; }  ///< Empties; keeps the storage.
  void release();                      ///< Empties and gives the storage back.
  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(head_, other.head_);
    std::swap(tail_, other.tail_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  void make_room(std::size_t bytes);

  char* data_ = nullptr;
  std::size_t head_ = 0, tail_ = 0, capacity_ = 0;
};

}  // namespace lab
