// Who is served first: the tree of roles, weights at each level, ties.
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Adds agents of one cpu each, one at a time, and writes down who gets them: "a/b:f1 ...".
std::string order_of(Lab& lab, unsigned first_agent, unsigned agents) {
  std::string out;
  for (unsigned a = first_agent; a < first_agent + agents; ++a) {
    lab.add_agent(a, "cpus:1;mem:100");
    for (const Grant& grant : lab.run()) {
      out += (out.empty() ? "" : " ") + grant.role.str() + ":f" +
             std::to_string(static_cast<unsigned>(grant.framework));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("equal shares take turns; ties go to who was chosen less, then to the smaller path") {
  Lab lab;
  lab.add_framework(0, framework("z", {"b"}));
  lab.add_framework(1, framework("y", {"a"}));
  lab.add_framework(2, framework("x", {"a"}));
  CHECK(order_of(lab, 0, 6) == "a:f2 b:f0 a:f1 b:f0 a:f2 b:f0");
}

TEST_CASE("a tie goes to the one that was chosen less often, before the path counts") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:1;mem:100");
  for (int i = 0; i < 3; ++i) {  // shares are 0 and 0 each time
    CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
    lab.allocator.recover(fw(0), ag(0), "a", res("cpus:1;mem:100"), nullptr, lab.now);
    CHECK(lab.next() == "f1 a0 b cpus:1;mem:100");
    lab.allocator.recover(fw(1), ag(0), "b", res("cpus:1;mem:100"), nullptr, lab.now);
  }
}

TEST_CASE("weights at the top: twice the weight, twice the share") {
  Lab lab;
  REQUIRE(lab.allocator.set_weight("a", 2));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  order_of(lab, 0, 30);
  CHECK(lab.allocator.allocated("a") == quantities("cpus:20;mem:2000"));
  CHECK(lab.allocator.allocated("b") == quantities("cpus:10;mem:1000"));
  CHECK(lab.allocator.dominant_share("a") == Approx(2. / 3));
  CHECK(lab.allocator.dominant_share(fw(1)) == Approx(1. / 3));
}

TEST_CASE("weights of inner and lower roles work at their own level") {
  Lab lab;
  REQUIRE(lab.allocator.set_weight("eng", 3));
  REQUIRE(lab.allocator.set_weight("eng/web", 2));
  lab.add_framework(0, framework("f0", {"eng/web"}));
  lab.add_framework(1, framework("f1", {"eng/db"}));
  lab.add_framework(2, framework("f2", {"ads/x/y"}));
  order_of(lab, 0, 120);
  CHECK(lab.allocator.allocated("eng").get("cpus").to_double() == 90);
  CHECK(lab.allocator.allocated("eng/web").get("cpus").to_double() == 60);
  CHECK(lab.allocator.allocated("eng/db").get("cpus").to_double() == 30);
  CHECK(lab.allocator.allocated("ads").get("cpus").to_double() == 30);
}

TEST_CASE("a weight that changes later changes the order at once") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  CHECK(order_of(lab, 0, 2) == "a:f0 b:f1");
  REQUIRE(lab.allocator.set_weight("b", 10));
  CHECK(lab.allocator.weight("b") == 10);
  CHECK(order_of(lab, 2, 4) == "b:f1 b:f1 b:f1 b:f1");
}

TEST_CASE("weights that make no sense are refused and change nothing") {
  Lab lab;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double weight : {0.0, -1.0, nan, infinity}) {
    const Status status = lab.allocator.set_weight("a", weight);
    REQUIRE_FALSE(status);
    CHECK(status.error().message.find("role 'a'") != std::string::npos);
  }
  CHECK_FALSE(lab.allocator.set_weight("a//b", 1));
  CHECK(lab.allocator.weight("a") == 1.0);
}

TEST_CASE("a role with frameworks and child roles competes for its own as one more child") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"a"}));
  lab.add_framework(2, framework("f2", {"a/b"}));
  lab.add_framework(3, framework("f3", {"a/c"}));
  order_of(lab, 0, 12);
  // a/. is one child of three, and its two frameworks share what it gets.
  CHECK(lab.allocator.allocated(fw(0), "a").get("cpus").to_double() == 2);
  CHECK(lab.allocator.allocated(fw(1), "a").get("cpus").to_double() == 2);
  CHECK(lab.allocator.allocated("a/b").get("cpus").to_double() == 4);
  CHECK(lab.allocator.allocated("a/c").get("cpus").to_double() == 4);
  CHECK(lab.allocator.allocated("a").get("cpus").to_double() == 12);
}

