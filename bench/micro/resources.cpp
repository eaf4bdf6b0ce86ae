// The algebra of bags, on workload W6: sums, differences and containment of plain amounts, of a thousand
// reservations and of port ranges. Baselines are the times of Mesos's own benchmarks of Resources (c1b42f79,
// -O2) on this kind of machine; ratio = baseline / value, so many times faster. "goal" is the ratio that we
// want. Times are per operation, the best of seven repetitions.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "mesoscore/resources.hpp"
#include "support/report.hpp"

namespace {

using namespace mesoscore;
using Steady = std::chrono::steady_clock;

constexpr int kRepetitions = 7;

// The compiler may not leave out what leads to `value`, nor assume that it is still the same.
template <class T>
void keep(T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

template <class Work>
double ns_of(Work&& work) {
  const auto begin = Steady::now();
  work();
  return std::chrono::duration<double, std::nano>(Steady::now() - begin).count();
}

class Figures {
 public:
  ~Figures() { std::printf("%d of %d figures reach their goals\n\n", reached_, all_); }
  void add(const std::string& name, double ns, double baseline, double goal) {
    const double ratio = baseline / ns;
    report_.add("resources." + name, ns, "ns", baseline, ratio);
    std::printf("%-32s %10.1f times, goal %g%s\n", name.c_str(), ratio, goal, ratio < goal ? ": missed" : "");
    ++all_;
    reached_ += ratio >= goal;
  }

 private:
  bench::Report report_;
  int all_ = 0, reached_ = 0;
};

struct Sums {
  double add = 1e18, subtract = 1e18, plus = 1e18, minus = 1e18;

  void best(double Sums::*which, double ns) { this->*which = std::min(this->*which, ns); }
};

void report_sums(Figures& figures, const std::string& name, const Sums& ours, const Sums& mesos,
                 double goal) {
  figures.add(name + ".add", ours.add, mesos.add, goal);
  figures.add(name + ".subtract", ours.subtract, mesos.subtract, goal);
  figures.add(name + ".plus", ours.plus, mesos.plus, goal);
  figures.add(name + ".minus", ours.minus, mesos.minus, goal);
}

// The same bag is added to a total many times, then taken from it until nothing is left; then the same with
// `total = total + bag`.
Sums accumulate(const Resources& first, const Resources& bag, int times) {
  Sums out;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    Resources total = first;
    const auto measure = [&](double Sums::*which, auto operation) {
      const double ns = ns_of([&] {
        for (int i = 0; i < times; ++i) {
          operation();
          keep(total);
        }
      });
      out.best(which, ns / times);
    };
    measure(&Sums::add, [&] { total += bag; });
    measure(&Sums::subtract, [&] { total -= bag; });
    measure(&Sums::plus, [&] { total = total + bag; });
    measure(&Sums::minus, [&] { total = total - bag; });
    if (total != first) std::printf("a total of %zu entries is wrong\n", total.size());
  }
  return out;
}

// Each operation starts from the same two sets of ranges. What is prepared for += and -= is not measured.
Sums combine(const Resources& a, const Resources& b, int times) {
  constexpr int kBatch = 16;
  Sums out;
  std::vector<Resources> results(kBatch);
  const auto in_place = [&](double Sums::*which, auto operation) {
    double ns = 0;
    for (int done = 0; done < times; done += kBatch) {
      std::fill(results.begin(), results.end(), a);
      ns += ns_of([&] {
        for (Resources& result : results) operation(result);
        keep(results);
      });
    }
    out.best(which, ns / times);
  };
  const auto fresh = [&](double Sums::*which, auto operation) {
    Resources result;
    const double ns = ns_of([&] {
      for (int i = 0; i < times; ++i) {
        result = operation();
        keep(result);
      }
    });
    out.best(which, ns / times);
  };
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    in_place(&Sums::add, [&](Resources& result) { result += b; });
    in_place(&Sums::subtract, [&](Resources& result) { result -= b; });
    fresh(&Sums::plus, [&] { return a + b; });
    fresh(&Sums::minus, [&] { return a - b; });
  }
  return out;
}

