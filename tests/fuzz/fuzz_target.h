#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// One parser under attack. A target is one file `tests/fuzz/NAME.cc`:
///
///   LAB_FUZZ_TARGET(name) {
///     ... use `input`; what must hold is said with LAB_ASSERT ...
///   }
///
/// The same file is a libFuzzer program (preset "fuzz") and, with the others, part of the unit
/// tests, which replay tests/fuzz/corpus/NAME.
namespace lab::fuzz {

struct Target {
  const char* name;
  void (*run)(std::string_view input);
};

inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

struct Registration {
  Registration(const char* name, void (*run)(std::string_view)) {
    targets().push_back({name, run});
  }
};

}  // namespace lab::fuzz

#ifdef LAB_FUZZ_ENTRY
#define LAB_FUZZ_MAIN(name)                                                            \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) { \
    fuzz_##name({reinterpret_cast<const char*>(bytes), size});                         \
    return 0;                                                                          \
  }
#else
#define LAB_FUZZ_MAIN(name) \
  static const lab::fuzz::Registration registration_##name(#name, fuzz_##name);
#endif

#define LAB_FUZZ_TARGET(name)                      \
  static void fuzz_##name(std::string_view input); \
  LAB_FUZZ_MAIN(name)                              \
  static void fuzz_##name(std::string_view input)
