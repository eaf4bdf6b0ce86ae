// Which tasks have to go for a demand. claims_test.cpp: what happens to the agent then.
#include <cmath>

#include "preempt_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// One agent with so many cpus, and f0 in role a, whose tasks are to be started.
PreemptLab one_agent(int cpus, std::unique_ptr<AllocationPolicy> policy = nullptr) {
  PreemptLab lab({}, std::move(policy));
  lab.add_agent(0, "cpus:" + std::to_string(cpus));
  lab.add(0, "a", {want("none", "unicorns:1")});
  return lab;
}

struct Costs : AllocationPolicy {
  std::function<double(const Victim&, const Want&)> of;
  explicit Costs(std::function<double(const Victim&, const Want&)> f) : of(std::move(f)) {}
  std::string_view name() const noexcept override { return "costs"; }
  double key(const Node&, Rng&) override { return 0; }
  bool preempts() const noexcept override { return true; }
  double cost(const Victim& victim, const Want& want) override { return of(victim, want); }
};

}  // namespace

TEST_CASE("preemption is off unless the policy preempts") {
  for (const int which : {0, 1, 2}) {
    PreemptLab lab = which == 0 ? one_agent(1, policies::priority()) : one_agent(1);
    if (which == 1) lab = PreemptLab(), lab.allocator = Allocator({}, nullptr, Rng(1));
    if (which == 1) lab.add_agent(0, "cpus:1"), lab.add(0, "a", {want("none", "unicorns:1")});
    lab.start(1, 0, "a", 0, "cpus:1");
    lab.add(1, "a", {want("job", "cpus:1", 1, 5)});
    CHECK(lab.victims() == (which == 2 ? Tags{1} : Tags{}));
  }
}

TEST_CASE("preemption: an eviction says which task and for which demand") {
  PreemptLab lab = one_agent(1);
  lab.start(77, 0, "a", 0, "cpus:1");
  lab.add(1, "a", {want("job", "cpus:1", 1, 5)});
  lab.run();
  const std::vector<Eviction> evictions = lab.preempt();
  REQUIRE(evictions.size() == 1);
  CHECK(evictions[0].tag == 77);
  CHECK(evictions[0].for_framework == fw(1));
  CHECK(evictions[0].for_role == "a");
  CHECK(evictions[0].for_demand == "job");
}

TEST_CASE("preemption: the lowest priorities first, and never the demand's own or higher") {
  const auto victims = [](const char* unit, std::int32_t priority) {
    PreemptLab lab = one_agent(3);
    lab.start(3, 0, "a", 0, "cpus:1", 3);
    lab.start(1, 0, "a", 0, "cpus:1", 1);
    lab.start(2, 0, "a", 0, "cpus:1", 2);
    lab.add(1, "a", {want("job", unit, 1, priority)});
    return lab.victims();
  };
  CHECK(victims("cpus:1", 9) == Tags{1});
  CHECK(victims("cpus:2", 9) == Tags{1, 2});
  CHECK(victims("cpus:3", 9) == Tags{1, 2, 3});
  CHECK(victims("cpus:4", 9).empty());
  CHECK(victims("cpus:1", 2) == Tags{1});
  CHECK(victims("cpus:2", 2).empty());
  CHECK(victims("cpus:1", 1).empty());
}

TEST_CASE("preemption: what is free is used, and nobody goes who need not") {
  PreemptLab lab = one_agent(4);  // one is free
  lab.start(1, 0, "a", 0, "cpus:1");
  lab.start(2, 0, "a", 0, "cpus:2");
  lab.add(1, "a", {want("job", "cpus:3", 1, 5)});
  CHECK(lab.victims() == Tags{2});
}

