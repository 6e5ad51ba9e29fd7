#include "proxy/observe/histogram.h"

#include <algorithm>
#include <cmath>

namespace lab::proxy {
namespace {

constexpr std::uint16_t kPerDecade = 90;

}  // namespace

std::uint16_t Histogram::bin_of(std::uint64_t value) {
  if (value == 0) return 0;
  // 1..9 are 10..99 of the decade below: one more digit keeps "two significant digits" true for
  // them too.
  std::uint64_t mantissa = value;
  std::uint16_t decade = 1;
  if (value < 10) {
    mantissa = value * 10;
    decade = 0;
  }
  while (mantissa >= 100) {
    mantissa /= 10;
    ++decade;
  }
  return static_cast<std::uint16_t>(1 + decade * kPerDecade + (mantissa - 10));
}

double Histogram::bin_start(std::uint16_t bin) {
  if (bin == 0) return 0;
  const int decade = (bin - 1) / kPerDecade;
  return ((bin - 1) % kPerDecade + 10) * std::pow(10.0, decade - 1);
}

double Histogram::bin_width(std::uint16_t bin) {
  if (bin == 0) return 0;
  return std::pow(10.0, (bin - 1) / kPerDecade - 1);
}

void Histogram::record(std::uint64_t value) {
  if (!bins_) {
    bins_ = std::make_unique<Bins>();
    readable_.store(bins_.get(), std::memory_order_release);
  }
  auto& bin = (*bins_)[bin_of(value)];
  bin.store(bin.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

void Histogram::reset() {
  if (bins_) {
    for (auto& bin : *bins_) bin.store(0, std::memory_order_relaxed);
  }
  sum_.store(0, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot result;
  const Bins* bins = readable_.load(std::memory_order_acquire);
  if (bins == nullptr) return result;
  for (std::uint16_t bin = 0; bin < kBins; ++bin) {
    const auto held = (*bins)[bin].load(std::memory_order_relaxed);
    if (held == 0) continue;
    result.bins[bin] = held;
    result.count += held;
  }
  result.sum = static_cast<double>(sum_.load(std::memory_order_relaxed));
  return result;
}

void Histogram::Snapshot::merge(const Snapshot& other) {
  for (const auto& [bin, held] : other.bins) bins[bin] += held;
  count += other.count;
  sum += other.sum;
}

double Histogram::Snapshot::quantile(double share) const {
  if (count == 0) return std::nan("");
  const double rank = std::max(1.0, std::ceil(share * static_cast<double>(count)));
  double seen = 0;
  for (const auto& [bin, held] : bins) {
    const auto here = static_cast<double>(held);
    // The n values of a bin are taken to divide it into n + 1 equal parts.
    if (seen + here >= rank) return bin_start(bin) + bin_width(bin) * (rank - seen) / (here + 1);
    seen += here;
  }
  return std::nan("");
}

std::uint64_t Histogram::Snapshot::count_up_to(double bound) const {
  std::uint64_t result = 0;
  for (const auto& [bin, held] : bins) {
    // The tolerance takes up the rounding of powers of ten.
    if (bin_start(bin) + bin_width(bin) > bound * (1 + 1e-12)) break;
    result += held;
  }
  return result;
}

}  // namespace lab::proxy
