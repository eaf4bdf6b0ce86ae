// Why not me? The reasons that come with quota, constraints, demand, gangs and preemption.
#include "preempt_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

AgentExplanation on(Lab& lab, unsigned f, std::string_view role, unsigned a) {
  return lab.allocator.explain(fw(f), role, ag(a), lab.now);
}
Explanation overall(Lab& lab, unsigned f, std::string_view role) {
  return lab.allocator.explain(fw(f), role, lab.now);
}
Status set_quota(Lab& lab, const RoleQuota& quota) {
  return lab.allocator.update_quota(std::span(&quota, 1), true);
}

}  // namespace

TEST_CASE("why: every reason has its name") {
  const std::pair<Refusal, const char*> names[] = {{Refusal::none, "none"},
                                                   {Refusal::constraint, "constraint"},
                                                   {Refusal::other_region, "other_region"},
                                                   {Refusal::limit, "limit"},
                                                   {Refusal::headroom, "headroom"},
                                                   {Refusal::does_not_fit, "does_not_fit"},
                                                   {Refusal::draining, "draining"},
                                                   {Refusal::claimed, "claimed"},
                                                   {Refusal::nothing_wanted, "nothing_wanted"},
                                                   {Refusal::capability, "capability"},
                                                   {Refusal::gang_incomplete, "gang_incomplete"}};
  for (const auto& [reason, name] : names) CHECK(to_string(reason) == name);
}

TEST_CASE("why: offer constraints, and which of them") {
  DemandLab lab;
  FrameworkInfo info = framework("f0", {"a"});
  info.offer_constraints["a"] = on_rack("r7");
  info.offer_constraints["a"].any.push_back(info.offer_constraints["a"].any[0]);
  info.offer_constraints["a"].any[1].all.insert(
      info.offer_constraints["a"].any[1].all.begin(),
      {.attribute = "rack", .predicate = AttributeConstraint::Predicate::exists});
  lab.add_framework(0, info);
  lab.allocator.add_agent(ag(0), agent_on("r8", "cpus:1;mem:100"), {});
  lab.add_agent(1, "cpus:1;mem:100");
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::constraint);
  CHECK(on(lab, 0, "a", 0).failed_constraint == "group 2, constraint 2: rack equals \"r7\"");
  CHECK(on(lab, 0, "a", 1).failed_constraint == "group 2, constraint 1: rack exists");
  CHECK(on(lab, 0, "a", 0).sentence ==
        "the agent is excluded by its offer constraints (group 2, constraint 2: rack equals \"r7\")");
  CHECK(overall(lab, 0, "a").sentence == "0 of 2 agents: 2 excluded by its offer constraints");
}

TEST_CASE("why: another region") {
  AllocatorOptions options;
  options.region = "north";
  Lab lab(options);
  lab.add_framework(0, framework("f0", {"a"}));
  AgentInfo remote = agent("cpus:1;mem:100");
  remote.region = "south";
  lab.allocator.add_agent(ag(0), remote, {});
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::other_region);
  CHECK(on(lab, 0, "a", 0).sentence == "the agent is in another region");
  CHECK(overall(lab, 0, "a").sentence == "0 of 1 agent: 1 is in another region");
}

TEST_CASE("why: a quota limit, and whose") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a/x"}));
  lab.add_framework(1, framework("f1", {"a/y"}));
  REQUIRE(set_quota(lab, {"a", {{}, QuantityLimits::parse("cpus:2").value()}}));
  lab.add_agent(0, "cpus:2");
  CHECK(lab.next() == "f0 a0 a/x cpus:2");
  lab.add_agent(1, "cpus:2");
  const AgentExplanation why = on(lab, 1, "a/y", 1);
  CHECK(why.reasons == (Refusal::limit | Refusal::below_minimum));
  CHECK(why.limited_by == "a");
  CHECK(why.sentence ==
        "the agent is withheld by a quota limit of role a, and has less free than the minimum");
  const Explanation all = overall(lab, 1, "a/y");
  CHECK(all.limited_by == "a");
  CHECK(all.sentence ==
        "0 of 2 agents: 1 given to others with a smaller share (a/x), 1 withheld by a quota "
        "limit of role a");
}

