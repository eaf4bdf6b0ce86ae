// In which order a run goes through the agents.
#include <cmath>
#include <stdexcept>

#include "demand_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

AllocatorOptions ordered(std::shared_ptr<AgentOrder> order) {
  AllocatorOptions options;
  options.agent_order = std::move(order);
  return options;
}

// Where does one cpu go? a0 is large and empty, a1 small and empty, a2 large and half full, a3 small and a
// quarter full.
unsigned place(std::shared_ptr<AgentOrder> order, std::string_view unit = "cpus:1") {
  DemandLab lab(ordered(std::move(order)));
  lab.add_framework(9, framework("f9", {"z"}));
  lab.allocator.suppress(fw(9), {});
  const char* totals[] = {"cpus:16", "cpus:4", "cpus:16", "cpus:4"};
  const char* used[] = {"", "", "cpus:8", "cpus:1"};
  for (unsigned a = 0; a < 4; ++a) {
    lab.add_agent(a, totals[a]);
    lab.allocator.allocate(fw(9), ag(a), "z", res(used[a]));
  }
  lab.add(0, "a", {want("job", unit)});
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  return static_cast<unsigned>(grants[0].agent);
}

// On which agents do eight frameworks land that want one cpu each, of two agents with eight?
std::map<unsigned, int> landed(std::shared_ptr<AgentOrder> order) {
  DemandLab lab(ordered(std::move(order)));
  for (unsigned a = 0; a < 2; ++a) lab.add_agent(a, "cpus:8");
  for (unsigned f = 0; f < 8; ++f) lab.add(f, "a", {want("job", "cpus:1")});
  std::map<unsigned, int> count;
  for (const Grant& grant : lab.run()) ++count[static_cast<unsigned>(grant.agent)];
  return count;
}

std::shared_ptr<AgentOrder> by_hostname(std::map<std::string, std::function<double()>> scores) {
  return agent_orders::by("mine", [scores = std::move(scores)](const AgentOrder::Agent& agent) {
    return scores.at(agent.info.hostname)();
  });
}
AgentInfo host(std::string name, std::string_view resources = "cpus:1;mem:100") {
  AgentInfo info = agent(resources);
  info.hostname = std::move(name);
  return info;
}

}  // namespace

TEST_CASE("agent order: with stated demand it is placement") {
  CHECK(place(agent_orders::pack()) == 2);      // half full
  CHECK(place(agent_orders::spread()) == 0);    // empty, and the smaller handle
  CHECK(place(agent_orders::best_fit()) == 3);  // three cpus left
  CHECK(place(agent_orders::best_fit(), "cpus:4") == 1);
  CHECK(place(agent_orders::best_fit(), "cpus:5") == 2);
}

TEST_CASE("agent order: an agent's score is computed anew after each grant") {
  CHECK(landed(agent_orders::pack()) == std::map<unsigned, int>{{0, 8}});
  CHECK(landed(agent_orders::spread()) == std::map<unsigned, int>{{0, 4}, {1, 4}});
  CHECK(landed(agent_orders::best_fit()) == std::map<unsigned, int>{{0, 8}});
}

TEST_CASE("agent order: with whole agents it says who gets which") {
  Lab lab(
      ordered(by_hostname({{"x", [] { return 3.; }}, {"y", [] { return 1.; }}, {"z", [] { return 2.; }}})));
  for (unsigned f = 0; f < 3; ++f) lab.add_framework(f, framework("f" + std::to_string(f), {"a"}));
  unsigned a = 0;
  for (const char* name : {"x", "y", "z"}) lab.allocator.add_agent(ag(a++), host(name), {});
  std::map<unsigned, unsigned> agents;
  for (const Grant& grant : lab.run()) agents[unsigned(grant.framework)] = unsigned(grant.agent);
  CHECK(agents == std::map<unsigned, unsigned>{{0, 1}, {1, 2}, {2, 0}});
}

