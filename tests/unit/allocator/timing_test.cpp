// When there is something to do: deadlines, the batch delay, pauses.
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

AllocatorOptions delayed(Duration delay) {
  AllocatorOptions options;
  options.batch_delay = delay;
  return options;
}

}  // namespace

TEST_CASE("an idle allocator has no deadline, and a run without an event grants nothing") {
  Lab lab;
  CHECK(lab.allocator.next_deadline() == kNever);
  lab.add_framework(0, framework("f0", {"a"}));
  CHECK(lab.allocator.next_deadline() <= lab.now);
  CHECK(lab.next().empty());
  CHECK(lab.allocator.next_deadline() == kNever);
  lab.add_agent(0, "cpus:1;mem:100");
  CHECK(lab.allocator.next_deadline() <= lab.now);
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
  CHECK(lab.allocator.next_deadline() == kNever);
}

TEST_CASE("each event that can lead to an offer leads to a run") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.run();
  const auto due = [&] { return lab.allocator.next_deadline() <= lab.now; };
  lab.allocator.suppress(fw(0), {});
  CHECK_FALSE(due());
  REQUIRE(lab.allocator.set_weight("a", 2));
  CHECK_FALSE(due());
  lab.allocator.deactivate_agent(ag(0));
  CHECK_FALSE(due());
  lab.allocator.activate_agent(ag(0));
  CHECK(due());
  lab.run();
  CHECK_FALSE(due());
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:0.5");
  CHECK(due());
  CHECK(lab.next().empty());  // suppressed
  lab.allocator.revive(fw(0), {});
  CHECK(due());
  CHECK(lab.next() == "f0 a0 a cpus:0.5");
}

TEST_CASE("a batch delay collects events: the run comes so long after the first") {
  Lab lab(delayed(100ms));
  lab.now = TimePoint(1h);
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  // These events do not tell the time: the delay counts from the first call that does.
  CHECK(lab.allocator.next_deadline() <= lab.now);
  CHECK(lab.next().empty());
  CHECK(lab.allocator.next_deadline() == lab.now + 100ms);
  lab.now += 60ms;
  lab.add_agent(1, "cpus:1;mem:100");
  CHECK(lab.next().empty());
  lab.now += 39ms;
  CHECK(lab.next().empty());
  lab.now += 1ms;
  CHECK(lab.run().size() == 2);
  CHECK(lab.allocator.next_deadline() == kNever);
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  CHECK(lab.allocator.next_deadline() == lab.now + 100ms);
}

TEST_CASE("with a batch delay the end of a filter is offered so long after it") {
  Lab lab(delayed(100ms));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.run();
  lab.now += 100ms;
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.decline(grants.front(), 5s);
  CHECK(lab.allocator.next_deadline() == lab.now + 100ms);
  lab.now += 100ms;
  CHECK(lab.next().empty());
  CHECK(lab.allocator.next_deadline() == lab.now + 5s);  // 4.9 s and the delay
  lab.now += 4950ms;
  CHECK(lab.next().empty());
  lab.now += 50ms;
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
}

TEST_CASE("a filter shorter than the batch delay still holds for the run after it") {
  Lab lab(delayed(1s));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.run();
  lab.now += 1s;
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.decline(grants.front(), 10ms);
  lab.now += 1s;
  CHECK(lab.next() == "f1 a0 b cpus:1;mem:100");
}

TEST_CASE("while paused nothing is granted, and what is due is not forgotten") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.allocator.pause();
  lab.allocator.pause();
  CHECK(lab.allocator.next_deadline() == kNever);
  CHECK(lab.next().empty());
  lab.allocator.resume();
  CHECK(lab.next().empty());
  lab.allocator.resume();
  CHECK(lab.allocator.next_deadline() <= lab.now);
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
  lab.allocator.resume();  // once too often
  lab.allocator.pause();
  lab.add_agent(1, "cpus:1;mem:100");
  CHECK(lab.next().empty());
}

TEST_CASE("time that goes backwards is not believed") {
  Lab lab;
  lab.now = TimePoint(10s);
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.decline(grants.front(), 5s);
  lab.run();
  lab.now = TimePoint(15s);
  CHECK(lab.run().size() == 1);
  lab.now = TimePoint(1s);
  lab.add_agent(1, "cpus:1;mem:100");
  CHECK(lab.run().size() == 1);
}