TEST_CASE("why: headroom, and for whom") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  for (const char* role : {"e", "d", "c", "b"}) {
    REQUIRE(set_quota(lab, {role, {quantities("cpus:1"), {}}}));
  }
  lab.add_agent(0, "cpus:2");
  const AgentExplanation why = on(lab, 0, "a", 0);
  CHECK(why.reasons == (Refusal::headroom | Refusal::below_minimum));
  CHECK(why.headroom_for == std::vector<RoleName>{"b", "c", "d"});  // three at most
  CHECK(why.limited_by.empty());
  CHECK(why.sentence ==
        "the agent is held back for guarantees of others (b, c, d), and has less free than the minimum");
  CHECK(overall(lab, 0, "a").headroom_for == std::vector<RoleName>{"b", "c", "d"});
  CHECK(overall(lab, 0, "a").sentence == "0 of 1 agent: 1 held back for guarantees of others (b, c, d)");
}

TEST_CASE("why: headroom is for those who are owed what is held back, not for one's own role or above") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a/x"}));
  REQUIRE(set_quota(lab, {"a", {quantities("cpus:1"), {}}}));
  REQUIRE(set_quota(lab, {"b", {quantities("gpus:1"), {}}}));
  REQUIRE(set_quota(lab, {"c", {quantities("mem:100"), {}}}));
  REQUIRE(set_quota(lab, {"a/x/below", {quantities("mem:1"), {}}}));
  lab.add_agent(0, "mem:100");
  CHECK(on(lab, 0, "a/x", 0).reasons == (Refusal::headroom | Refusal::below_minimum));
  CHECK(on(lab, 0, "a/x", 0).headroom_for == std::vector<RoleName>{"a/x/below", "c"});
}

TEST_CASE("why: no unit fits, none is wanted") {
  DemandLab lab;
  lab.add(0, "a", {want("job", "cpus:4", 7)});
  lab.add_agent(0, "cpus:2");
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::does_not_fit);
  CHECK(on(lab, 0, "a", 0).sentence == "the agent has no room for a unit of its demands");
  CHECK(overall(lab, 0, "a").sentence == "0 of 1 agent: 1 has no room for a unit of its demands");
  CHECK(overall(lab, 0, "a").open_units == 7);
  lab.state(0, "a", {want("job", "cpus:1")});
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::none);
  lab.run();
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::nothing_wanted);
  CHECK(on(lab, 0, "a", 0).sentence == "the agent is spared because none of its demands is open");
  CHECK(overall(lab, 0, "a").sentence == "0 of 1 agent: 1 spared because none of its demands is open");
  CHECK(overall(lab, 0, "a").open_units == 0);
}

TEST_CASE("why: the constraints of a demand, and its filters") {
  DemandLab lab;
  Demand job = want("job", "cpus:1", 9);
  job.constraints = on_rack("r7");
  lab.add(0, "a", {job});
  lab.add_agent(0, "cpus:2");
  lab.allocator.add_agent(ag(1), agent_on("r7", "cpus:2"), {});
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::constraint);
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.allocator.reopen(grants[0], 2);
  lab.decline(grants[0], 5s);
  lab.run();
  CHECK(on(lab, 0, "a", 1).reasons == Refusal::filtered);
  CHECK(on(lab, 0, "a", 1).filtered_until == lab.now + 5s);
  CHECK(on(lab, 0, "a", 1).sentence == "the agent is refused by its own filter for another 5 s");
}

TEST_CASE("why: the agent drains") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.allocator.deactivate_agent(ag(0), true);
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::draining);
  CHECK(on(lab, 0, "a", 0).sentence == "the agent is draining");
  CHECK(overall(lab, 0, "a").sentence == "0 of 1 agent: 1 is draining");
  lab.allocator.deactivate_agent(ag(0), false);
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::agent_inactive);
}

