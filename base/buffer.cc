#include "base/buffer.h"

#include <cstdlib>

#include "base/result.h"

namespace lab {

void Buffer::append(Buffer&& other) {
  if (empty() && capacity_ <= other.capacity_) {
    swap(other);
    other.clear();
    return;
  }
  append(other.view());
  other.clear();
}

void Buffer::release() {
  std::free(data_);
  data_ = nullptr;
  head_ = tail_ = capacity_ = 0;
}

void Buffer::make_room(std::size_t bytes) {
  const std::size_t used = size();
  // Moving to the front is worth it only when it frees half: otherwise small appends would move
  // over and over.
  if (head_ >= used && capacity_ - used >= bytes) {
    std::memmove(data_, data_ + head_, used);
  } else {
    std::size_t wanted = capacity_ < 1024 ? 1024 : capacity_ * 2;
    if (wanted < used + bytes) wanted = used + bytes;
    char* grown = static_cast<char*>(std::malloc(wanted));
    LAB_ASSERT(grown != nullptr);
    if (used > 0) std::memcpy(grown, data_ + head_, used);
    std::free(data_);
    data_ = grown;
    capacity_ = wanted;
  }
  head_ = 0;
  tail_ = used;
}

}  // namespace lab