TEST_CASE("preemption: the agent where the least important have to go, then where the fewest") {
  PreemptLab lab = one_agent(2);
  lab.add_agent(1, "cpus:2");
  lab.add_agent(2, "cpus:2");
  lab.start(1, 0, "a", 0, "cpus:1", 1);
  lab.start(2, 0, "a", 0, "cpus:1", 1);
  lab.start(3, 0, "a", 1, "cpus:2", 2);
  lab.start(4, 0, "a", 2, "cpus:2", 1);
  lab.add(1, "a", {want("job", "cpus:2", 3, 5)});
  lab.run();
  const std::vector<Eviction> evictions = lab.preempt();
  Tags order;
  for (const Eviction& each : evictions) order.push_back(each.tag);
  CHECK(order == Tags{4, 1, 2, 3});
}

TEST_CASE("preemption: no role is pushed below its fair share by others") {
  PreemptLab lab = one_agent(4);
  for (const unsigned tag : {1u, 2u, 3u, 4u}) lab.start(tag, 0, "a", 0, "cpus:1");
  lab.add(1, "b", {want("job", "cpus:1", 4, 5)});
  CHECK(lab.victims() == Tags{1, 2});  // each is entitled to a half
}

TEST_CASE("preemption: weights count for the fair share") {
  PreemptLab lab = one_agent(4);
  REQUIRE(lab.allocator.set_weight("a", 3));
  for (const unsigned tag : {1u, 2u, 3u, 4u}) lab.start(tag, 0, "a", 0, "cpus:1");
  lab.add(1, "b", {want("job", "cpus:1", 4, 5)});
  CHECK(lab.victims().size() == 1);
}

TEST_CASE("preemption: within a role there is no fair share") {
  PreemptLab lab = one_agent(4);
  lab.add_framework(2, framework("f2", {"c"}));
  lab.allocator.suppress(fw(2), {});
  for (const unsigned tag : {1u, 2u}) lab.start(tag, 0, "a", 0, "cpus:1");
  lab.start(3, 2, "c", 0, "cpus:2");
  lab.add(1, "a", {want("job", "cpus:1", 4, 5)});
  CHECK(lab.victims() == Tags{1, 2});  // c is at its share, a's own tasks go
}

TEST_CASE("preemption: from the role that is furthest above its fair share") {
  PreemptLab lab = one_agent(12);
  lab.add(2, "b", {want("none", "unicorns:1")});
  for (unsigned tag = 1; tag <= 5; ++tag) lab.start(tag, 0, "a", 0, "cpus:1");
  for (unsigned tag = 11; tag <= 17; ++tag) lab.start(tag, 2, "b", 0, "cpus:1");
  lab.add(1, "c", {want("job", "cpus:1", 1, 5)});
  const Tags one = lab.victims();
  REQUIRE(one.size() == 1);
  CHECK(one[0] > 10);
}

TEST_CASE("preemption: more units than one, over several agents, as far as it goes") {
  PreemptLab lab = one_agent(2);
  lab.add_agent(1, "cpus:2");
  for (const unsigned tag : {1u, 2u}) lab.start(tag, 0, "a", 0, "cpus:1");
  lab.start(3, 0, "a", 1, "cpus:1");
  lab.start(4, 0, "a", 1, "cpus:1", 9);
  lab.add(1, "a", {want("job", "cpus:1", 8, 5)});
  CHECK(lab.victims() == Tags{1, 2, 3});
}

TEST_CASE("preemption: a gang evicts for all of its units or not at all") {
  for (const bool second_can_go : {false, true}) {
    PreemptLab lab = one_agent(1);
    lab.add_agent(1, "cpus:1");
    lab.start(1, 0, "a", 0, "cpus:1");
    lab.start(2, 0, "a", 1, "cpus:1", second_can_go ? 0 : 9);
    lab.add(1, "a", {gang("g", "cpus:1", 2, 5), want("job", "cpus:1", 1, 4)});
    CHECK(lab.victims() == (second_can_go ? Tags{1, 2} : Tags{1}));  // the one is for the ordinary demand
  }
}

TEST_CASE("preemption: what a gang has collected already need not be freed") {
  PreemptLab lab = one_agent(1);
  lab.add_agent(1, "cpus:1");
  lab.start(1, 0, "a", 0, "cpus:1");
  lab.add(1, "a", {gang("g", "cpus:1", 2, 5)});
  CHECK(lab.victims() == Tags{1});
  lab.end(1);
  CHECK(lab.grants() == Texts{"f1 a0 a g*1 cpus:1", "f1 a1 a g*1 cpus:1"});
}