TEST_CASE("why: the agent waits for somebody else's demand") {
  PreemptLab lab;
  lab.add_agent(0, "cpus:2");
  lab.add(0, "a", {want("none", "unicorns:1")});
  lab.start(1, 0, "a", 0, "cpus:2");
  lab.add(1, "a", {want("job", "cpus:2", 1, 5)});
  lab.add_framework(2, framework("f2", {"b"}));
  CHECK(lab.victims() == Tags{1});
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  CHECK(on(lab, 2, "b", 0).reasons == Refusal::claimed);
  CHECK(on(lab, 2, "b", 0).sentence == "the agent waits for a demand for which tasks were preempted there");
  CHECK(overall(lab, 2, "b").sentence ==
        "0 of 1 agent: 1 waits for a demand for which tasks were preempted there");
  CHECK(on(lab, 1, "a", 0).reasons == Refusal::does_not_fit);  // it is the one
}

TEST_CASE("why: a gang that is not complete") {
  DemandLab lab;
  lab.add_agent(0, "cpus:3");
  lab.add(0, "a", {gang("g", "cpus:2", 2)});
  CHECK(lab.grants().empty());
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::gang_incomplete);
  CHECK(on(lab, 0, "a", 0).sentence == "the agent could take a unit of its gang, which is not complete");
  CHECK(overall(lab, 0, "a").sentence ==
        "0 of 1 agent: 1 could take a unit of its gang, which is not complete");
  CHECK(overall(lab, 0, "a").open_units == 2);
}

TEST_CASE("why: a capability that it lacks") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, Resources{revocable("cpus", 2)});
  CHECK(on(lab, 0, "a", 0).reasons == Refusal::capability);
  CHECK(on(lab, 0, "a", 0).sentence == "the agent has only what needs a capability that it lacks");
}

TEST_CASE("why: who holds something there, and since when") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:4;mem:100");
  lab.now += 10s;
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:100");
  lab.now += 10s;
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:2");
  CHECK(lab.next() == "f1 a0 b cpus:2");
  lab.now += 10s;
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  lab.allocator.allocate(fw(2), ag(0), "c", res("cpus:1"));
  const AgentExplanation why = on(lab, 0, "a", 0);
  std::map<std::string, TimePoint> since;
  for (const AgentExplanation::Holder& holder : why.holders) {
    since[holder.framework.str() + " " + holder.role.str()] = holder.since;
  }
  CHECK(since == std::map<std::string, TimePoint>{{"f0 a", TimePoint() + 10s},
                                                  {"f1 b", TimePoint() + 20s},
                                                  {" c", TimePoint::min()}});  // no run granted it
  lab.give_back({fw(1), ag(0), "b", {}}, "cpus:1");
  CHECK_FALSE(lab.next().empty());
  for (const AgentExplanation::Holder& holder : on(lab, 0, "a", 0).holders) {
    if (holder.since != TimePoint::min()) CHECK(holder.since >= TimePoint() + 10s);
  }
}

TEST_CASE("why: behind whom, those with most agents first") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  const char* roles[] = {"b", "c", "d", "e"};
  for (unsigned f = 0; f < 4; ++f) lab.add_framework(f + 1, framework("g" + std::to_string(f), {roles[f]}));
  lab.allocator.allocate(fw(0), ag(0), "a", {});
  lab.add_agent(0, "cpus:100;mem:100");
  CHECK(lab.next() == "f0 a0 a cpus:100;mem:100");
  const unsigned sizes[] = {1, 3, 2, 1};
  unsigned agents = 1;
  for (unsigned f = 0; f < 4; ++f) {
    for (unsigned other = 0; other < 4; ++other) lab.allocator.suppress(fw(other + 1), {});
    lab.allocator.revive(fw(f + 1), {});
    for (unsigned i = 0; i < sizes[f]; ++i) {
      lab.add_agent(agents, "cpus:1;mem:1");
      CHECK(lab.next() ==
            "f" + std::to_string(f + 1) + " a" + std::to_string(agents) + " " + roles[f] + " cpus:1;mem:1");
      ++agents;
    }
  }
  CHECK(overall(lab, 0, "a").behind == std::vector<RoleName>{"c", "d", "b"});
  CHECK(overall(lab, 0, "a").sentence ==
        "0 of 8 agents: 7 given to others with a smaller share (c, d, b), 1 has nothing free");
  CHECK(on(lab, 0, "a", 2).sentence ==
        "the agent is given to others with a smaller share (c), and has nothing free");
}
