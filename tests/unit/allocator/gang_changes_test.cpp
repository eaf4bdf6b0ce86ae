// A gang that collects while agents and frameworks come, go and change.
#include "demand_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Agents a0 to a2 of four cpus, on racks r0 to r2. f9 uses two on a0 and all of the others; f0 wants a gang
// of six units of one cpu.
DemandLab collecting() {
  DemandLab lab;
  lab.add_framework(9, framework("f9", {"z"}));
  lab.allocator.suppress(fw(9), {});
  for (unsigned a = 0; a < 3; ++a) {
    lab.allocator.add_agent(ag(a), agent_on("r" + std::to_string(a), "cpus:4"), {});
    lab.allocator.allocate(fw(9), ag(a), "z", res(a == 0 ? "cpus:2" : "cpus:4"));
  }
  lab.add(0, "a", {gang("g", "cpus:1", 6)});
  CHECK(lab.grants().empty());
  lab.give_back({fw(9), ag(0), "z", {}}, "cpus:1");  // collected in two pieces
  CHECK(lab.grants().empty());
  CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:3"));
  return lab;
}
bool holds_nothing(DemandLab& lab) { return lab.allocator.allocated(fw(0), "a").empty(); }

}  // namespace

TEST_CASE("a gang forgets what it has collected on an agent that is removed") {
  DemandLab lab = collecting();
  lab.allocator.remove_agent(ag(0));
  CHECK(holds_nothing(lab));
  CHECK(lab.open(0, "a") == 6);
  for (const unsigned a : {1u, 2u}) lab.give_back({fw(9), ag(a), "z", {}}, "cpus:3");
  CHECK(lab.grants() == Texts{"f0 a1 a g*3 cpus:3", "f0 a2 a g*3 cpus:3"});
}

TEST_CASE("a gang lets go of an agent that is deactivated") {
  DemandLab lab = collecting();
  lab.allocator.deactivate_agent(ag(0), true);
  CHECK(holds_nothing(lab));
  CHECK(lab.free(0) == "cpus:3");
  CHECK(lab.grants().empty());
  lab.allocator.activate_agent(ag(0));
  CHECK(lab.grants().empty());
  CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:3"));
}

TEST_CASE("a gang is never granted more than an agent has left after it shrank") {
  DemandLab lab = collecting();
  lab.allocator.update_agent(ag(0), agent_on("r0", "cpus:2"));  // one is f9's
  lab.give_back({fw(9), ag(1), "z", {}}, "cpus:3");
  CHECK(lab.grants().empty());
  CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:4"));
  lab.give_back({fw(9), ag(2), "z", {}}, "cpus:2");
  const std::vector<Grant> grants = lab.run();
  std::uint32_t units = 0;
  for (const Grant& grant : grants) {
    units += grant.units;
    if (grant.agent == ag(0)) CHECK(grant.resources == res("cpus:1"));
  }
  CHECK(units == 6);
}

TEST_CASE("a gang lets go of an agent that does not meet its constraints any more") {
  for (const bool of_the_role : {false, true}) {
    DemandLab lab = collecting();
    OfferConstraints not_r7 = on_rack("r7");
    not_r7.any[0].all[0].predicate = AttributeConstraint::Predicate::text_not_equals;
    Demand demand = gang("g", "cpus:1", 6);
    FrameworkInfo info = framework("f0", {"a"});
    of_the_role ? void(info.offer_constraints["a"] = not_r7) : void(demand.constraints = not_r7);
    lab.allocator.update_framework(fw(0), info, {});
    lab.state(0, "a", {demand});
    CHECK(lab.grants().empty());
    CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:3"));
    lab.allocator.update_agent(ag(0), agent_on("r7", "cpus:4"));
    CHECK(lab.grants().empty());
    CHECK(holds_nothing(lab));
  }
}

TEST_CASE("a gang lets go when the constraints of its role change") {
  DemandLab lab = collecting();
  FrameworkInfo info = framework("f0", {"a"});
  info.offer_constraints["a"] = on_rack("r1");
  lab.allocator.update_framework(fw(0), info, {});
  CHECK(lab.grants().empty());
  CHECK(holds_nothing(lab));
}

TEST_CASE("a gang of a framework that is suppressed lets go, and collects again when it is revived") {
  DemandLab lab = collecting();
  lab.allocator.suppress(fw(0), {});
  CHECK(holds_nothing(lab));
  CHECK(lab.free(0) == "cpus:3");
  CHECK(lab.open(0, "a") == 6);
  CHECK(lab.grants().empty());
  CHECK(holds_nothing(lab));
  lab.allocator.revive(fw(0), {});
  CHECK(lab.grants().empty());
  CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:3"));
}

TEST_CASE("a gang of a framework that is disconnected lets go") {
  DemandLab lab = collecting();
  lab.allocator.deactivate_framework(fw(0));
  CHECK(holds_nothing(lab));
  lab.add_framework(1, framework("f1", {"b"}));
  CHECK(lab.grants() == Texts{"f1 a0 b cpus:3"});
  CHECK(lab.open(0, "a") == 6);
}

TEST_CASE("a gang lets go when its demand is replaced, its role left or its framework removed") {
  for (const int how : {0, 1, 2}) {
    DemandLab lab = collecting();
    if (how == 0) lab.state(0, "a", {want("other", "cpus:9")});
    if (how == 1) lab.allocator.update_framework(fw(0), framework("f0", {"c"}), {});
    if (how == 2) lab.allocator.remove_framework(fw(0));
    CHECK(lab.allocator.allocated("a").empty());
    CHECK(lab.free(0) == "cpus:3");
    lab.add_framework(1, framework("f1", {"b"}));
    if (how == 1) lab.allocator.suppress(fw(0), {});
    CHECK(lab.grants() == Texts{"f1 a0 b cpus:3"});
    CHECK(lab.expired().empty());
  }
}

TEST_CASE("a gang gives back only its own: what its framework uses on the agent stays") {
  DemandLab lab = collecting();
  lab.give_back({fw(9), ag(0), "z", {}}, "cpus:1");
  lab.allocator.allocate(fw(0), ag(0), "a", res("cpus:1"));
  lab.allocator.suppress(fw(0), {});
  CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:1"));
  CHECK(lab.free(0) == "cpus:3");
}

TEST_CASE("a gang that has become impossible lets go") {
  DemandLab lab = collecting();
  lab.allocator.remove_agent(ag(1));
  lab.allocator.remove_agent(ag(2));
  lab.add_framework(1, framework("f1", {"b"}));
  CHECK(lab.grants() == Texts{"f1 a0 b cpus:3"});
  CHECK(holds_nothing(lab));
}