TEST_CASE("preemption: not for demands that are served, nor of frameworks that are not active") {
  PreemptLab lab = one_agent(1);
  lab.start(1, 0, "a", 0, "cpus:1");
  lab.add(1, "a", {want("job", "cpus:1", 1, 5)});
  lab.allocator.suppress(fw(1), {});
  CHECK(lab.victims().empty());
  lab.add_agent(1, "cpus:1");
  lab.allocator.revive(fw(1), {});
  CHECK(lab.victims().empty());
}

TEST_CASE("preemption: not for demands that are over") {
  PreemptLab lab = one_agent(1);
  lab.start(1, 0, "a", 0, "cpus:1");
  lab.add(1, "a", {want_within(10s, "job", "cpus:1", 1, 5)});
  lab.run();
  lab.now += 10s;
  CHECK(lab.preempt().empty());
  lab.now -= 1ns;
  CHECK(lab.preempt().empty());  // time does not go back
}

TEST_CASE("preemption: only on agents that may be offered for the demand") {
  PreemptLab lab = one_agent(1);
  lab.allocator.add_agent(ag(1), agent_on("r1", "cpus:1"), {});
  lab.allocator.add_agent(ag(2), agent_on("r2", "cpus:1"), {});
  for (const unsigned a : {0u, 1u, 2u}) lab.start(a, 0, "a", a, "cpus:1", static_cast<int>(a));
  Demand job = want("job", "cpus:1", 3, 5);
  job.constraints = on_rack("r2");
  lab.add(1, "a", {job});
  lab.allocator.deactivate_agent(ag(2));
  CHECK(lab.victims().empty());
  lab.allocator.activate_agent(ag(2));
  CHECK(lab.victims() == Tags{2});
}

TEST_CASE("preemption: not where the offer would be held back by a filter") {
  PreemptLab lab = one_agent(1);
  lab.add(1, "a", {want("job", "cpus:1", 1, 5)});
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.allocator.reopen(grants[0], 1);
  lab.decline(grants[0], 1h);
  lab.start(1, 0, "a", 0, "cpus:1");
  CHECK(lab.victims().empty());
  lab.now += 1h;
  CHECK(lab.victims() == Tags{1});
}

TEST_CASE("preemption: not for a role that its limit keeps from using what comes free") {
  for (const std::int32_t own : {9, 0}) {
    PreemptLab lab = one_agent(4);
    lab.add(1, "b", {want("job", "cpus:1", 1, 5)});
    const RoleQuota quota{"b", {{}, QuantityLimits::parse("cpus:1").value()}};
    REQUIRE(lab.allocator.update_quota(std::span(&quota, 1), false));
    for (const unsigned tag : {1u, 2u, 3u}) lab.start(tag, 0, "a", 0, "cpus:1");
    lab.start(4, 1, "b", 0, "cpus:1", own);
    CHECK(lab.victims() == (own == 0 ? Tags{4} : Tags{}));  // one of the role's own helps, others do not
  }
}

TEST_CASE("preemption: not for what would be held back for the guarantees of others") {
  for (const bool guaranteed : {false, true}) {
    PreemptLab lab = one_agent(4);
    lab.add(1, "b", {want("job", "cpus:1", 1, 5)});
    const RoleQuota quota{"c", {quantities(guaranteed ? "cpus:2" : "cpus:0.001"), {}}};
    REQUIRE(lab.allocator.update_quota(std::span(&quota, 1), true));
    for (const unsigned tag : {1u, 2u, 3u, 4u}) lab.start(tag, 0, "a", 0, "cpus:1");
    CHECK(lab.victims().size() == (guaranteed ? 0 : 2));  // two make room for a little more than one
    CHECK(lab.allocator.missing_headroom() == quota.quota.guarantee);  // nothing has changed yet
  }
}

