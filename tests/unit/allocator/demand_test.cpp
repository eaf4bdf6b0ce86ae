// Stated demand: what is open, for how long, and who gets what is left. demand_cut_test.cpp: what is cut out.
#include "demand_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// One framework that wants so many units of one cpu in role a.
DemandLab lab_wanting(std::uint32_t units) {
  DemandLab lab;
  lab.add(0, "a", {want("job", "cpus:1", units)});
  return lab;
}

}  // namespace

TEST_CASE("demand: exactly what is wanted is offered, the rest is for others") {
  DemandLab lab = lab_wanting(2);
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:5;mem:100;ports:[1-3]");
  CHECK(lab.grants() == Texts{"f0 a0 a job*2 cpus:2", "f1 a0 b cpus:3;mem:100;ports:[1-3]"});
  CHECK(lab.open(0, "a") == 0);
}

TEST_CASE("demand: a grant names demand, units, priority and statement") {
  DemandLab lab;
  lab.add(0, "a", {want("job", "cpus:1", 2, 7)});
  lab.add_agent(0, "cpus:5");
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  CHECK(grants[0].demand == "job");
  CHECK(grants[0].units == 2);
  CHECK(grants[0].priority == 7);
  CHECK(grants[0].statement != 0);
}

TEST_CASE("demand: with no unit open nothing is offered") {
  DemandLab lab = lab_wanting(1);
  lab.add_agent(0, "cpus:1;mem:100");
  CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1"});
  lab.add_agent(1, "cpus:4;mem:100");
  CHECK(lab.grants().empty());
}

TEST_CASE("demand: an agent without room for a unit is not offered") {
  DemandLab lab;
  lab.add(0, "a", {want("job", "cpus:2;mem:50")});
  lab.add_agent(0, "cpus:1.999;mem:100");
  lab.add_agent(1, "cpus:4;mem:49");
  lab.add_agent(2, "cpus:4");
  CHECK(lab.grants().empty());
  lab.add_agent(3, "cpus:2;mem:50");
  CHECK(lab.grants() == Texts{"f0 a3 a job*1 cpus:2;mem:50"});
}

TEST_CASE("demand: units come from as many agents as it takes") {
  DemandLab lab = lab_wanting(5);
  for (unsigned a = 0; a < 2; ++a) lab.add_agent(a, "cpus:2");
  CHECK(lab.grants() == Texts{"f0 a0 a job*2 cpus:2", "f0 a1 a job*2 cpus:2"});
  CHECK(lab.open(0, "a") == 1);
  lab.add_agent(2, "cpus:2");
  CHECK(lab.grants() == Texts{"f0 a2 a job*1 cpus:1"});
}

TEST_CASE("demand: the more important one first, then the one that was stated earlier") {
  DemandLab lab;
  lab.add(0, "a",
          {want("low", "cpus:1", 1, -1), want("first", "cpus:1"), want("second", "cpus:1"),
           want("high", "cpus:1", 1, 5)});
  for (unsigned a = 0; a < 4; ++a) {
    lab.add_agent(a, "cpus:1");
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    CHECK(grants[0].demand == Texts{"high", "first", "second", "low"}[a]);
    CHECK(grants[0].priority == std::vector<int>{5, 0, 0, -1}[a]);
  }
}

TEST_CASE("demand: several demands of one framework on one agent") {
  DemandLab lab;
  lab.add(0, "a", {want("small", "cpus:1", 9), want("large", "cpus:4", 1, 1)});
  lab.add_agent(0, "cpus:6");
  CHECK(lab.grants() == Texts{"f0 a0 a large*1 cpus:4", "f0 a0 a small*2 cpus:2"});
  CHECK(lab.open(0, "a") == 7);
}

TEST_CASE("demand: one that does not fit leaves the agent to the next") {
  DemandLab lab;
  lab.add(0, "a", {want("large", "cpus:4", 1, 1), want("small", "cpus:1")});
  lab.add_agent(0, "cpus:2");
  CHECK(lab.grants() == Texts{"f0 a0 a small*1 cpus:1"});
}

TEST_CASE("demand: units are open again when an offer ends unused, not when a task ends") {
  DemandLab lab = lab_wanting(3);
  lab.add_agent(0, "cpus:3");
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.give_back(grants[0], "cpus:1");  // of a task
  CHECK(lab.open(0, "a") == 0);
  CHECK(lab.grants().empty());
  lab.allocator.reopen(grants[0], 2);
  CHECK(lab.open(0, "a") == 2);
  CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1"});
}

