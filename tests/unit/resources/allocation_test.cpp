// The arithmetic of plain amounts is the inner loop of the allocator: it must not touch the heap.
#include "mesoscore/resources.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace mesoscore;

namespace {

template <class Work>
std::uint64_t allocations_of(Work work) {
  const std::uint64_t before = test::heap_allocations;
  work();
  return test::heap_allocations - before;
}

Resources amounts(std::int64_t cpus, std::int64_t mem, std::int64_t disk) {
  return {Resource("cpus", Scalar{cpus}), Resource("mem", Scalar{mem}), Resource("disk", Scalar{disk})};
}

}  // namespace

TEST_CASE("the counter of allocations counts") {
  CHECK(allocations_of([] { ::operator delete(::operator new(1)); }) == 1);
  CHECK(allocations_of([] { const Name name("a text beyond its inline capacity"); }) == 1);
  CHECK(allocations_of([] { Resource("ports", *Ranges::make({{1, 2}})); }) > 0);
}

TEST_CASE("plain amounts are added, subtracted and compared without the heap") {
  const Resources a = amounts(4000, 1'024'000, 5000);
  const Resources b = amounts(500, 64'000, 1);
  bool contained = false;
  bool equal = true;
  const std::uint64_t count = allocations_of([&] {
    Resources sum = a + b;
    sum -= b;
    contained = sum.contains(b) && !b.contains(sum);
    equal = sum == a;
    sum -= a;
    contained = contained && sum.empty();
    sum += amounts(1, 2, 3);
    sum.add(Resource("cpus", Scalar{5}));
    sum.subtract(Resource("mem", Scalar{2}));
    const Resources copy = sum;
    Resources moved = std::move(sum);
    equal = equal && copy == moved;
    contained = contained && copy.contains(Resource("cpus", Scalar{6}));
  });
  CHECK(count == 0);
  CHECK(contained);
  CHECK(equal);
}

TEST_CASE("a bag of four entries is copied, moved and drained without the heap") {
  const Resources total{Resource("cpus", Scalar{8000}), Resource("mem", Scalar{64}),
                        Resource("disk", Scalar{5}), Resource("ports", *Ranges::make({{1, 9}, {20, 30}}))};
  const std::uint64_t count = allocations_of([&] {
    Resources free = total;
    Resources offer = free;
    free -= offer;
    if (!free.empty()) std::abort();
    free += offer;
    const Resources moved = std::move(offer);
    if (!(free == moved) || !free.contains(total)) std::abort();
  });
  CHECK(count == 0);
}

TEST_CASE("quantities of up to four names do without the heap") {
  const Resources a = amounts(4000, 1'024'000, 5000);
  const std::uint64_t count = allocations_of([&] {
    Quantities sum = a.quantities();
    sum += a.quantities();
    sum.add("gpus", Scalar{1000});
    const Quantities copy = sum;
    sum -= copy;
    if (!sum.empty() || !copy.contains(sum)) std::abort();
  });
  CHECK(count == 0);
}

TEST_CASE("views of a bag of plain amounts do without the heap") {
  const Resources a = amounts(1, 2, 3);
  CHECK(allocations_of([&] {
          if (a.unreserved().size() + a.allocatable_to("eng").size() + a.non_revocable().size() != 9)
            std::abort();
        }) == 0);
}

TEST_CASE("whole ranges move between bags without being copied") {
  const Resources total{Resource("cpus", Scalar{1000}), Resource("ports", *Ranges::make({{1, 9}, {20, 30}}))};
  const std::uint64_t count = allocations_of([&] {
    Resources free = total;
    Resources used;
    for (const Resource& item : total) {
      used.add(item);
      free.subtract(item);
    }
    if (!free.empty() || !used.contains(total)) std::abort();
  });
  CHECK(count == 0);
}
