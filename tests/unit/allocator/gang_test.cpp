// Gangs: all units at once or none; the first collects, and no two wait for each other.
#include "demand_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Agents a0, a1, ... of so many cpus; f9 of role z uses some of those of each, and wants no more.
DemandLab cluster(const std::vector<std::pair<int, int>>& cpus_and_used) {
  DemandLab lab;
  lab.add_framework(9, framework("f9", {"z"}));
  lab.allocator.suppress(fw(9), {});
  for (unsigned a = 0; a < cpus_and_used.size(); ++a) {
    const auto [cpus, used] = cpus_and_used[a];
    lab.add_agent(a, "cpus:" + std::to_string(cpus));
    if (used > 0) lab.allocator.allocate(fw(9), ag(a), "z", res("cpus:" + std::to_string(used)));
  }
  return lab;
}
void ends(DemandLab& lab, unsigned a, int cpus) {
  lab.give_back({fw(9), ag(a), "z", {}}, "cpus:" + std::to_string(cpus));
}
std::string held(DemandLab& lab, unsigned f, std::string_view role) {
  return lab.allocator.allocated(fw(f), role).str();
}

}  // namespace

TEST_CASE("gang: all units in one run, over as many agents as it takes") {
  DemandLab lab = cluster({{4, 0}, {4, 0}});
  lab.add(0, "a", {gang("g", "cpus:2", 3)});
  CHECK(lab.grants() == Texts{"f0 a0 a g*2 cpus:4", "f0 a1 a g*1 cpus:2"});
  CHECK(lab.open(0, "a") == 0);
  CHECK(lab.free(1) == "cpus:2");
}

TEST_CASE("gang: it collects what comes free until it is complete") {
  DemandLab lab = cluster({{2, 0}, {2, 2}, {2, 2}});
  lab.add(0, "a", {gang("g", "cpus:2", 3)});
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a") == "cpus:2");  // counts as offered to it
  CHECK(lab.free(0).empty());
  CHECK(lab.open(0, "a") == 3);
  ends(lab, 1, 1);  // half a unit
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a") == "cpus:2");
  ends(lab, 1, 1);
  CHECK(lab.grants().empty());
  ends(lab, 2, 2);
  CHECK(lab.grants() == Texts{"f0 a0 a g*1 cpus:2", "f0 a1 a g*1 cpus:2", "f0 a2 a g*1 cpus:2"});
  CHECK(lab.open(0, "a") == 0);
}

TEST_CASE("gang: others get nothing of what it collects, and all that it does not") {
  DemandLab lab = cluster({{3, 0}, {2, 2}});
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add(0, "a", {gang("g", "cpus:2", 2)});
  CHECK(lab.grants() == Texts{"f1 a0 b cpus:1"});
}

TEST_CASE("gang: with its time it is over and lets go of everything at once") {
  DemandLab lab = cluster({{2, 0}, {2, 2}});
  lab.add(0, "a", {gang("g", "cpus:2", 2, 0, 1min)});
  CHECK(lab.grants().empty());
  lab.add_framework(1, framework("f1", {"b"}));
  lab.now += 1min - 1ns;
  CHECK(lab.grants().empty());
  CHECK(lab.expired().empty());
  CHECK(lab.allocator.next_deadline() == TimePoint() + 1min);
  lab.now += 1ns;
  CHECK(lab.grants() == Texts{"f1 a0 b cpus:2"});
  CHECK(lab.expired() == Texts{"f0 a g*2"});
  CHECK(held(lab, 0, "a").empty());
  CHECK(lab.open(0, "a") == 0);
}

TEST_CASE("gang: of the same priority the one that was stated earlier collects") {
  DemandLab lab = cluster({{1, 0}, {1, 1}});
  lab.add(1, "b", {gang("first", "cpus:1", 2)});
  lab.add(0, "a", {gang("second", "cpus:1", 2)});
  CHECK(lab.grants().empty());
  CHECK(held(lab, 1, "b") == "cpus:1");
  CHECK(held(lab, 0, "a").empty());
  ends(lab, 1, 1);
  CHECK(lab.grants() == Texts{"f1 a0 b first*1 cpus:1", "f1 a1 b first*1 cpus:1"});
}

