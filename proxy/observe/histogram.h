#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>

namespace lab::proxy {

/// Counts values in bins of two significant decimal digits (a log-linear histogram, so that a
/// quantile is never more than 5 % off). One thread records, any thread reads.
class Histogram {
 public:
  enum class Unit : std::uint8_t { milliseconds, bytes, percent, unspecified };
  explicit Histogram(Unit unit = Unit::milliseconds) : unit_(unit) {}

  void record(std::uint64_t value);
  Unit unit() const { return unit_; }
  void reset();

  /// What was recorded at one instant; those of several workers add up.
  struct Snapshot {
    std::map<std::uint16_t, std::uint64_t> bins;  ///< Only those that hold something.
    std::uint64_t count = 0;
    double sum = 0;

    void merge(const Snapshot& other);
    /// The value below which `share` (0..1) of all values lie, between a bin's bounds by rank; NaN
    /// when empty.
    double quantile(double share) const;
    /// How many values lie in bins that end at or below `bound`.
    std::uint64_t count_up_to(double bound) const;
  };
  Snapshot snapshot() const;

  /// A bin's lower bound and width; bin 0 holds zero alone.
  static double bin_start(std::uint16_t bin);
  static double bin_width(std::uint16_t bin);
  static std::uint16_t bin_of(std::uint64_t value);

 private:
  // 90 bins a power of ten from 10^0 to 10^19, and one for zero.
  static constexpr std::uint16_t kBins = 1 + 90 * 20;
  using Bins = std::array<std::atomic<std::uint64_t>, kBins>;
  Unit unit_;
  std::unique_ptr<Bins> bins_;  // Made by the first value: most of a mesh's histograms stay empty.
  std::atomic<const Bins*> readable_{nullptr};
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace lab::proxy
