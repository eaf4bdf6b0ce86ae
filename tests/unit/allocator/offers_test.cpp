// What may be offered to whom: minimum, gpus, capabilities, reservations.
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

AllocatorOptions minimum(std::vector<Quantities> any_of) {
  AllocatorOptions options;
  options.min_allocatable = std::move(any_of);
  return options;
}

std::string offered(const std::string& total, AllocatorOptions options = {}) {
  Lab lab(std::move(options));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, total);
  return lab.next();
}

}  // namespace

TEST_CASE("by default an offer has at least 0.01 cpus or 32 MB") {
  CHECK(offered("cpus:0.01") == "f0 a0 a cpus:0.01");
  CHECK(offered("mem:32") == "f0 a0 a mem:32");
  CHECK(offered("cpus:0.009;mem:31.999;disk:1000").empty());
}

TEST_CASE("min_allocatable: one of the sets, with all that it names") {
  const auto options = minimum({quantities("cpus:2;mem:64"), quantities("gpus:1"), quantities("ports:3")});
  CHECK(offered("cpus:2;mem:64", options) == "f0 a0 a cpus:2;mem:64");
  CHECK(offered("cpus:9;mem:63", options).empty());
  CHECK(offered("cpus:1;mem:1;ports:[1-2]", options).empty());
  CHECK(offered("cpus:1;mem:1;ports:[1-2,8-8]", options) == "f0 a0 a cpus:1;mem:1;ports:[1-2,8-8]");
  CHECK(offered("disk:1", minimum({})) == "f0 a0 a disk:1");
}

TEST_CASE("the quantity of a name is the sum over its traits") {
  Lab lab(minimum({quantities("cpus:3")}));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, Resources{Resource("cpus", Scalar{1000}), reserved("cpus", 2, {"a"})});
  CHECK(lab.next() == "f0 a0 a cpus:1;cpus{dynamic=a}:2");
}

TEST_CASE("a framework's own min_allocatable replaces the master's for its role") {
  Lab lab;
  FrameworkInfo info = framework("f0", {"a", "b"});
  info.min_allocatable["a"] = {quantities("cpus:4")};
  info.min_allocatable["b"] = {};
  lab.add_framework(0, info);
  lab.add_agent(0, "cpus:3;mem:1000");
  CHECK(lab.next() == "f0 a0 b cpus:3;mem:1000");
  lab.add_agent(1, "disk:10");
  CHECK(lab.next() == "f0 a1 b disk:10");
  info.min_allocatable.clear();
  lab.give_back({fw(0), ag(0), "b", res("cpus:3;mem:1000")});
  lab.allocator.suppress(fw(0), std::vector<RoleName>{"b"});
  CHECK(lab.next().empty());
  lab.allocator.update_framework(fw(0), info, std::vector<RoleName>{"b"});
  CHECK(lab.next() == "f0 a0 a cpus:3;mem:1000");
}

AllocatorOptions gpus(AllocatorOptions::GpuAgents rule) {
  AllocatorOptions options;
  options.gpu_agents = rule;
  return options;
}

TEST_CASE("with GpuAgents::never, agents with gpus are for frameworks with the capability") {
  Lab lab(gpus(AllocatorOptions::GpuAgents::never));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;gpus:1");
  CHECK(lab.next().empty());
  CHECK(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons == Refusal::needs_gpu_capability);
  lab.add_framework(1, with(framework("f1", {"b"}), FrameworkCapability::gpu_resources));
  CHECK(lab.next() == "f1 a0 b cpus:4;gpus:1");
  lab.give_back({fw(1), ag(0), "b", res("cpus:4;gpus:1")}, "cpus:4");
  lab.allocator.deactivate_framework(fw(1));
  CHECK(lab.next().empty());  // its gpus are in use, but it has gpus
}

TEST_CASE(
    "with GpuAgents::last, agents with gpus come last to those without the capability, and without the "
    "gpus") {
  Lab lab(gpus(AllocatorOptions::GpuAgents::last));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;gpus:1");
  lab.add_agent(1, "cpus:4");
  CHECK(lab.next() == "f0 a1 a cpus:4; f0 a0 a cpus:4");
  lab.add_framework(1, with(framework("f1", {"b"}), FrameworkCapability::gpu_resources));
  lab.give_back({fw(0), ag(0), "a", res("cpus:4")});
  CHECK(lab.next() == "f1 a0 b gpus:1;cpus:4");  // its turn, though f0 holds less than it will
}

TEST_CASE("with GpuAgents::last, whoever wants gpus comes before a smaller share") {
  Lab lab(gpus(AllocatorOptions::GpuAgents::last));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, with(framework("f1", {"b"}), FrameworkCapability::gpu_resources));
  lab.allocator.suppress(fw(0), {});
  lab.add_agent(0, "cpus:4");
  CHECK(lab.next() == "f1 a0 b cpus:4");
  lab.allocator.revive(fw(0), {});
  lab.add_agent(1, "cpus:4;gpus:1");
  CHECK(lab.next() == "f1 a1 b cpus:4;gpus:1");
}

TEST_CASE("the gpu rule can be turned off, and the capability be gained") {
  CHECK(offered("cpus:4;gpus:1", gpus(AllocatorOptions::GpuAgents::like_others)) == "f0 a0 a cpus:4;gpus:1");
  Lab lab(gpus(AllocatorOptions::GpuAgents::never));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:4;gpus:1");
  CHECK(lab.next().empty());
  lab.allocator.update_framework(fw(0), with(framework("f0", {"a"}), FrameworkCapability::gpu_resources), {});
  CHECK(lab.next() == "f0 a0 a cpus:4;gpus:1");
}

