// bench_allocator [w1|w2|w3|w4|w5|growth]...: all of them, or those that are named.
#include <cstdio>
#include <string_view>

#include "workloads.hpp"

int main(int argc, char** argv) {
  struct Workload {
    std::string_view name;
    void (*run)(mesoscore::bench::Report&);
  };
  constexpr Workload kWorkloads[] = {{"w1", bench::w1_free},     {"w2", bench::w2_add},
                                     {"w3", bench::w3_suppress}, {"w4", bench::w4_backlog},
                                     {"w5", bench::w5_quota},    {"growth", bench::growth}};
  mesoscore::bench::Report report;
  for (const Workload& workload : kWorkloads) {
    bool wanted = argc == 1;
    for (int i = 1; i < argc; ++i) wanted = wanted || workload.name == argv[i];
    if (wanted) workload.run(report);
  }
}