TEST_CASE("gang: a more important one takes over what another has collected") {
  DemandLab lab = cluster({{1, 0}, {1, 1}});
  lab.add(0, "a", {gang("low", "cpus:1", 2, 1)});
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a") == "cpus:1");
  lab.add(1, "b", {gang("high", "cpus:1", 2, 2)});
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a").empty());
  CHECK(held(lab, 1, "b") == "cpus:1");
  CHECK(lab.open(0, "a") == 2);  // it waits for its turn
  lab.state(1, "b", {});
  lab.allocator.suppress(fw(1), {});
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a") == "cpus:1");
}

TEST_CASE("gang: of the gangs of one framework, too, only one collects") {
  DemandLab lab = cluster({{1, 0}, {1, 1}});
  lab.add(0, "a", {gang("g", "cpus:1", 2), gang("h", "cpus:1", 2)});
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a") == "cpus:1");
  ends(lab, 1, 1);
  CHECK(lab.grants() == Texts{"f0 a0 a g*1 cpus:1", "f0 a1 a g*1 cpus:1"});
  CHECK(lab.open(0, "a") == 2);
}

TEST_CASE("gang: one that does not collect is served when all of it fits at once") {
  DemandLab lab = cluster({{3, 0}, {2, 2}});
  lab.add(0, "a", {gang("big", "cpus:2", 2, 1)});
  lab.add(1, "b", {gang("two", "cpus:1", 2), gang("one", "cpus:1", 1)});
  CHECK(lab.grants() == Texts{"f1 a0 b one*1 cpus:1"});
  CHECK(held(lab, 0, "a") == "cpus:2");
  CHECK(lab.open(1, "b") == 2);
}

TEST_CASE("gang: one for which the agents are too small collects nothing and is in nobody's way") {
  DemandLab lab = cluster({{3, 1}, {3, 1}});
  lab.add(0, "a", {gang("wide", "cpus:4", 1, 9), gang("many", "cpus:3", 3, 8)});
  lab.add(1, "b", {gang("fits", "cpus:3", 2, -5)});
  ends(lab, 0, 1);
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a").empty());
  CHECK(held(lab, 1, "b") == "cpus:3");
  lab.add_agent(2, "cpus:4");  // now one of them is possible
  CHECK(lab.grants() == Texts{"f0 a2 a wide*1 cpus:4"});
}

TEST_CASE("gang: agents that it may not be offered do not make it possible") {
  // a0 has room for one of two units, a1 for more.
  const auto collects = [](const FrameworkInfo& info, const AgentInfo& large, AllocatorOptions options = {}) {
    DemandLab lab(std::move(options));
    lab.allocator.add_agent(ag(0), agent_on("r2", "cpus:1"), {});
    lab.allocator.add_agent(ag(1), large, {});
    lab.allocator.allocate(fw(9), ag(1), "z", res("cpus:2"));
    lab.add_framework(0, info);
    lab.state(0, "a", {gang("g", "cpus:1", 2)});
    CHECK(lab.grants().empty());
    return !held(lab, 0, "a").empty();
  };
  const FrameworkInfo info = framework("f0", {"a"});
  AgentInfo large = agent_on("r1", "cpus:2");
  CHECK(collects(info, large));
  FrameworkInfo choosy = info;
  choosy.offer_constraints["a"] = on_rack("r2");
  CHECK_FALSE(collects(choosy, large));
  AllocatorOptions never;
  never.gpu_agents = AllocatorOptions::GpuAgents::never;
  CHECK_FALSE(collects(info, agent("cpus:2;gpus:1"), never));
  CHECK(collects(with(info, FrameworkCapability::gpu_resources), agent("cpus:2;gpus:1"), never));
  large.region = "south";
  AllocatorOptions at_home;
  at_home.region = "north";
  CHECK_FALSE(collects(info, large, at_home));
  CHECK(collects(with(info, FrameworkCapability::region_aware), large, at_home));
}