TEST_CASE("revocable resources are for frameworks with the capability") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, with(framework("f1", {"b"}), FrameworkCapability::revocable_resources));
  lab.add_agent(0, Resources{Resource("cpus", Scalar{2000}), revocable("cpus", 3)});
  // a is first and takes the regular part; b may have the rest.
  CHECK(lab.next() == "f0 a0 a cpus:2; f1 a0 b cpus{revocable}:3");
  CHECK(lab.allocator.total() == quantities("cpus:5"));
  CHECK(lab.allocator.dominant_share("b") == Approx(0.6));
}

TEST_CASE("resources that were reserved twice are for frameworks with the capability") {
  const auto refined = [] {
    return Resources{Resource("cpus", Scalar{1000}), reserved("cpus", 2, {"a", "a/b"})};
  };
  Lab old_one;
  old_one.add_framework(0,
                        with(framework("f0", {"a/b"}), FrameworkCapability::reservation_refinement, false));
  old_one.add_agent(0, refined());
  CHECK(old_one.next() == "f0 a0 a/b cpus:1");
  Lab new_one;
  new_one.add_framework(0, framework("f0", {"a/b"}));
  new_one.add_agent(0, refined());
  CHECK(new_one.next() == "f0 a0 a/b cpus:1;cpus{dynamic=a dynamic=a/b}:2");
}

TEST_CASE("shared volumes: one copy in each run, to who can take them, and never used up") {
  AllocatorOptions options;
  options.min_allocatable.clear();
  Lab lab(options);
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, with(framework("f1", {"a"}), FrameworkCapability::shared_resources));
  lab.add_framework(2, with(framework("f2", {"a"}), FrameworkCapability::shared_resources));
  lab.add_agent(0, Resources{Resource("cpus", Scalar{1000}), volume("v", 10, true)});
  const std::string v = "disk{dynamic=a volume=v at=data shared}:10";
  CHECK(lab.next() == "f0 a0 a cpus:1; f1 a0 a " + v);
  CHECK(lab.allocator.available(ag(0)).str() == v);
  lab.allocator.revive(fw(2), {});
  CHECK(lab.next() == "f2 a0 a " + v);
  // Two frameworks hold it; it counts once in their role, and once in each of them.
  CHECK(lab.allocator.allocated("a") == quantities("cpus:1;disk:10"));
  CHECK(lab.allocator.allocated(fw(1), "a") == quantities("disk:10"));
  CHECK(lab.allocator.allocated(fw(2), "a") == quantities("disk:10"));
  lab.allocator.suppress(fw(2), {});
  lab.give_back({fw(1), ag(0), "a", Resources{volume("v", 10, true)}});
  CHECK(lab.allocator.allocated("a") == quantities("cpus:1;disk:10"));
  CHECK(lab.allocator.allocated(fw(1), "a").empty());
  lab.give_back({fw(2), ag(0), "a", Resources{volume("v", 10, true)}});
  CHECK(lab.allocator.allocated("a") == quantities("cpus:1"));
}

TEST_CASE("reservations go down the tree and never up or sideways") {
  for (const auto& [role, gets_it] : std::map<RoleName, bool>{{"a/b", true},
                                                              {"a/b/c", true},
                                                              {"a/b/c/d", true},
                                                              {"a", false},
                                                              {"a/bb", false},
                                                              {"a/d", false},
                                                              {"*", false}}) {
    Lab lab;
    lab.add_framework(0, framework("f0", {role}));
    lab.add_agent(0, Resources{Resource("mem", Scalar{64'000}), reserved("cpus", 2, {"a/b"})});
    const std::string expected = "f0 a0 " + role.str() + " mem:64" + (gets_it ? ";cpus{dynamic=a/b}:2" : "");
    CHECK(lab.next() == expected);
  }
}

TEST_CASE("what one role may not have goes to the next that may") {
  Lab lab;
  for (unsigned f = 0; f < 20; ++f)
    lab.add_framework(f, framework("f" + std::to_string(100 + f), {"z" + std::to_string(f)}));
  lab.add_framework(20, framework("f0", {"zz/b"}));
  lab.add_agent(
      0, Resources{Resource("cpus", Scalar{1000}), reserved("cpus", 2, {"zz"}), reserved("mem", 64, {"z7"})});
  CHECK(lab.next() == "f0 a0 z0 cpus:1; f7 a0 z7 mem{dynamic=z7}:64; f20 a0 zz/b cpus{dynamic=zz}:2");
}

TEST_CASE("reservations to other roles are not counted into the minimum") {
  Lab lab(minimum({quantities("cpus:2")}));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, Resources{Resource("cpus", Scalar{1000}), reserved("cpus", 5, {"b"})});
  CHECK(lab.next().empty());
  CHECK(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons == Refusal::below_minimum);
}

TEST_CASE("idle reservations do not count for shares, used ones do") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, Resources{reserved("cpus", 8, {"c"}), Resource("cpus", Scalar{1000})});
  CHECK(lab.next() == "f0 a0 a cpus:1");
  CHECK(lab.allocator.dominant_share("a") == Approx(1. / 9));
  CHECK(lab.allocator.dominant_share("c") == 0);
  lab.add_agent(1, Resources{reserved("cpus", 1, {"a"})});
  CHECK(lab.next() == "f0 a1 a cpus{dynamic=a}:1");
  CHECK(lab.allocator.dominant_share("a") == Approx(0.2));
}

TEST_CASE("a persistent volume is offered whole or not at all") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, Resources{Resource("cpus", Scalar{1000}), volume("v", 100, false)});
  CHECK(lab.next() == "f0 a0 a cpus:1;disk{dynamic=a volume=v at=data}:100");
  CHECK(lab.allocator.available(ag(0)).empty());
}