TEST_CASE("the weight of a role counts among its siblings and not again inside it") {
  Lab lab;
  REQUIRE(lab.allocator.set_weight("a", 5));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"a/b"}));
  order_of(lab, 0, 10);
  CHECK(lab.allocator.allocated(fw(0), "a").get("cpus").to_double() == 5);
  CHECK(lab.allocator.allocated("a/b").get("cpus").to_double() == 5);
}

TEST_CASE("a framework in several roles has a share in each") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a", "b"}));
  lab.add_framework(1, framework("f1", {"b"}));
  CHECK(order_of(lab, 0, 4) == "a:f0 b:f0 a:f0 b:f1");
  CHECK(lab.allocator.dominant_share(fw(0)) == Approx(0.75));
  CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:2;mem:200"));
  CHECK(lab.allocator.allocated(fw(0), "b") == quantities("cpus:1;mem:100"));
}

TEST_CASE("a suppressed framework is passed over but still weighs on its role") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"a"}));
  lab.add_framework(2, framework("f2", {"b"}));
  CHECK(order_of(lab, 0, 2) == "a:f0 b:f2");
  lab.allocator.suppress(fw(0), {});
  // a holds one through f0, as b does through f2: they take turns.
  CHECK(order_of(lab, 2, 4) == "a:f1 b:f2 a:f1 b:f2");
  lab.allocator.deactivate_framework(fw(1));
  CHECK(order_of(lab, 6, 2) == "b:f2 b:f2");
  CHECK(lab.allocator.allocated("a").get("cpus").to_double() == 3);
}

TEST_CASE("names excluded from fair sharing do not count for shares, but are allocated") {
  AllocatorOptions options;
  options.fair_sharing_excluded = {"gpus"};
  options.gpu_agents = AllocatorOptions::GpuAgents::like_others;
  Lab lab(options);
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:1;mem:100;gpus:8");
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100;gpus:8");
  lab.add_agent(1, "cpus:2;mem:200");
  CHECK(lab.next() == "f1 a1 b cpus:2;mem:200");
  CHECK(lab.allocator.dominant_share("a") == Approx(1. / 3));
  CHECK(lab.allocator.allocated("a") == quantities("cpus:1;mem:100;gpus:8"));
  lab.add_agent(2, "cpus:1;mem:100");
  CHECK(lab.next() == "f0 a2 a cpus:1;mem:100");
}

TEST_CASE("shares change within a run: agents that come free together are spread") {
  Lab lab;
  for (unsigned f = 0; f < 4; ++f) lab.add_framework(f, framework("f" + std::to_string(f), {"a"}));
  for (unsigned a = 0; a < 40; ++a) lab.add_agent(a, "cpus:1;mem:100");
  CHECK(lab.run().size() == 40);
  for (unsigned f = 0; f < 4; ++f) CHECK(lab.allocator.allocated(fw(f), "a").get("cpus").to_double() == 10);
}

TEST_CASE("the grants of a run are grouped by framework") {
  Lab lab;
  for (unsigned f = 0; f < 3; ++f) lab.add_framework(f, framework("f" + std::to_string(f), {"a"}));
  for (unsigned a = 0; a < 30; ++a) lab.add_agent(a, "cpus:1;mem:100");
  const std::vector<Grant> grants = lab.run();
  int changes = 0;
  for (std::size_t i = 1; i < grants.size(); ++i) changes += grants[i].framework != grants[i - 1].framework;
  CHECK(changes == 2);
}

TEST_CASE("the same seed gives the same grants, another seed others") {
  const auto play = [](std::uint64_t seed) {
    Lab lab({}, nullptr, seed);
    for (unsigned f = 0; f < 3; ++f) lab.add_framework(f, framework("f" + std::to_string(f), {"a"}));
    for (unsigned a = 0; a < 30; ++a) lab.add_agent(a, "cpus:1;mem:100");
    return lab.next();
  };
  CHECK(play(1) == play(1));
  CHECK(play(1) != play(2));
}
