// The workloads W1 to W5 (docs/allocator.md has what they are, W6 is bench/micro/resources.cpp), and growth.
// Baselines are CPU times of the hierarchical allocator of Apache Mesos (c1b42f79, August 2024, -O2) on this
// kind of machine, driven by its own benchmarks.
#pragma once

#include "support/report.hpp"

namespace bench {

void w1_free(mesoscore::bench::Report& report);
void w2_add(mesoscore::bench::Report& report);
void w3_suppress(mesoscore::bench::Report& report);
void w4_backlog(mesoscore::bench::Report& report);
void w5_quota(mesoscore::bench::Report& report);
void growth(mesoscore::bench::Report& report);

}  // namespace bench
