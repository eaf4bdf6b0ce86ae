// The search for the smallest share, against a look at all of them.
#include <set>
#include <vector>

#include "allocator/cluster_total.hpp"
#include "allocator/share_search.hpp"
#include "mesoscore/rng.hpp"
#include "support/catch.hpp"

namespace {

using namespace mesoscore;
using namespace mesoscore::allocation;

struct Child {
  std::vector<std::int64_t> held;
  std::uint32_t times = 0;
  double weight = 1;
  bool active = true;
};

std::int64_t some_amount(Rng& rng) {
  switch (rng.below(20)) {
    case 0:
      return -5;  // a sum that has wrapped around
    case 1:
      return INT64_MAX;
    default:
      return static_cast<std::int64_t>(rng.below(4));
  }
}

Child some_child(Rng& rng, std::size_t resources) {
  Child child;
  for (std::size_t r = 0; r < resources; ++r) child.held.push_back(some_amount(rng));
  child.times = static_cast<std::uint32_t>(rng.below(4));
  child.weight = rng.below(3) == 0 ? 0.5 + static_cast<double>(rng.below(3)) : 1;
  child.active = rng.below(8) != 0;
  return child;
}

// What is alike: so many grants of the same.
Child child_with(std::uint32_t grants, std::size_t resources) {
  Child child;
  for (std::size_t r = 0; r < resources; ++r)
    child.held.push_back(static_cast<std::int64_t>(grants * (r + 1)));
  child.times = grants;
  return child;
}

struct Siblings {
  std::vector<Child> children;
  std::size_t resources;
  ShareSearch search;

  void tell(std::uint32_t rank) {
    const Child& child = children[rank];
    search.set(rank, child.held, child.times, child.weight, child.active);
  }
  void tell_all() {
    search.reset(children.size(), resources);
    for (std::uint32_t rank = 0; rank < children.size(); ++rank) tell(rank);
    search.finish();
  }
  void change(std::uint32_t rank, Child child) {
    children[rank] = std::move(child);
    tell(rank);
    search.raise(rank);
  }
  ShareSearch::Place place(std::uint32_t rank, const std::vector<std::int64_t>& total) const {
    const Child& child = children[rank];
    return {dominant_share(child.held, total) / child.weight, child.times, rank};
  }
  ShareSearch::Place expected(const std::vector<std::int64_t>& total,
                              const std::vector<bool>& accepted) const {
    ShareSearch::Place best;
    for (std::uint32_t rank = 0; rank < children.size(); ++rank) {
      if (children[rank].active && accepted[rank]) best = std::min(best, place(rank, total));
    }
    return best;
  }
  // What is found, and how many were asked.
  std::pair<ShareSearch::Place, std::size_t> found(const std::vector<std::int64_t>& total,
                                                   const std::vector<bool>& accepted) const {
    ShareSearch::Place best;
    std::multiset<std::uint32_t> asked;
    search.search(total, best, [&](const ShareSearch::Place& each, ShareSearch::Place& least) {
      asked.insert(each.rank);
      REQUIRE(each == place(each.rank, total));
      REQUIRE(each < least);
      if (accepted[each.rank]) least = each;
    });
    for (const std::uint32_t rank : asked) REQUIRE(asked.count(rank) == 1);
    return {best, asked.size()};
  }
};

}  // namespace

TEST_CASE("ShareSearch finds the first child that is accepted, for any totals") {
  Rng rng(11);
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = 1 + rng.below(40);
    Siblings siblings{{}, rng.below(4), {}};
    for (std::size_t i = 0; i < count; ++i) siblings.children.push_back(some_child(rng, siblings.resources));
    siblings.tell_all();
    for (int step = 0; step < 60; ++step) {
      if (step > 0) {
        siblings.change(static_cast<std::uint32_t>(rng.below(count)), some_child(rng, siblings.resources));
      }
      std::vector<std::int64_t> total;
      for (std::size_t r = 0; r < siblings.resources; ++r)
        total.push_back(static_cast<std::int64_t>(rng.below(9)));
      std::vector<bool> accepted(count, true);
      const bool choosy = rng.below(2) == 0;
      for (std::size_t i = 0; choosy && i < count; ++i) accepted[i] = rng.below(4) == 0;
      REQUIRE(siblings.found(total, accepted).first == siblings.expected(total, accepted));
    }
  }
}

TEST_CASE("ShareSearch asks only the first child where grants are alike") {
  constexpr std::uint32_t kChildren = 37;
  Siblings siblings{std::vector<Child>(kChildren, child_with(0, 3)), 3, {}};
  siblings.tell_all();
  Rng rng(12);
  const std::vector<bool> everybody(kChildren, true);
  for (std::uint32_t step = 0; step < 500; ++step) {
    std::vector<std::int64_t> total;
    for (int r = 0; r < 3; ++r) total.push_back(1 + static_cast<std::int64_t>(rng.below(1000)));
    const auto [place, asked] = siblings.found(total, everybody);
    REQUIRE(place.rank == step % kChildren);  // one after the other
    REQUIRE(asked == 1);
    siblings.change(place.rank, child_with(place.times_chosen + 1, 3));
  }
}
