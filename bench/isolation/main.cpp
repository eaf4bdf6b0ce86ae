// What isolation costs a launch: /bin/true in each set of isolators beside a bare posix_spawn + wait, `runc
// run`, `docker run` and the bare requests to docker's engine, in one run.
//
//   bench_isolation [rounds] [launches per round] [contender...]
//
// All take turns, so that a busy machine slows all of them; the figures are medians of the rounds. What the
// machine does not have (root, cgroups, runc, docker) is left out, and said. `one`: latency of one at a time,
// in ms; `rate`: with 16 in flight. Names behind the rounds choose among the contenders.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "contenders.hpp"
#include "support/launches.hpp"
#include "support/report.hpp"

namespace {

using namespace mesoscore::bench;

struct Measured {
  std::unique_ptr<Contender> contender;
  std::vector<double> one, many;  // rates
};

void measure(Measured& measured, int count) {
  Contender& contender = *measured.contender;
  const int launches = contender.slow() ? std::max(4, count / 20) : count;
  measured.one.push_back(contender.run(1, std::max(2, launches / 4)));
  measured.many.push_back(contender.run(16, launches));
}

const Measured* find(const std::vector<Measured>& all, const std::string& name) {
  for (const Measured& each : all) {
    if (each.contender->name() == name) return &each;
  }
  return nullptr;
}

void tell(Report& report, const std::vector<Measured>& all) {
  for (const Measured& each : all) {
    const Measured* base = find(all, each.contender->baseline());
    const std::string name = "isolation." + each.contender->name();
    const double one = median(each.one), many = median(each.many);
    if (!base || base == &each) {
      report.add(name + ".one", 1000 / one, "ms");
      report.add(name + ".rate", many, "1/s");
      continue;
    }
    const double base_one = median(base->one), base_many = median(base->many);
    report.add(name + ".one", 1000 / one, "ms", 1000 / base_one, base_one / one);
    report.add(name + ".rate", many, "1/s", base_many, many / base_many);
  }
  const Measured* full = find(all, "full");
  const Measured* runc = find(all, "runc");
  if (!full || !runc) return;
  report.add("isolation.full_to_runc.one", median(full->one), "1/s", median(runc->one),
             median(full->one) / median(runc->one));
  report.add("isolation.full_to_runc.rate", median(full->many), "1/s", median(runc->many),
             median(full->many) / median(runc->many));
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const int count = argc > 2 ? std::atoi(argv[2]) : 400;
  Directories directories;
  std::vector<Measured> all;
  const std::set<std::string> chosen(argv + std::min(argc, 3), argv + argc);
  for (auto& contender : contenders(directories)) {
    if (chosen.empty() || chosen.contains(contender->name())) all.push_back({std::move(contender), {}, {}});
  }
  for (int round = 0; round < rounds; ++round) {
    for (Measured& each : all) measure(each, count);
  }
  Report report;
  tell(report, all);
}
