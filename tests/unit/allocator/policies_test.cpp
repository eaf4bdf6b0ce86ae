// The random policy, policies of users, and policies that misbehave.
#include <cmath>
#include <stdexcept>

#include "lab.hpp"
#include "mesoscore/policies/drf.hpp"
#include "mesoscore/policies/random.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Frees the agent again and again and counts who is offered it first.
std::map<std::string, int> frequencies(Lab& lab, int times) {
  std::map<std::string, int> count;
  for (int i = 0; i < times; ++i) {
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    ++count[grants.front().role.str()];
    lab.give_back(grants.front());
  }
  return count;
}

double chi_square(const std::map<std::string, int>& count, const std::map<std::string, double>& probability,
                  int times) {
  double sum = 0;
  for (const auto& [role, p] : probability) {
    const auto found = count.find(role);
    const double difference = (found == count.end() ? 0 : found->second) - p * times;
    sum += difference * difference / (p * times);
  }
  return sum;
}

// The fair share of the header's example, with a note of how it was called.
struct Fewest : AllocationPolicy {
  std::vector<std::string>* calls = nullptr;
  std::string_view name() const noexcept override { return "fewest-cpus"; }
  double key(const Node& node, Rng&) override {
    if (calls != nullptr) {
      calls->push_back(std::string(node.path) + (node.is_framework ? "!" : "") + " " + node.allocated.str() +
                       " of " + node.total.str() + " w" + std::to_string(static_cast<int>(node.weight)));
    }
    return node.allocated.get("cpus").to_double() / node.weight;
  }
};

struct Broken : AllocationPolicy {
  bool throws = false;
  std::string_view name() const noexcept override { return "broken"; }
  double key(const Node& node, Rng&) override {
    if (node.path == "b" && throws) throw std::runtime_error("no key for you");
    if (node.path == "b") return std::nan("");
    return node.allocated.get("cpus").to_double();
  }
};

}  // namespace

TEST_CASE("the random policy serves in proportion to the weights") {
  Lab lab({}, policies::random(), 2024);
  REQUIRE(lab.allocator.set_weight("b", 2));
  REQUIRE(lab.allocator.set_weight("c", 5));
  for (unsigned f = 0; f < 3; ++f)
    lab.add_framework(f, framework("f" + std::to_string(f), {RoleName(std::string(1, "abc"[f]))}));
  lab.add_agent(0, "cpus:1;mem:100");
  const int times = 20'000;
  const auto count = frequencies(lab, times);
  // Two degrees of freedom: beyond 9.21 once in a hundred seeds.
  CHECK(chi_square(count, {{"a", 1. / 8}, {"b", 2. / 8}, {"c", 5. / 8}}, times) < 9.21);
}

TEST_CASE("the random policy multiplies the weights down the tree") {
  Lab lab({}, policies::random(), 2025);
  REQUIRE(lab.allocator.set_weight("a", 3));
  REQUIRE(lab.allocator.set_weight("a/x", 4));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"a/x"}));
  lab.add_framework(2, framework("f2", {"b"}));
  lab.add_agent(0, "cpus:1;mem:100");
  const int times = 20'000;
  const auto count = frequencies(lab, times);
  CHECK(chi_square(count, {{"a", 0.75 / 5}, {"a/x", 0.75 * 4 / 5}, {"b", 0.25}}, times) < 9.21);
}

TEST_CASE("within one run, too, the random policy draws for every agent") {
  Lab lab({}, policies::random(), 2026);
  REQUIRE(lab.allocator.set_weight("b", 3));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  const int agents = 8'000;
  for (unsigned a = 0; a < agents; ++a) lab.add_agent(a, "cpus:1;mem:100");
  std::map<std::string, int> count;
  for (const Grant& grant : lab.run()) ++count[grant.role.str()];
  // One degree of freedom: beyond 6.63 once in a hundred seeds.
  CHECK(chi_square(count, {{"a", 0.25}, {"b", 0.75}}, agents) < 6.63);
}