TEST_CASE("agent order: ties go to the smaller handle") {
  DemandLab lab(ordered(agent_orders::by("same", [](const auto&) { return 7.; })));
  for (const unsigned a : {5u, 2u, 9u}) lab.add_agent(a, "cpus:1");
  lab.add(0, "a", {want("job", "cpus:1")});
  CHECK(lab.grants() == Texts{"f0 a2 a job*1 cpus:1"});
}

TEST_CASE("agent order: NaN and exceptions count as last, not as never") {
  const std::function<double()> answers[] = {[] { return std::nan(""); },
                                             []() -> double { throw std::runtime_error("no score"); }};
  for (const auto& answer : answers) {
    DemandLab lab(ordered(by_hostname({{"bad", answer}, {"good", [] { return 1e300; }}})));
    lab.allocator.add_agent(ag(0), host("bad"), {});
    lab.allocator.add_agent(ag(1), host("good"), {});
    lab.add(0, "a", {want("job", "cpus:1")});
    CHECK(lab.grants() == Texts{"f0 a1 a job*1 cpus:1"});
    lab.state(0, "a", {want("job", "cpus:1")});
    CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1"});
  }
}

TEST_CASE("agent order: a score sees the agent, what is free there, its total and the cluster") {
  std::vector<std::string> seen;
  DemandLab lab(ordered(agent_orders::by("nosy", [&](const AgentOrder::Agent& agent) {
    seen.push_back(agent.info.hostname + " " + agent.free.str() + " of " + agent.total.str() + " of " +
                   agent.cluster.str());
    return 0.;
  })));
  lab.allocator.add_agent(ag(0), host("x", "cpus:4;ports:[1-2]"), {});
  lab.add(0, "a", {want("job", "cpus:1")});
  lab.add(1, "a", {want("job", "cpus:1")});
  CHECK(lab.run().size() == 2);
  REQUIRE(seen.size() >= 2);
  CHECK(seen[0].substr(0, 9) == "x cpus:4;");
  CHECK(seen[1].substr(0, 9) == "x cpus:3;");
  CHECK(seen[0].find(" of cpus:4") != std::string::npos);
}

TEST_CASE("agent order: shared volumes are not free") {
  std::vector<std::string> seen;
  Lab lab(ordered(agent_orders::by("nosy", [&](const AgentOrder::Agent& agent) {
    seen.push_back(agent.free.str());
    return 0.;
  })));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, Resources{Resource("cpus", Scalar{1000}), volume("v", 50, true)});
  lab.run();
  REQUIRE_FALSE(seen.empty());
  CHECK(seen[0] == "cpus:1");
}

TEST_CASE("agent order: gangs are placed by it, too") {
  DemandLab lab(ordered(agent_orders::best_fit()));
  lab.add_agent(0, "cpus:9");
  lab.add_agent(1, "cpus:3");
  lab.add_agent(2, "cpus:2");
  lab.add(0, "a", {gang("g", "cpus:1", 4)});
  CHECK(lab.grants() == Texts{"f0 a1 a g*2 cpus:2", "f0 a2 a g*2 cpus:2"});
}

TEST_CASE("agent order: agents with gpus still come last when they are kept apart") {
  DemandLab lab(ordered(by_hostname({{"gpus", [] { return -9.; }}, {"none", [] { return 9.; }}})));
  lab.allocator.add_agent(ag(0), host("gpus", "cpus:1;gpus:1"), {});
  lab.allocator.add_agent(ag(1), host("none", "cpus:1"), {});
  lab.add(0, "a", {want("job", "cpus:1")});
  CHECK(lab.grants() == Texts{"f0 a1 a job*1 cpus:1"});
}

TEST_CASE("agent orders have names") {
  CHECK(agent_orders::pack()->name() == "pack");
  CHECK(agent_orders::spread()->name() == "spread");
  CHECK(agent_orders::best_fit()->name() == "best_fit");
  CHECK(agent_orders::by("mine", nullptr)->name() == "mine");
}
