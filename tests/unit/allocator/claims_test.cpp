// An agent on which tasks were preempted waits for the demand for which that was done.
#include "preempt_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Task 1 of f0, on the only agent, is being preempted for f1's "job"; f2 takes whatever it gets. Then the
// task has ended.
struct Claimed : PreemptLab {
  explicit Claimed(std::string_view agent = "cpus:2", std::uint32_t units = 1) {
    add_agent(0, agent);
    add(0, "a", {want("none", "unicorns:1")});
    start(1, 0, "a", 0, agent);
    add(1, "a", {want("job", "cpus:2", units, 5)});
    add_framework(2, framework("f2", {"b"}));
    CHECK(victims() == Tags{1});
    CHECK(victims().empty());  // it is being killed
    tasks_left = tasks.size();
  }
  std::size_t tasks_left;
};

}  // namespace

TEST_CASE("a claim: the demand is served, nobody else") {
  Claimed lab("cpus:3");
  lab.allocator.suppress(fw(1), {});
  lab.allocator.revive(fw(1), {});
  lab.end(1);
  CHECK(lab.grants() == Texts{"f1 a0 a job*1 cpus:2", "f2 a0 b cpus:1"});  // then it is over
}

TEST_CASE("a claim: others wait while too little has come free") {
  Claimed lab;
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  CHECK(lab.grants().empty());
  CHECK(lab.free(0) == "cpus:1");
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  CHECK(lab.grants() == Texts{"f1 a0 a job*1 cpus:2"});
}

TEST_CASE("a claim: another demand of the same framework has to wait, too") {
  PreemptLab lab;
  lab.add_agent(0, "cpus:2");
  lab.add(0, "a", {want("none", "unicorns:1")});
  lab.start(1, 0, "a", 0, "cpus:2");
  lab.add(1, "a", {want("job", "cpus:2", 1, 5), want("small", "cpus:1", 1, -1)});
  CHECK(lab.victims() == Tags{1});
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  CHECK(lab.grants().empty());
}

TEST_CASE("a claim ends with claim_timeout") {
  AllocatorOptions options;
  options.claim_timeout = 5s;
  PreemptLab lab(options);
  lab.add_agent(0, "cpus:2");
  lab.add(0, "a", {want("none", "unicorns:1")});
  lab.start(1, 0, "a", 0, "cpus:2");
  lab.add(1, "a", {want("job", "cpus:2", 1, 5)});
  lab.add_framework(2, framework("f2", {"b"}));
  CHECK(lab.victims() == Tags{1});
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  lab.now += 5s - 1ns;
  CHECK(lab.grants().empty());
  CHECK(lab.allocator.next_deadline() == TimePoint() + 5s);
  lab.now += 1ns;
  CHECK(lab.grants() == Texts{"f2 a0 b cpus:1"});
  CHECK(lab.allocator.next_deadline() == kNever);
}

TEST_CASE("a claim that ends is something to do, although nothing else has happened") {
  for (const int how : {0, 1, 2, 3, 4}) {
    INFO(how);
    Claimed lab;
    lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
    CHECK(lab.grants().empty());
    CHECK(lab.allocator.next_deadline() > lab.now);
    if (how == 0) lab.allocator.suppress(fw(1), {});
    if (how == 1) lab.allocator.deactivate_framework(fw(1));
    if (how == 2) lab.state(1, "a", {want("other", "cpus:9")});
    if (how == 3) lab.allocator.remove_framework(fw(1));
    if (how == 4) lab.allocator.update_framework(fw(1), framework("f1", {"*"}), std::vector<RoleName>{"*"});
    CHECK(lab.allocator.next_deadline() <= lab.now);
    CHECK(lab.grants() == Texts{"f2 a0 b cpus:1"});
  }
}

TEST_CASE("a claim ends when its demand is served elsewhere") {
  Claimed lab;
  lab.add_agent(1, "cpus:2");
  CHECK(lab.grants() == Texts{"f1 a1 a job*1 cpus:2"});
  lab.end(1);
  CHECK(lab.grants() == Texts{"f2 a0 b cpus:2"});
}

TEST_CASE("a claim ends although what was preempted had ended before its demand was served elsewhere") {
  Claimed lab;
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  CHECK(lab.grants().empty());
  lab.add_agent(1, "cpus:2");
  CHECK(lab.grants().front() == "f1 a1 a job*1 cpus:2");
  if (lab.allocator.next_deadline() <= lab.now) lab.run();
  CHECK(lab.allocator.allocated("b") == quantities("cpus:1"));
}

TEST_CASE("a claim goes with its agent") {
  Claimed lab;
  lab.allocator.remove_agent(ag(0));
  lab.add_agent(0, "cpus:1");
  CHECK(lab.grants() == Texts{"f2 a0 b cpus:1"});
}

TEST_CASE("a demand causes evictions for no more units than were stated, however often it declines") {
  PreemptLab lab;
  lab.add_agent(0, "cpus:1");
  lab.add(0, "a", {want("none", "unicorns:1")});
  lab.add(1, "a", {want("job", "cpus:1", 3, 5)});
  lab.run();
  lab.give_back({fw(1), ag(0), "a", {}}, "cpus:1");
  lab.state(1, "a", {want("job", "cpus:1", 3, 5)});
  std::size_t evicted = 0;
  for (unsigned round = 0; round < 10; ++round) {
    lab.start(round, 0, "a", 0, "cpus:1");
    const Tags victims = lab.victims();
    evicted += victims.size();
    lab.end(round);
    for (const Grant& grant : lab.run()) {
      lab.allocator.reopen(grant, grant.units);
      lab.decline(grant, 0s);
    }
  }
  CHECK(evicted == 3);
}

TEST_CASE("the tasks of an agent that has evictions already are spared") {
  PreemptLab lab;
  lab.add_agent(0, "cpus:2");
  lab.add(0, "a", {want("none", "unicorns:1")});
  lab.start(1, 0, "a", 0, "cpus:1");
  lab.start(2, 0, "a", 0, "cpus:1");
  lab.add(1, "a", {want("job", "cpus:1", 1, 5)});
  CHECK(lab.victims() == Tags{1});
  lab.add(2, "a", {want("job", "cpus:1", 1, 9)});
  CHECK(lab.victims().empty());
  lab.end(1);
  CHECK(lab.grants() == Texts{"f1 a0 a job*1 cpus:1"});
  CHECK(lab.victims() == Tags{2});
}