TEST_CASE("demand: more than was granted is not reopened, nor more than was stated") {
  DemandLab lab = lab_wanting(3);
  lab.add_agent(0, "cpus:1");
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.allocator.reopen(grants[0], 2);
  CHECK(lab.open(0, "a") == 3);
  lab.allocator.reopen(grants[0], 1);  // a second time
  CHECK(lab.open(0, "a") == 3);
  lab.allocator.reopen(grants[0], 0);
  CHECK(lab.open(0, "a") == 3);
}

TEST_CASE("demand: what was granted for demands that were replaced opens nothing") {
  DemandLab lab = lab_wanting(1);
  lab.add_agent(0, "cpus:1");
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.state(0, "a", {want("job", "cpus:1", 4)});  // the same id
  lab.add_agent(1, "cpus:3");
  lab.run();
  CHECK(lab.open(0, "a") == 1);
  lab.allocator.reopen(grants[0], 1);
  CHECK(lab.open(0, "a") == 1);
  lab.state(0, "a", {});
  lab.allocator.reopen(grants[0], 1);
  CHECK(lab.open(0, "a") == 0);
  lab.state(0, "a", {want("job", "cpus:1", 5)});
  lab.add_agent(2, "cpus:3");
  lab.run();
  lab.allocator.reopen(grants[0], 1);
  CHECK(lab.open(0, "a") == 2);
}

TEST_CASE("demand: new demands replace the old ones, offered or not") {
  DemandLab lab = lab_wanting(4);
  lab.add_agent(0, "cpus:1");
  lab.run();
  lab.state(0, "a", {want("other", "cpus:2")});
  CHECK(lab.open(0, "a") == 1);
  lab.add_agent(1, "cpus:4");
  CHECK(lab.grants() == Texts{"f0 a1 a other*1 cpus:2"});
}

TEST_CASE("demand: no demands mean whole agents again") {
  DemandLab lab = lab_wanting(1);
  lab.add_agent(0, "cpus:4;mem:100");
  CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1"});
  lab.state(0, "a", {});
  CHECK(lab.grants() == Texts{"f0 a0 a cpus:3;mem:100"});
}

TEST_CASE("demand: each role of a framework has its own") {
  DemandLab lab;
  lab.add_framework(0, framework("f0", {"a", "b"}));
  lab.state(0, "a", {want("job", "cpus:1")});
  lab.add_agent(0, "cpus:4;mem:100");
  CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1", "f0 a0 b cpus:3;mem:100"});
}

TEST_CASE("demand: the demands of a role end with its subscription") {
  DemandLab lab = lab_wanting(1);
  lab.allocator.update_framework(fw(0), framework("f0", {"b"}), {});
  lab.allocator.update_framework(fw(0), framework("f0", {"a"}), {});
  CHECK(lab.open(0, "a") == 0);
  lab.add_agent(0, "cpus:4;mem:100");
  CHECK(lab.grants() == Texts{"f0 a0 a cpus:4;mem:100"});
}

TEST_CASE("demand: a demand is over with its time") {
  DemandLab lab;
  lab.now += 1h;
  lab.add(0, "a", {want_within(10s, "job", "cpus:1", 3), want("patient", "cpus:8")});
  lab.add_agent(0, "cpus:1");
  CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1"});
  CHECK(lab.allocator.next_deadline() == lab.now + 10s);
  lab.now += 10s - 1ns;
  lab.run();
  CHECK(lab.expired().empty());
  lab.now += 1ns;
  lab.add_agent(1, "cpus:1");  // too late
  CHECK(lab.grants().empty());
  CHECK(lab.expired() == Texts{"f0 a job*2"});
  CHECK(lab.expired().empty());  // once
  CHECK(lab.open(0, "a") == 1);  // the patient one
  CHECK(lab.allocator.next_deadline() == kNever);
}

TEST_CASE("demand: what is over opens nothing any more, and nothing more is offered") {
  DemandLab lab;
  lab.add(0, "a", {want_within(10s, "job", "cpus:1", 2)});
  lab.add_agent(0, "cpus:1");
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.now += 10s;
  lab.run();
  lab.allocator.reopen(grants[0], 1);
  lab.give_back(grants[0]);
  CHECK(lab.open(0, "a") == 0);
  CHECK(lab.grants().empty());  // not whole agents: that takes an empty statement
}

TEST_CASE("demand: one that was served in time, or replaced, does not expire") {
  DemandLab lab;
  lab.add(0, "a", {want_within(10s, "job", "cpus:1")});
  lab.add(1, "b", {want_within(10s, "old", "cpus:9")});
  lab.add_agent(0, "cpus:1");
  lab.run();
  lab.state(1, "b", {want_within(20s, "new", "cpus:9")});
  lab.now += 15s;
  lab.run();
  CHECK(lab.expired().empty());
  lab.now += 5s;
  lab.run();
  CHECK(lab.expired() == Texts{"f1 b new*1"});
}