TEST_CASE("gang: one that can never be offered its agents does not keep others from collecting") {
  for (const bool by_constraint : {true, false}) {
    DemandLab lab = cluster({{1, 0}, {1, 1}});
    lab.add_agent(2, "gpus:2");
    FrameworkInfo info = framework("f0", {"a"});
    if (by_constraint) info.offer_constraints["a"] = on_rack("nowhere");
    lab.add_framework(0, info);
    lab.state(0, "a", {gang("g", by_constraint ? "cpus:1" : "gpus:1", 2, 9)});  // it does not see gpus
    lab.add(1, "b", {gang("h", "cpus:1", 2)});
    CHECK(lab.grants().empty());
    CHECK(held(lab, 1, "b") == "cpus:1");
  }
}

TEST_CASE("gang: absurd units are impossible, whatever the limit") {
  DemandLab lab = cluster({{2, 0}});
  const RoleQuota quota{"a", {{}, QuantityLimits::parse("cpus:3").value()}};
  REQUIRE(lab.allocator.update_quota(std::span(&quota, 1), false));
  lab.add(0, "a", {gang("g", "cpus:9000000000000000", kMaxDemandCount, 9)});
  lab.add(1, "b", {gang("h", "cpus:1", 2)});
  CHECK(lab.grants() == Texts{"f1 a0 b h*2 cpus:2"});
}

TEST_CASE("gang: one that its role's limit cannot hold collects nothing") {
  DemandLab lab = cluster({{2, 0}, {2, 2}});
  const RoleQuota quota{"a", {{}, QuantityLimits::parse("cpus:3").value()}};
  REQUIRE(lab.allocator.update_quota(std::span(&quota, 1), false));
  lab.add(0, "a/x", {gang("g", "cpus:2", 2)});
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a/x").empty());
}

TEST_CASE("gang: constraints say which agents it may use") {
  DemandLab lab;
  lab.allocator.add_agent(ag(0), agent_on("r1", "cpus:2"), {});
  lab.allocator.add_agent(ag(1), agent_on("r2", "cpus:2"), {});
  Demand demand = gang("g", "cpus:1", 3);
  demand.constraints = on_rack("r1");
  lab.add(0, "a", {demand});
  CHECK(lab.grants().empty());
  CHECK(held(lab, 0, "a").empty());
  lab.allocator.add_agent(ag(2), agent_on("r1", "cpus:9"), {});
  CHECK(lab.grants() == Texts{"f0 a0 a g*2 cpus:2", "f0 a2 a g*1 cpus:1"});
}

TEST_CASE("gang: what it has refused is not collected again") {
  DemandLab lab = cluster({{1, 0}, {1, 0}});
  lab.add(0, "a", {gang("g", "cpus:1", 2)});
  for (const Grant& grant : lab.run()) {
    lab.allocator.reopen(grant, grant.units);
    lab.decline(grant, grant.agent == ag(0) ? Duration(1h) : Duration::zero());
  }
  CHECK(lab.open(0, "a") == 2);
  CHECK(lab.grants().empty());
  CHECK(lab.free(0) == "cpus:1");
  CHECK(held(lab, 0, "a") == "cpus:1");
}

TEST_CASE("gang: units that were declined are a smaller gang with the same deadline") {
  DemandLab lab = cluster({{1, 0}, {1, 0}, {1, 0}});
  lab.add(0, "a", {gang("g", "cpus:1", 3, 4, 1min)});
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 3);
  lab.now += 30s;
  for (const unsigned i : {0u, 1u}) {
    lab.allocator.reopen(grants[i], 1);
    lab.decline(grants[i], 1s);
  }
  CHECK(lab.open(0, "a") == 2);
  CHECK(lab.grants().empty());
  lab.add_agent(3, "cpus:1");
  CHECK(lab.grants().empty());  // one of two
  CHECK(held(lab, 0, "a") == "cpus:2");
  lab.now += 30s;
  lab.run();
  CHECK(lab.expired() == Texts{"f0 a g*2"});
  CHECK(held(lab, 0, "a") == "cpus:1");  // what is used
}

TEST_CASE("gang: ordinary demands of the framework are served meanwhile") {
  DemandLab lab = cluster({{3, 0}, {2, 2}});
  lab.add(0, "a", {gang("g", "cpus:2", 2), want("job", "cpus:1", 3, -1)});
  CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1"});
  CHECK(lab.open(0, "a") == 4);
}
