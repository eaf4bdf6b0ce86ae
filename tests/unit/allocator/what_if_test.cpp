// Forks: what would happen if, without its happening.
#include "demand_lab.hpp"
#include "mesoscore/policies/random.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// A busy little cluster under a random policy, so that the generator matters.
DemandLab busy(std::uint64_t seed) {
  DemandLab lab({}, policies::random(), seed);
  for (unsigned a = 0; a < 6; ++a) lab.add_agent(a, "cpus:4;mem:400");
  for (unsigned f = 0; f < 4; ++f) {
    lab.add_framework(f, framework("f" + std::to_string(f), {RoleName(std::string(1, "abcd"[f]))}));
  }
  lab.state(2, "c", {want("job", "cpus:1", 4), gang("g", "cpus:3", 9, 0, 40s)});
  for (const Grant& grant : lab.run()) {
    if (grant.agent == ag(1)) lab.decline(grant, 10s);
    if (grant.agent == ag(2)) lab.give_back(grant);
  }
  return lab;
}

std::string run(Allocator& allocator, TimePoint now) {
  std::vector<Grant> grants;
  allocator.run(now, grants);
  std::string out;
  for (const Grant& grant : grants) out += what(grant) + "\n";
  std::vector<ExpiredDemand> expired;
  allocator.take_expired(expired);
  for (const ExpiredDemand& each : expired) out += each.demand.str() + " expired\n";
  return out;
}

// The same events to any allocator, and what comes of them.
std::string play_on(Allocator& allocator, TimePoint now) {
  std::string out;
  for (int round = 0; round < 12; ++round) {
    now += 5s;
    const Filters filters{7s};
    const unsigned f = static_cast<unsigned>(round) % 4;
    allocator.recover(fw(f), ag(static_cast<unsigned>(round) % 6), std::string(1, "abcd"[f]),
                      res("cpus:2;mem:100"), round % 3 == 0 ? &filters : nullptr, now);
    if (round == 4) allocator.add_agent(ag(7), agent("cpus:9;mem:900"), {});
    if (round == 6) allocator.revive(fw(1), {});
    if (round == 8) allocator.remove_agent(ag(0));
    out += run(allocator, now) + "--\n";
    out += allocator.explain(fw(f), std::string(1, "abcd"[f]), now).sentence + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("what if: a fork and its original go on alike when the same happens to them") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    DemandLab lab = busy(seed);
    Allocator fork = lab.allocator.fork();
    const std::string of_fork = play_on(fork, lab.now);
    CHECK(of_fork.find("cpus") != std::string::npos);
    CHECK(of_fork == play_on(lab.allocator, lab.now));
  }
}

TEST_CASE("what if: whatever happens to a fork, its original does not know") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    DemandLab lab = busy(seed), untouched = busy(seed);
    {
      Allocator fork = lab.allocator.fork();
      REQUIRE(fork.set_weight("a", 9));
      const RoleQuota quota{"b", {quantities("cpus:20"), {}}};
      REQUIRE(fork.update_quota(std::span(&quota, 1), true));
      REQUIRE(fork.set_demands(fw(2), "c", {}, lab.now));
      fork.remove_framework(fw(0));
      fork.deactivate_agent(ag(3), true);
      fork.remove_agent(ag(4));
      play_on(fork, lab.now);
    }
    CHECK(lab.allocator.weight("a") == 1);
    CHECK(lab.allocator.quota("b").is_default());
    CHECK(lab.allocator.total() == untouched.allocator.total());
    CHECK(play_on(lab.allocator, lab.now) == play_on(untouched.allocator, untouched.now));
  }
}

TEST_CASE("what if: and the other way round, whatever happens to the original") {
  DemandLab lab = busy(3), untouched = busy(3);
  Allocator fork = lab.allocator.fork();
  play_on(lab.allocator, lab.now);
  CHECK(play_on(fork, lab.now) == play_on(untouched.allocator, untouched.now));
}

TEST_CASE("what if a role had another weight?") {
  DemandLab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:2");
  lab.add_agent(1, "cpus:1");
  lab.allocator.allocate(fw(1), ag(1), "b", res("cpus:1"));
  Allocator fork = lab.allocator.fork();
  REQUIRE(fork.set_weight("b", 1000));
  fork.allocate(fw(0), ag(0), "a", res("cpus:1"));
  CHECK(run(fork, lab.now) == "f1 a0 b cpus:1\n");
  CHECK(run(lab.allocator, lab.now) == "f0 a0 a cpus:2\n");
}

TEST_CASE("what if a role had a quota?") {
  DemandLab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;mem:100");
  Allocator fork = lab.allocator.fork();
  const RoleQuota quota{"b", {quantities("cpus:3"), {}}};
  REQUIRE(fork.update_quota(std::span(&quota, 1), false));
  CHECK(run(fork, lab.now) == "f0 a0 a cpus:1;mem:100\n");
  CHECK(run(lab.allocator, lab.now) == "f0 a0 a cpus:4;mem:100\n");
}

TEST_CASE("what if an agent were drained?") {
  DemandLab lab;
  lab.add_agent(0, "cpus:2");
  lab.add_agent(1, "cpus:2");
  lab.add(0, "a", {want("job", "cpus:1", 4)});
  Allocator fork = lab.allocator.fork();
  fork.deactivate_agent(ag(1), true);
  CHECK(run(fork, lab.now) == "f0 a0 a job*2 cpus:2\n");
  CHECK(fork.open_units(fw(0), "a") == 2);
  CHECK(lab.open(0, "a") == 4);
  CHECK(lab.run().size() == 2);
}

TEST_CASE("what if this were accepted and that declined?") {
  DemandLab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:2");
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  Allocator accepted = lab.allocator.fork(), declined = lab.allocator.fork();
  accepted.recover(fw(0), ag(0), "a", res("cpus:1"), nullptr, lab.now);
  CHECK(run(accepted, lab.now) == "f1 a0 b cpus:1\n");
  const Filters filters{1h};
  declined.recover(fw(0), ag(0), "a", grants[0].resources, &filters, lab.now);
  CHECK(run(declined, lab.now) == "f1 a0 b cpus:2\n");
  CHECK(lab.allocator.available(ag(0)).empty());
  CHECK(lab.grants().empty());
}

TEST_CASE("a fork outlives its original, and can be forked and moved") {
  auto lab = std::make_unique<DemandLab>(busy(1));
  Allocator first = lab->allocator.fork();
  Allocator second = first.fork();
  const std::string expected = play_on(lab->allocator, lab->now);
  const TimePoint now = TimePoint();
  lab.reset();
  Allocator moved = std::move(second);
  CHECK(play_on(first, now) == expected);
  CHECK(play_on(moved, now) == expected);
}

TEST_CASE("a fork has what is due, what has expired and who has paused") {
  DemandLab lab;
  lab.add(0, "a", {want_within(1s, "job", "cpus:1")});
  lab.now += 2s;
  lab.run();
  lab.add_agent(0, "cpus:1");
  lab.allocator.pause();
  Allocator fork = lab.allocator.fork();
  std::vector<ExpiredDemand> expired;
  fork.take_expired(expired);
  CHECK(expired.size() == 1);
  CHECK(lab.expired() == Texts{"f0 a job*1"});
  CHECK(fork.next_deadline() == kNever);
  fork.resume();
  CHECK(fork.next_deadline() <= lab.now);
  CHECK(lab.allocator.next_deadline() == kNever);
}
