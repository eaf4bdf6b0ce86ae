// In the steady state the allocator does not touch the heap. (Agents with up to three kinds of resources
// here: a Resources value with more has a buffer of its own, which travels with the grant.)
#include "lab.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

struct Steady : Lab {
  std::vector<Grant> held, fresh;

  Steady() {
    for (unsigned f = 0; f < 20; ++f)
      add_framework(f, framework("framework-" + std::to_string(100 + f), {"a", "b/c"}));
    for (unsigned a = 0; a < 200; ++a) add_agent(a, "cpus:4;mem:1024;disk:5000");
    held.reserve(400);
    fresh.reserve(400);
    allocator.run(now, held);
  }

  // Half of what is held comes back, one way or another, and is granted anew.
  void round(const Filters* filters) {
    now += 1s;
    for (std::size_t i = 0; i < held.size(); i += 2) {
      allocator.recover(held[i].framework, held[i].agent, held[i].role, held[i].resources, filters, now);
      std::swap(held[i], held.back());
      held.pop_back();
    }
    allocator.run(now, held);
  }

  std::uint64_t allocations_of(int rounds, const Filters* filters) {
    const std::uint64_t before = mesoscore::test::heap_allocations;
    for (int i = 0; i < rounds; ++i) round(filters);
    return mesoscore::test::heap_allocations - before;
  }
};

}  // namespace

TEST_CASE("recover and grant without filters: no heap allocation") {
  Steady lab;
  lab.allocations_of(50, nullptr);
  CHECK(lab.allocations_of(200, nullptr) == 0);
  CHECK(lab.held.size() == 200);
}

TEST_CASE("recover and grant with filters that come and end: no heap allocation") {
  Steady lab;
  const Filters filters{5s};
  lab.allocations_of(2'000, &filters);
  CHECK(lab.allocations_of(200, &filters) == 0);
}

TEST_CASE("suppress and revive: no heap allocation") {
  Steady lab;
  const auto turn = [&] {
    for (unsigned f = 0; f < 20; ++f) lab.allocator.suppress(fw(f), {});
    lab.round(nullptr);
    for (unsigned f = 0; f < 20; ++f) lab.allocator.revive(fw(f), {});
    lab.allocator.run(lab.now, lab.held);
  };
  for (int i = 0; i < 20; ++i) turn();
  const std::uint64_t before = mesoscore::test::heap_allocations;
  for (int i = 0; i < 50; ++i) turn();
  CHECK(mesoscore::test::heap_allocations == before);
}
