#include "measure.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

// One repetition, in a child; its figures come back as lines.
Figures run_apart(const std::function<Figures()>& workload) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    std::string text;
    for (const Figure& each : workload()) {
      char line[256];
      std::snprintf(line, sizeof line, "%s %.9g %s %.9g\n", each.name.c_str(), each.value, each.unit.c_str(),
                    each.baseline);
      text += line;
    }
    const bool written = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) {
    std::fprintf(stderr, "a workload ended with wait status %d\n", status);
    std::exit(1);
  }
  Figures figures;
  std::istringstream lines(text);
  for (Figure each; lines >> each.name >> each.value >> each.unit >> each.baseline;) figures.push_back(each);
  return figures;
}

}  // namespace

double cpu_ms() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  double pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * 4096 / (1 << 20);
}

void measure(mesoscore::bench::Report& report, const std::function<Figures()>& workload) {
  Figures best = run_apart(workload);
  for (int i = 0; i < 2; ++i) {
    const Figures again = run_apart(workload);
    for (std::size_t n = 0; n < best.size(); ++n) best[n].value = std::min(best[n].value, again[n].value);
  }
  for (const Figure& each : best) {
    const double ratio = each.baseline > 0 && each.value > 0 ? each.baseline / each.value : 0;
    report.add(each.name, each.value, each.unit, each.baseline, ratio);
  }
}

}  // namespace bench