TEST_CASE("demand: time passes for suppressed and disconnected frameworks, too") {
  DemandLab lab;
  lab.add(0, "a", {want_within(10s, "x", "cpus:1")});
  lab.add(1, "b", {want_within(5s, "y", "cpus:1", 2)});
  lab.allocator.suppress(fw(0), {});
  lab.allocator.deactivate_framework(fw(1));
  lab.add_agent(0, "cpus:1");
  CHECK(lab.grants().empty());
  lab.now = lab.allocator.next_deadline();
  CHECK(lab.now == TimePoint() + 5s);
  lab.run();
  CHECK(lab.expired() == Texts{"f1 b y*2"});
  lab.now += 5s;
  lab.run();
  CHECK(lab.expired() == Texts{"f0 a x*1"});
}

TEST_CASE("demand: suppressed frameworks keep their demands, revived ones are served") {
  DemandLab lab = lab_wanting(1);
  lab.allocator.suppress(fw(0), {});
  lab.add_agent(0, "cpus:2");
  CHECK(lab.grants().empty());
  lab.allocator.revive(fw(0), {});
  CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1"});
}

TEST_CASE("demand: filters hold for units that they contain, on their agent") {
  DemandLab lab = lab_wanting(1);
  lab.add_agent(0, "cpus:4");
  std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.allocator.reopen(grants[0], 1);
  lab.decline(grants[0], 10s);
  CHECK(lab.grants().empty());
  lab.state(0, "a", {want("two", "cpus:2")});  // more than was refused
  CHECK(lab.grants() == Texts{"f0 a0 a two*1 cpus:2"});
  lab.state(0, "a", {want("job", "cpus:1")});
  CHECK(lab.grants().empty());
  lab.add_agent(1, "cpus:1");
  CHECK(lab.grants() == Texts{"f0 a1 a job*1 cpus:1"});
}

TEST_CASE("demand: a filter that ends brings the agent back") {
  DemandLab lab = lab_wanting(1);
  lab.add_agent(0, "cpus:4");
  std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.allocator.reopen(grants[0], 1);
  lab.decline(grants[0], 10s);
  lab.run();
  lab.now += 10s;
  CHECK(lab.grants() == Texts{"f0 a0 a job*1 cpus:1"});
}

TEST_CASE("demand: there is no minimum for what is stated") {
  DemandLab lab;
  lab.add(0, "a", {want("tiny", "cpus:0.001"), want("port", "ports:1")});
  lab.add_agent(0, "cpus:1;mem:31;ports:[5-9]");
  CHECK(lab.grants() == Texts{"f0 a0 a port*1 ports:[5-5]", "f0 a0 a tiny*1 cpus:0.001"});
}

TEST_CASE("demand: constraints of the demand and those of the role hold") {
  DemandLab lab;
  FrameworkInfo info = framework("f0", {"a"});
  info.offer_constraints["a"] = {{{{{.attribute = "rack",
                                     .predicate = AttributeConstraint::Predicate::text_not_equals,
                                     .text = "r9"}}}}};
  lab.add_framework(0, info);
  Demand picky = want("picky", "cpus:1", 8);
  picky.constraints = on_rack("r7");
  Demand impossible = want("impossible", "cpus:1", 8);
  impossible.constraints = on_rack("r9");
  lab.state(0, "a", {picky, impossible});
  lab.allocator.add_agent(ag(0), agent_on("r7", "cpus:2"), {});
  lab.allocator.add_agent(ag(1), agent_on("r8", "cpus:2"), {});
  lab.allocator.add_agent(ag(2), agent_on("r9", "cpus:2"), {});
  CHECK(lab.grants() == Texts{"f0 a0 a picky*2 cpus:2"});
  lab.allocator.update_agent(ag(1), agent_on("r7", "cpus:2"));
  CHECK(lab.grants() == Texts{"f0 a1 a picky*2 cpus:2"});
}

TEST_CASE("demand: quota bounds it like any offer") {
  DemandLab lab = lab_wanting(5);
  const RoleQuota quota{"a", {{}, QuantityLimits::parse("cpus:2.5").value()}};
  REQUIRE(lab.allocator.update_quota(std::span(&quota, 1), false));
  lab.add_agent(0, "cpus:8");
  CHECK(lab.grants() == Texts{"f0 a0 a job*2 cpus:2"});
  CHECK(lab.grants().empty());
  CHECK(lab.open(0, "a") == 3);
}