template <class Work>
double best_of(int times, Work work) {
  double best = 1e18;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    const double ns = ns_of([&] {
      for (int i = 0; i < times; ++i) {
        auto result = work();
        keep(result);
      }
    });
    best = std::min(best, ns / times);
  }
  return best;
}

Resources four_scalars() { return Resources::parse("cpus:1;gpus:1;mem:128;disk:256").value(); }

// A thousand times the four amounts, each time under another dynamic reservation.
Resources reservations() {
  std::vector<Resource> items;
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(i);
    for (const Resource& amount : four_scalars()) {
      items.push_back(amount.reserved_for({Reservation::Type::dynamic,
                                           number,
                                           "principal_" + number,
                                           {{"key_" + number, "value_" + number}}}));
    }
  }
  Resources out;
  for (const Resource& item : items) out.add(item);
  return out;
}

Resources backwards(const Resources& bag) {
  Resources out;
  for (const Resource* at = bag.end(); at != bag.begin(); --at) out.add(at[-1]);
  return out;
}

// `count` ranges of six ports, ten apart.
Resources ports(std::uint64_t first, std::uint64_t count) {
  std::vector<Range> intervals;
  for (std::uint64_t i = 0; i < count; ++i) intervals.push_back({first + 10 * i, first + 10 * i + 5});
  return {Resource("ports", Ranges::make(std::move(intervals)).value())};
}

Resources single_ports() {
  std::vector<Range> intervals;
  for (std::uint64_t port = 1; port <= 16'000; port += 2) intervals.push_back({port, port});
  return {Resource("ports", Ranges::make(std::move(intervals)).value())};
}

void sums(Figures& figures) {
  const Resources amounts = four_scalars();
  report_sums(figures, "scalars", accumulate({}, amounts, 50'000), {137, 187, 424, 434}, 10);
  const Resources reserved = reservations();
  const Sums mesos{57.8e6, 57.6e6, 55.3e6, 57.1e6};
  report_sums(figures, "reservations", accumulate({}, reserved, 10), mesos, 100);
  // The same when the two were made apart, share nothing, and have their entries in different order.
  const Resources other = backwards(reservations());
  report_sums(figures, "reservations_backwards", accumulate(other, reserved, 10), mesos, 100);
  report_sums(figures, "ranges.10", combine(ports(1, 10), ports(3, 10), 16'000), {517, 474, 610, 580}, 5);
  report_sums(figures, "ranges.100", combine(ports(1, 100), ports(3, 100), 4'000), {4880, 5640, 5710, 6430},
              5);
  report_sums(figures, "ranges.1000", combine(ports(1, 1000), ports(3, 1000), 800),
              {92'600, 67'100, 101'900, 75'200}, 5);
}

// The equal bag is built apart: it shares nothing with the one that it is compared with.
void containment(Figures& figures) {
  Resources four = four_scalars();
  Resources two = Resources::parse("cpus:1;mem:128").value();
  Resources equal = Resources::parse("cpus:1;mem:128").value();
  const auto contains = [](Resources& a, Resources& b) {
    return [&] {
      keep(a);
      keep(b);
      return a.contains(b);
    };
  };
  constexpr int kMany = 200'000;
  figures.add("contains.four_two", best_of(kMany, contains(four, two)), 39, 5);
  figures.add("contains.two_four", best_of(kMany, contains(two, four)), 27, 5);
  figures.add("contains.two_equal", best_of(kMany, contains(two, equal)), 35, 5);
  Resources whole = Resources::parse("ports:[1-16000]").value();
  Resources singles = single_ports();
  Resources same = single_ports();
  figures.add("contains.range_singles", best_of(100, contains(whole, singles)), 612'000, 5);
  figures.add("contains.singles_range", best_of(100, contains(singles, whole)), 601'000, 5);
  figures.add("contains.singles_equal", best_of(100, contains(singles, same)), 21.4e6, 5);
  const auto parts = [&](auto part) {
    return best_of(kMany, [&, part] {
      keep(four);
      return part();
    });
  };
  figures.add("non_revocable", parts([&] { return four.non_revocable(); }), 19, 1);
  figures.add("unreserved", parts([&] { return four.unreserved(); }), 18, 1);
}

}  // namespace

int main() {
  Figures figures;
  sums(figures);
  containment(figures);
}
