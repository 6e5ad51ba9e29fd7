#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace lab {

/// A class that derives from Recycled<itself> takes its storage from objects of the same thread
/// that died before: for what is made and destroyed with each request. Under AddressSanitizer
/// storage is given back as usual, so that it sees uses after the end.
///
/// The class must be final: all storage has its size.
template <class T>
class Recycled {
 public:
#if !defined(__SANITIZE_ADDRESS__)
  static void* operator new(std::size_t size) {
    Free*& first = store().first;
    if (first == nullptr) return ::operator new(size);
    Free* const taken = first;
    first = taken->next;
    --store().count;
    return taken;
  }
  static void operator delete(void* storage) noexcept {
    Store& kept = store();
    if (kept.count >= kMost) return ::operator delete(storage);
    kept.first = new (storage) Free{kept.first};
    ++kept.count;
  }

 private:
  struct Free {
    Free* next;
  };
  struct Store {
    Free* first = nullptr;
    std::size_t count = 0;
    ~Store() {
      count = kMost;  // What dies still later in this thread isn't kept.
      while (first != nullptr) ::operator delete(std::exchange(first, first->next));
    }
  };
  static constexpr std::size_t kMost = 256;  ///< Kept per thread.
  static Store& store() {
    static thread_local Store kept;
    return kept;
  }
#endif
};

}  // namespace lab
