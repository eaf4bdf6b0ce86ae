// Agents and frameworks come, change and go; what is held follows.
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

}  // namespace

TEST_CASE("a removed framework frees what it held, without a filter") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a", "b"}));
  lab.add_framework(1, framework("f1", {"a"}));
  for (unsigned a = 0; a < 4; ++a) lab.add_agent(a, "cpus:1;mem:100");
  lab.run();
  lab.allocator.remove_framework(fw(0));
  CHECK(lab.allocator.allocated("b").empty());
  lab.run();
  CHECK(lab.allocator.allocated(fw(1), "a") == quantities("cpus:4;mem:400"));
  lab.allocator.remove_framework(fw(1));
  for (unsigned a = 0; a < 4; ++a) CHECK(lab.allocator.available(ag(a)) == res("cpus:1;mem:100"));
  CHECK(lab.allocator.dominant_share("a") == 0);
}

TEST_CASE("a removed agent takes what was held there out of the shares") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:3;mem:300");
  lab.add_agent(1, "cpus:1;mem:100");
  lab.run();
  CHECK(lab.allocator.total() == quantities("cpus:4;mem:400"));
  lab.allocator.remove_agent(ag(0));
  CHECK(lab.allocator.total() == quantities("cpus:1;mem:100"));
  CHECK(lab.allocator.allocated("a") == quantities("cpus:1;mem:100"));
  CHECK(lab.allocator.available(ag(0)).empty());
  lab.allocator.recover(fw(0), ag(0), "a", res("cpus:3;mem:300"), nullptr, lab.now);  // too late
  CHECK(lab.next().empty());
}

TEST_CASE("what a framework holds when an agent is added is not offered and counts") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  const Holding held[] = {{fw(0), "a", res("cpus:1;mem:100")}, {fw(0), "c", res("mem:50")}};
  lab.allocator.add_agent(ag(0), agent("cpus:4;mem:400"), held);
  CHECK(lab.allocator.allocated(fw(0), "c") == quantities("mem:50"));  // although it is not in that role
  CHECK(lab.next() == "f1 a0 b cpus:3;mem:250");
  lab.allocator.recover(fw(0), ag(0), "c", res("mem:50"), nullptr, lab.now);
  CHECK(lab.allocator.allocated("c").empty());
  CHECK(lab.next() == "f0 a0 a mem:50");
}

TEST_CASE("what an unknown framework holds counts from the start, and is its own once it is added") {
  Lab lab;
  const Holding held[] = {{fw(3), "a", res("cpus:1")}};
  lab.allocator.add_agent(ag(0), agent("cpus:4;mem:400"), held);
  CHECK(lab.allocator.available(ag(0)) == res("cpus:3;mem:400"));
  CHECK(lab.next().empty());
  lab.add_framework(3, framework("f3", {"a"}));
  CHECK(lab.allocator.allocated(fw(3), "a") == quantities("cpus:1"));
  CHECK(lab.next() == "f3 a0 a cpus:3;mem:400");
}

TEST_CASE("allocate() takes from what is free") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;mem:400");
  lab.allocator.allocate(fw(0), ag(0), "a", res("cpus:1"));
  CHECK(lab.allocator.available(ag(0)) == res("cpus:3;mem:400"));
  CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:1"));
}

TEST_CASE("an agent that shrinks below what is held offers nothing until that fits again") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;mem:400");
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:400");
  lab.allocator.update_agent(ag(0), agent("cpus:2;mem:500"));
  CHECK(lab.allocator.available(ag(0)) == res("mem:100"));
  CHECK(lab.next() == "f0 a0 a mem:100");
  lab.allocator.recover(fw(0), ag(0), "a", res("cpus:2"), nullptr, lab.now);
  CHECK(lab.allocator.available(ag(0)).empty());
  lab.allocator.recover(fw(0), ag(0), "a", res("cpus:1"), nullptr, lab.now);
  CHECK(lab.allocator.available(ag(0)) == res("cpus:1"));
}

TEST_CASE("giving back more than was held gives back what was held") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;mem:400");
  lab.run();
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:9;disk:7");
  CHECK(lab.allocator.available(ag(0)) == res("cpus:4"));
  CHECK(lab.allocator.allocated("a") == quantities("mem:400"));
  lab.give_back({fw(0), ag(0), "b", {}}, "mem:400");  // not its role
  CHECK(lab.allocator.allocated("a") == quantities("mem:400"));
}

TEST_CASE("an inactive agent offers nothing and keeps its place in the total") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;mem:400");
  lab.allocator.deactivate_agent(ag(0));
  CHECK(lab.next().empty());
  CHECK(lab.allocator.total() == quantities("cpus:4;mem:400"));
  lab.allocator.activate_agent(ag(0));
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:400");
}

TEST_CASE("a framework that leaves a role keeps what it holds there") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;mem:400");
  lab.run();
  lab.allocator.update_framework(fw(0), framework("f0", {"b"}), {});
  CHECK(lab.allocator.allocated("a") == quantities("cpus:4;mem:400"));
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1;mem:100");
  CHECK(lab.next() == "f0 a0 b cpus:1;mem:100");
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:3;mem:300");
  CHECK(lab.allocator.allocated("a").empty());
  CHECK(lab.allocator.dominant_share(fw(0)) == Approx(1.0 / 4));
}

TEST_CASE("events that name nobody are ignored") {
  Lab lab;
  lab.allocator.remove_framework(fw(7));
  lab.allocator.activate_framework(fw(7));
  lab.allocator.suppress(fw(7), {});
  lab.allocator.revive(fw(7), {});
  lab.allocator.update_framework(fw(7), framework("f7", {"a"}), {});
  lab.allocator.remove_agent(ag(7));
  lab.allocator.activate_agent(ag(7));
  lab.allocator.update_agent(ag(7), agent("cpus:1"));
  lab.allocator.allocate(fw(7), ag(7), "a", res("cpus:1"));
  lab.allocator.recover(fw(7), ag(7), "a", res("cpus:1"), nullptr, lab.now);
  CHECK(lab.next().empty());
  CHECK(lab.allocator.dominant_share("a") == 0);
  CHECK(lab.allocator.dominant_share(fw(7)) == 0);
  CHECK(lab.allocator.allocated(fw(7), "a").empty());
}

TEST_CASE("absurd amounts come and go without a trace") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;mem:400");
  for (unsigned a = 1; a < 4; ++a) {
    lab.add_agent(a, Resources{Resource("cpus", Scalar{INT64_MAX})});
  }
  lab.run();
  CHECK(lab.allocator.dominant_share("a") >= 0);
  for (unsigned a = 1; a < 4; ++a) lab.allocator.remove_agent(ag(a));
  CHECK(lab.allocator.total() == quantities("cpus:4;mem:400"));
  CHECK(lab.allocator.allocated("a") == quantities("cpus:4;mem:400"));
  CHECK(lab.allocator.dominant_share("a") == 1);
}

TEST_CASE("roles and frameworks that come and go leave nothing behind") {
  Lab lab;
  lab.add_agent(0, "cpus:4;mem:400");
  for (unsigned i = 0; i < 200; ++i) {
    const std::string role = "r" + std::to_string(i % 7) + "/x" + std::to_string(i);
    lab.add_framework(i % 3, framework("f" + std::to_string(i), {role}));
    CHECK(lab.run().size() == 1);
    lab.allocator.remove_framework(fw(i % 3));
    CHECK(lab.allocator.allocated(role).empty());
  }
  CHECK(lab.next().empty());
}
