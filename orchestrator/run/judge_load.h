#pragma once

#include <vector>

#include "orchestrator/run/judge.h"

namespace lab::orchestrator {

// The parts of judge() about many answers and about counters.

void judge_stats(const Expectation& expect, const Observation& seen, std::vector<Difference>& out);
void judge_counts(const Expectation& expect, const Observation& seen, std::vector<Difference>& out);
void judge_distribution(const Expectation& expect, const Observation& seen,
                        std::vector<Difference>& out);

}  // namespace lab::orchestrator