TEST_CASE("the random policy passes over who is not eligible") {
  Lab lab({}, policies::random(), 2027);
  for (unsigned f = 0; f < 3; ++f)
    lab.add_framework(f, framework("f" + std::to_string(f), {RoleName(std::string(1, "abc"[f]))}));
  lab.add_agent(0, "cpus:1;mem:100");
  for (int i = 0; i < 50; ++i) {
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    if (grants.front().role == "b") {
      lab.decline(grants.front(), 1h);
    } else {
      lab.give_back(grants.front());
    }
  }
  CHECK(frequencies(lab, 100)["b"] == 0);
}

TEST_CASE("policies have names, and none given means drf") {
  CHECK(Lab().allocator.policy_name() == "drf");
  CHECK(Lab({}, policies::drf()).allocator.policy_name() == "drf");
  CHECK(Lab({}, policies::random()).allocator.policy_name() == "random");
}

TEST_CASE("a user's policy gets the node as the header says") {
  std::vector<std::string> calls;
  auto policy = std::make_unique<Fewest>();
  policy->calls = &calls;
  AllocatorOptions options;
  options.fair_sharing_excluded = {"mem"};
  Lab lab(options, std::move(policy));
  CHECK(lab.allocator.policy_name() == "fewest-cpus");
  REQUIRE(lab.allocator.set_weight("a", 2));
  lab.add_framework(0, framework("id-0", {"a"}));
  lab.add_framework(1, framework("id-1", {"b"}));
  lab.add_agent(0, "cpus:2;mem:100");
  CHECK(lab.next() == "f0 a0 a cpus:2;mem:100");
  calls.clear();
  lab.add_agent(1, "cpus:1;mem:100");
  CHECK(lab.next() == "f1 a1 b cpus:1;mem:100");
  CHECK(calls == std::vector<std::string>{"a cpus:2 of cpus:3;mem:200 w2", "b  of cpus:3;mem:200 w1"});
}

TEST_CASE("keys are asked for again only where something has changed") {
  std::vector<std::string> calls;
  auto policy = std::make_unique<Fewest>();
  policy->calls = &calls;
  Lab lab({}, std::move(policy));
  for (unsigned f = 0; f < 30; ++f) lab.add_framework(f, framework("f" + std::to_string(100 + f), {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  lab.give_back(grants.front());
  lab.run();
  calls.clear();
  lab.give_back({fw(1), ag(0), "a", {}}, "cpus:1;mem:100");
  CHECK(lab.run().size() == 1);
  CHECK(calls.size() <= 2);  // the frameworks that changed
}

TEST_CASE("a node whose key is not a number, or throws, is last and nothing else happens") {
  for (const bool throws : {false, true}) {
    auto policy = std::make_unique<Broken>();
    policy->throws = throws;
    Lab lab({}, std::move(policy));
    lab.add_framework(0, framework("f0", {"a"}));
    lab.add_framework(1, framework("f1", {"b"}));
    lab.add_framework(2, framework("f2", {"c"}));
    for (unsigned a = 0; a < 10; ++a) lab.add_agent(a, "cpus:1;mem:100");
    CHECK(lab.run().size() == 10);
    CHECK(lab.allocator.allocated("a").get("cpus").to_double() == 5);
    CHECK(lab.allocator.allocated("c").get("cpus").to_double() == 5);
    lab.allocator.suppress(fw(0), {});
    lab.allocator.suppress(fw(2), {});
    lab.add_agent(10, "cpus:1;mem:100");
    CHECK(lab.next() == "f1 a10 b cpus:1;mem:100");  // last is not never
  }
}

TEST_CASE("a policy that recovers is asked again in the next run") {
  struct Moody : AllocationPolicy {
    bool* broken;
    explicit Moody(bool* flag) : broken(flag) {}
    std::string_view name() const noexcept override { return "moody"; }
    double key(const Node& node, Rng&) override {
      if (*broken && node.path == "a") throw 42;
      return node.path == "a" ? 0 : 1;
    }
  };
  bool broken = true;
  Lab lab({}, std::make_unique<Moody>(&broken));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:1;mem:100");
  CHECK(lab.next() == "f1 a0 b cpus:1;mem:100");
  broken = false;
  lab.give_back({fw(1), ag(0), "b", {}}, "cpus:1;mem:100");
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
}