TEST_CASE("preemption: not for gpus that the framework does not see") {
  for (const bool capable : {false, true}) {
    PreemptLab lab;
    lab.add_agent(0, "cpus:1;gpus:1");
    lab.add(0, "a", {want("none", "unicorns:1")});
    lab.start(1, 0, "a", 0, "gpus:1");
    lab.add_framework(1, with(framework("f1", {"a"}), FrameworkCapability::gpu_resources, capable));
    lab.state(1, "a", {want("job", "gpus:1", 1, 5)});
    CHECK(lab.victims() == (capable ? Tags{1} : Tags{}));
  }
}

TEST_CASE("preemption: tasks of unknown frameworks, roles and agents are nobody's victims") {
  PreemptLab lab = one_agent(1);
  lab.start(1, 0, "a", 0, "cpus:1");
  lab.add(1, "a", {want("job", "cpus:1", 1, 5)});
  lab.run();
  const Resources all = res("cpus:1");
  const std::vector<RunningTask> tasks = {
      {1, fw(8), ag(0), "a", &all, 0}, {2, fw(0), ag(8), "a", &all, 0}, {3, fw(0), ag(0), "b", &all, 0}};
  CHECK(lab.allocator.preempt(tasks, lab.now).empty());
}

TEST_CASE("preemption: a policy that throws, or answers NaN or infinity, spares the task") {
  const std::function<double()> answers[] = {[] { return std::nan(""); },
                                             [] { return std::numeric_limits<double>::infinity(); },
                                             []() -> double { throw 42; }};
  for (const auto& answer : answers) {
    PreemptLab lab = one_agent(2, std::make_unique<Costs>([&](const auto& victim, const auto&) {
                                 return victim.priority == 1 ? answer() : 7.0;
                               }));
    lab.start(1, 0, "a", 0, "cpus:1", 1);
    lab.start(2, 0, "a", 0, "cpus:1", 2);
    lab.add(1, "a", {want("job", "cpus:1", 2, 5)});
    CHECK(lab.victims() == Tags{2});
  }
}

TEST_CASE("preemption: whatever the policy says, only lower priorities go") {
  PreemptLab lab = one_agent(2, std::make_unique<Costs>([](const auto&, const auto&) { return -1e9; }));
  lab.start(1, 0, "a", 0, "cpus:1", 5);
  lab.start(2, 0, "a", 0, "cpus:1", 6);
  lab.add(1, "b", {want("job", "cpus:1", 1, 5)});
  CHECK(lab.victims().empty());
}

TEST_CASE("preemption: a policy is told whose task it is, and what its role would have left") {
  std::vector<std::string> calls;
  PreemptLab lab = one_agent(
      4, std::make_unique<Costs>([&](const auto& v, const auto& w) {
        calls.push_back(std::string(v.role) + " " + std::string(v.framework) + " " +
                        std::to_string(v.priority) + " " + std::to_string(static_cast<int>(v.share * 100)) +
                        "/" + std::to_string(static_cast<int>(v.fair_share * 100)) + " for " +
                        std::string(w.role) + " " + std::string(w.framework) + " " +
                        std::to_string(w.priority) + " " + std::to_string(static_cast<int>(w.share * 100)));
        return 0.0;
      }));
  lab.start(1, 0, "a", 0, "cpus:3", 1);
  lab.add_framework(1, framework("f1", {"b"}));
  lab.start(2, 1, "b", 0, "cpus:1", 9);
  lab.state(1, "b", {want("job", "cpus:1", 1, 5)});
  CHECK(lab.victims() == Tags{1});
  CHECK(calls == Texts{"a f0 1 0/50 for b f1 5 25"});
}

TEST_CASE("a policy that preempts and does not say at what cost preempts nobody") {
  struct Silent : AllocationPolicy {
    std::string_view name() const noexcept override { return "silent"; }
    double key(const Node&, Rng&) override { return 0; }
    bool preempts() const noexcept override { return true; }
  };
  PreemptLab lab = one_agent(1, std::make_unique<Silent>());
  lab.start(1, 0, "a", 0, "cpus:1");
  lab.add(1, "a", {want("job", "cpus:1", 1, 5)});
  CHECK(lab.victims().empty());
}
