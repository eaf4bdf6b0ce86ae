// fifo, fair and priority against examples worked by hand; what a broken policy harms.
#include <cmath>

#include "demand_lab.hpp"
#include "mesoscore/policies/fair.hpp"
#include "mesoscore/policies/fifo.hpp"
#include "mesoscore/policies/priority.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Frameworks f0, f1, ... in these roles; then one agent after the other. Who gets it: "a b a ..."
std::string sequence(DemandLab& lab, unsigned first, std::vector<std::string> agents) {
  std::string out;
  for (const std::string& resources : agents) {
    lab.add_agent(first++, resources);
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    out += (out.empty() ? "" : " ") + grants[0].role.str();
  }
  return out;
}
void enter(DemandLab& lab, const std::vector<RoleName>& roles) {
  for (unsigned f = 0; f < roles.size(); ++f) {
    lab.add_framework(f, framework("f" + std::to_string(f), {roles[f]}));
  }
}

}  // namespace

TEST_CASE("fifo: whoever entered its role first gets all it can take") {
  DemandLab lab({}, policies::fifo());
  enter(lab, {"z", "a", "m"});
  CHECK(sequence(lab, 0, {"cpus:1", "cpus:1", "cpus:9"}) == "z z z");
  lab.allocator.suppress(fw(0), {});
  CHECK(sequence(lab, 3, {"cpus:1", "cpus:1"}) == "a a");
  lab.allocator.revive(fw(0), {});
  CHECK(sequence(lab, 5, {"cpus:1"}) == "z");  // a revival is no arrival
}

TEST_CASE("fifo: a role arrives with the first framework of its subtree") {
  DemandLab lab({}, policies::fifo());
  enter(lab, {"q/late", "a", "q"});
  CHECK(sequence(lab, 0, {"cpus:1"}) == "q/late");
  lab.allocator.suppress(fw(0), {});
  CHECK(sequence(lab, 1, {"cpus:1"}) == "q");  // before a, because of q/late, which came first
  lab.allocator.remove_framework(fw(0));
  CHECK(lab.grants() == Texts{"f1 a0 a cpus:1"});  // what it held
}

TEST_CASE("fifo: whoever leaves its role and enters it again is last") {
  DemandLab lab({}, policies::fifo());
  enter(lab, {"b", "a"});
  lab.allocator.update_framework(fw(0), framework("f0", {"c"}), {});
  lab.allocator.update_framework(fw(0), framework("f0", {"b"}), {});
  CHECK(sequence(lab, 0, {"cpus:1"}) == "a");
}

TEST_CASE("fair: one resource counts, the others ride along") {
  DemandLab lab({}, policies::fair());
  enter(lab, {"a", "b"});
  // a: 1 cpu; b: 3 cpus; a: 2, 3, then equal: b was chosen less often.
  CHECK(sequence(lab, 0, {"cpus:1;mem:9000", "cpus:3", "cpus:1;mem:9000", "cpus:1", "cpus:1", "cpus:1"}) ==
        "a b a a b a");
}

TEST_CASE("fair: by a resource of one's choice, and by weight") {
  DemandLab lab({}, policies::fair("mem"));
  REQUIRE(lab.allocator.set_weight("b", 2));
  enter(lab, {"a", "b"});
  // keys after each: a 100 | b 50 | b 100 | tie: a was chosen less often: a 200 | b 150
  CHECK(sequence(lab, 0, {"mem:100", "mem:100", "mem:100", "mem:100", "mem:100"}) == "a b b a b");
  CHECK(policies::fair()->name() == "fair");
}

TEST_CASE("priority: higher priorities of open demands first") {
  DemandLab lab({}, policies::priority());
  lab.add(0, "a", {want("x", "cpus:1", 2)});
  lab.add(1, "b", {want("x", "cpus:1", 2, 7)});
  lab.add(2, "c", {want("x", "cpus:1", 2, -3), want("y", "cpus:1", 1, 9)});
  lab.add_framework(3, framework("f3", {"d"}));  // states none: 0
  // c is 9, then -3. b is 7. a and d are 0 and take turns by their shares. Then there is d, and c last.
  CHECK(sequence(lab, 0, {"cpus:1", "cpus:1", "cpus:1"}) == "c b b");
  CHECK(sequence(lab, 3, {"cpus:1", "cpus:1", "cpus:1", "cpus:1"}) == "a d a d");
  lab.allocator.suppress(fw(3), {});
  CHECK(sequence(lab, 7, {"cpus:1", "cpus:1"}) == "c c");
}

TEST_CASE("priority: a role has the highest priority of its subtree") {
  DemandLab lab({}, policies::priority());
  lab.add(0, "a", {want("x", "cpus:1", 9, 3)});
  lab.add(1, "b/deep", {want("x", "cpus:1", 1, 5)});
  lab.add(2, "b", {want("x", "cpus:1", 1, 2)});
  CHECK(sequence(lab, 0, {"cpus:1", "cpus:1"}) == "b/deep a");
  lab.allocator.suppress(fw(0), {});
  CHECK(sequence(lab, 2, {"cpus:1"}) == "b");
}

TEST_CASE("priority: among equals it is dominant resource fairness with weights") {
  DemandLab lab({}, policies::priority());
  REQUIRE(lab.allocator.set_weight("b", 2));
  enter(lab, {"a", "b"});
  // x of a and b before each: 0 0 | 1/2 0 | 1/3 1/6 | 1/4 1/4, and a was chosen less often | 2/5 1/5
  CHECK(sequence(lab, 0, {"cpus:1", "cpus:1", "cpus:1", "cpus:1", "cpus:1"}) == "a b b a b");
}

TEST_CASE("priority: no share, however large, outweighs a priority") {
  DemandLab lab({}, policies::priority());
  REQUIRE(lab.allocator.set_weight("a", 1e-9));
  lab.add(0, "a", {want("x", "cpus:1", 9, 1)});
  lab.add(1, "b", {want("x", "cpus:1", 9)});
  lab.add_agent(0, "cpus:8");
  CHECK(lab.grants() == Texts{"f0 a0 a x*8 cpus:8"});
  CHECK(sequence(lab, 1, {"cpus:1"}) == "a");
}

TEST_CASE("a policy that throws or answers nonsense in one run harms that run only") {
  struct Sick : AllocationPolicy {
    int* mood;
    explicit Sick(int* m) : mood(m) {}
    std::string_view name() const noexcept override { return "sick"; }
    double key(const Node& node, Rng&) override {
      if (*mood == 1) throw std::runtime_error("sick");
      if (*mood == 2) return std::nan("");
      if (*mood == 3) return std::numeric_limits<double>::infinity();
      if (*mood == 4) return -std::numeric_limits<double>::infinity();
      return node.path == "b" ? 0 : 1;
    }
  };
  for (const int sick : {1, 2, 3, 4}) {
    int mood = sick;
    DemandLab lab({}, std::make_unique<Sick>(&mood));
    enter(lab, {"a", "b"});
    for (unsigned a = 0; a < 4; ++a) lab.add_agent(a, "cpus:1");
    CHECK(lab.run().size() == 4);  // somebody gets each, as always
    CHECK(lab.allocator.allocated("a").get("cpus") == Scalar{2000});
    mood = 0;
    for (unsigned f = 0; f < 2; ++f) {
      lab.allocator.remove_framework(fw(f));
      lab.add_framework(f, framework("f" + std::to_string(f), {RoleName(std::string(1, "ab"[f]))}));
    }
    lab.run();
    CHECK(lab.allocator.allocated("b").get("cpus") == Scalar{4000});
  }
}
