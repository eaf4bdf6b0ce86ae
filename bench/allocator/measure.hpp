// How the allocator's workloads are measured: CPU time and resident memory, each repetition in a process of
// its own, so that none finds the memory of another; of three repetitions the quietest counts, as in the
// peer's figures.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/report.hpp"

namespace bench {

double cpu_ms();        // of this process
double resident_mib();  // of this process

template <class Work>
double ms_of(Work&& work) {
  const double begin = cpu_ms();
  work();
  return cpu_ms() - begin;
}

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double baseline = 0;  // of Mesos's allocator; 0: it has none
};
using Figures = std::vector<Figure>;

// Runs `workload` three times and reports the smallest value of each figure, with baseline / value as its
// ratio.
void measure(mesoscore::bench::Report& report, const std::function<Figures()>& workload);

}  // namespace bench
