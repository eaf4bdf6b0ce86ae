// Quota at work: who is served first, what is held back, where it ends. quota_update_test.cpp has the checks.
#include "quota_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Frameworks f0, f1, ... in these roles, one each.
Lab lab_with(std::vector<RoleName> roles) {
  Lab lab;
  for (unsigned f = 0; f < roles.size(); ++f) {
    lab.add_framework(f, framework("f" + std::to_string(f), {roles[f]}));
  }
  return lab;
}

}  // namespace

TEST_CASE("quota: a guarantee is served before everybody else") {
  Lab lab = lab_with({"a", "b"});
  REQUIRE(set(lab, {guarantee("b", "cpus:2")}, true));
  lab.add_agent(0, "cpus:2;mem:100");
  CHECK(lab.next() == "f1 a0 b cpus:2;mem:100");  // with equal shares it would be a's
  lab.add_agent(1, "cpus:2;mem:100");
  CHECK(lab.next() == "f0 a1 a cpus:2;mem:100");  // met: fair sharing again
}

TEST_CASE("quota: among those who are owed something, the policy decides") {
  Lab lab = lab_with({"a", "b", "c"});
  REQUIRE(set(lab, {guarantee("b", "cpus:4"), guarantee("c", "cpus:4")}, true));
  lab.add_agent(0, "cpus:2;mem:100");
  CHECK(lab.next() == "f1 a0 b cpus:2;mem:100");
  lab.add_agent(1, "cpus:2;mem:100");
  CHECK(lab.next() == "f2 a1 c cpus:2;mem:100");
  lab.add_agent(2, "cpus:2;mem:300");
  CHECK(lab.next() == "f1 a2 b cpus:2;mem:300");
  lab.add_agent(3, "cpus:2;mem:100");
  CHECK(lab.next() == "f2 a3 c cpus:2;mem:100");
}

TEST_CASE("quota: headroom is held back for a guarantee that nobody asks for now") {
  Lab lab = lab_with({"a"});
  REQUIRE(set(lab, {guarantee("b", "cpus:3")}, true));
  lab.add_agent(0, "cpus:4;mem:100");
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
  CHECK(lab.allocator.missing_headroom().empty());
  lab.add_framework(1, framework("f1", {"b"}));
  CHECK(lab.next() == "f1 a0 b cpus:3");
}

TEST_CASE("quota: with too little headroom others get what is not guaranteed") {
  Lab lab = lab_with({"a"});
  REQUIRE(set(lab, {guarantee("b", "cpus:3")}, true));
  lab.add_agent(0, "cpus:2;mem:100");
  CHECK(lab.next() == "f0 a0 a mem:100");
  CHECK(lab.allocator.missing_headroom() == quantities("cpus:1"));
}

TEST_CASE("quota: a role may have its guarantee and its part of the surplus") {
  Lab lab = lab_with({"a"});
  REQUIRE(set(lab, {guarantee("a", "cpus:1"), guarantee("b", "cpus:2")}, true));
  lab.add_agent(0, "cpus:6;mem:100");
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:100");  // all but what b is owed
}

TEST_CASE("quota: an offer shrinks to the limit") {
  Lab lab = lab_with({"a"});
  REQUIRE(set(lab, {limit("a", "cpus:3")}));
  lab.add_agent(0, "cpus:4;mem:100");
  CHECK(lab.next() == "f0 a0 a cpus:3;mem:100");
  CHECK(lab.allocator.available(ag(0)) == res("cpus:1"));
  lab.add_agent(1, "cpus:4;mem:100");
  CHECK(lab.next() == "f0 a1 a mem:100");  // offered counts like used
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:2");
  CHECK(lab.next().find("cpus:2") != std::string::npos);
  CHECK(lab.allocator.consumed("a") == quantities("cpus:3;mem:200"));
}

TEST_CASE("quota: zero is a limit like any other, a name that is absent has none") {
  Lab lab = lab_with({"a"});
  REQUIRE(set(lab, {limit("a", "cpus:0")}));
  lab.add_agent(0, "cpus:4;mem:100;ports:[1-3]");
  CHECK(lab.next() == "f0 a0 a mem:100;ports:[1-3]");
}

TEST_CASE("quota: what cannot be split is within the limit or is dropped") {
  for (const double most : {99, 100}) {
    Lab lab = lab_with({"a"});
    RoleQuota quota = limit("a", "cpus:10");
    quota.quota.limit.set("disk", Scalar::from_double(most));
    REQUIRE(set(lab, {quota}));
    lab.add_agent(0, Resources{Resource("cpus", Scalar{1000}), mount(100)});
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    CHECK(grants[0].resources.scalar("cpus") == Scalar{1000});
    CHECK(grants[0].resources.scalar("disk") == Scalar::from_double(most < 100 ? 0 : 100));
  }
}

TEST_CASE("quota: the limit of a role holds for all below it together") {
  Lab lab = lab_with({"a/x", "a/y", "b"});
  REQUIRE(set(lab, {limit("a", "cpus:3")}));
  lab.add_agent(0, "cpus:2;mem:100");
  CHECK(lab.next() == "f0 a0 a/x cpus:2;mem:100");
  lab.allocator.suppress(fw(2), {});
  lab.add_agent(1, "cpus:2;mem:100");
  CHECK(lab.next() == "f1 a1 a/y cpus:1;mem:100");
  CHECK(lab.allocator.consumed("a") == quantities("cpus:3;mem:200"));
  CHECK(lab.allocator.consumed("a/y") == quantities("cpus:1;mem:100"));
}

TEST_CASE("quota: what a role is guaranteed includes what the roles below it are") {
  Lab lab = lab_with({"a/y"});
  REQUIRE(set(lab, {guarantee("a", "cpus:4"), guarantee("a/x", "cpus:3")}, true));
  lab.add_agent(0, "cpus:6;mem:100");
  // 4 of the 6 are a's, 3 of them a/x's: one for a/y as a part of a, and the surplus of two.
  CHECK(lab.next() == "f0 a0 a/y cpus:3;mem:100");
  lab.add_framework(1, framework("f1", {"b"}));
  CHECK(lab.next().empty());
  lab.add_framework(2, framework("f2", {"a/x"}));
  CHECK(lab.next() == "f2 a0 a/x cpus:3");
}

TEST_CASE("quota: of nested guarantees the larger is held back, not the sum") {
  Lab lab = lab_with({"b"});
  REQUIRE(set(lab, {guarantee("a", "cpus:4"), guarantee("a/x", "cpus:3")}, true));
  lab.add_agent(0, "cpus:6;mem:100");
  CHECK(lab.next() == "f0 a0 b cpus:2;mem:100");
}

TEST_CASE("quota: a limit of its own does not free a role from the limits above") {
  Lab lab = lab_with({"a/x"});
  REQUIRE(set(lab, {limit("a", "cpus:3"), limit("a/x", "cpus:5;mem:70")}));
  lab.add_agent(0, "cpus:8;mem:100");
  CHECK(lab.next() == "f0 a0 a/x cpus:3;mem:70");
}

TEST_CASE("quota: a guarantee below one that has none still counts at the top") {
  Lab lab = lab_with({"b"});
  REQUIRE(set(lab, {guarantee("a/x/deep", "cpus:3")}, true));
  lab.add_agent(0, "cpus:4;mem:100");
  CHECK(lab.next() == "f0 a0 b cpus:1;mem:100");
}

TEST_CASE("quota: reservations count, held or not") {
  Lab lab = lab_with({"a"});
  REQUIRE(set(lab, {guarantee("b", "cpus:2")}, true));
  lab.add_agent(0, Resources{reserved("cpus", 2, {"b"}), Resource("cpus", Scalar{2000})});
  CHECK(lab.allocator.consumed("b") == quantities("cpus:2"));
  CHECK(lab.next() == "f0 a0 a cpus:2");  // the guarantee is met by the reservation, idle as it is
}

TEST_CASE("quota: idle reservations use up the limit, and are offered nevertheless") {
  Lab lab = lab_with({"b"});
  REQUIRE(set(lab, {limit("b", "cpus:2")}));
  lab.add_agent(0, Resources{reserved("cpus", 2, {"b"}), Resource("cpus", Scalar{2000})});
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  CHECK(grants[0].resources == Resources{reserved("cpus", 2, {"b"})});
  CHECK(lab.allocator.consumed("b") == quantities("cpus:2"));  // once
}

TEST_CASE("quota: reservations of roles below count for the role") {
  Lab lab;
  REQUIRE(set(lab, {limit("a", "cpus:9")}));
  lab.add_agent(0, Resources{reserved("cpus", 2, {"a", "a/b"}), reserved("cpus", 3, {"a"})});
  CHECK(lab.allocator.consumed("a") == quantities("cpus:5"));
  CHECK(lab.allocator.consumed("a/b") == quantities("cpus:2"));
}

TEST_CASE("quota: revocable resources neither meet a guarantee nor use up a limit") {
  const Resources all{revocable("cpus", 4), Resource("cpus", Scalar{2000})};
  const FrameworkInfo info = with(framework("f0", {"a"}), FrameworkCapability::revocable_resources);
  Lab limited;
  REQUIRE(set(limited, {limit("a", "cpus:1")}));
  limited.add_framework(0, info);
  limited.add_agent(0, all);
  std::vector<Grant> grants = limited.run();
  REQUIRE(grants.size() == 1);
  CHECK(grants[0].resources == Resources{revocable("cpus", 4), Resource("cpus", Scalar{1000})});
  CHECK(limited.allocator.consumed("a") == quantities("cpus:1"));

  Lab guaranteed;
  REQUIRE(set(guaranteed, {guarantee("b", "cpus:2")}, true));
  guaranteed.add_framework(0, info);
  guaranteed.add_agent(0, all);
  grants = guaranteed.run();
  REQUIRE(grants.size() == 1);
  CHECK(grants[0].resources == Resources{revocable("cpus", 4)});  // it is no headroom for b
}

TEST_CASE("quota: what inactive agents have is no headroom") {
  Lab lab = lab_with({"a"});
  lab.add_agent(0, "cpus:2;mem:100");
  lab.add_agent(1, "cpus:2");
  lab.allocator.deactivate_agent(ag(1));
  REQUIRE(set(lab, {guarantee("b", "cpus:2")}, true));
  CHECK(lab.next() == "f0 a0 a mem:100");
  lab.allocator.activate_agent(ag(1));
  const std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 1);
  CHECK(grants[0].resources == res("cpus:2"));
  CHECK(lab.allocator.missing_headroom().empty());
}

TEST_CASE("quota: a role without quota counts all the same") {
  Lab lab = lab_with({"a/x"});
  lab.add_agent(0, "cpus:2;mem:100;ports:[1-3]");
  lab.run();
  CHECK(lab.allocator.consumed("a") == quantities("cpus:2;mem:100"));  // scalars only
  CHECK(lab.allocator.consumed("a/x") == quantities("cpus:2;mem:100"));
  CHECK(lab.allocator.consumed("a/xy").empty());
  CHECK(lab.allocator.consumed("b").empty());
}

TEST_CASE("quota: holdings of an agent that is added later count") {
  Lab lab = lab_with({"a"});
  REQUIRE(set(lab, {limit("a", "cpus:3")}));
  const Holding held{fw(0), "a", res("cpus:2")};
  lab.allocator.add_agent(ag(0), agent("cpus:8"), std::span(&held, 1));
  CHECK(lab.next() == "f0 a0 a cpus:1");
}

TEST_CASE("quota: how far a role is over its limit") {
  Lab lab = lab_with({"a/x"});
  lab.add_agent(0, "cpus:6;mem:100");
  lab.run();
  REQUIRE(set(lab, {limit("a", "cpus:4;mem:90"), limit("a/x", "cpus:1")}, true));
  CHECK(lab.allocator.over_limit("a") == quantities("cpus:2;mem:10"));
  CHECK(lab.allocator.over_limit("a/x") == quantities("cpus:5;mem:10"));  // by name, the most
  CHECK(lab.allocator.over_limit("a/x/deep") == quantities("cpus:5;mem:10"));
  CHECK(lab.allocator.over_limit("b").empty());
  lab.give_back({fw(0), ag(0), "a/x", {}}, "cpus:5;mem:10");
  CHECK(lab.allocator.over_limit("a/x").empty());
}

TEST_CASE("quota: a limit below what is held takes nothing away") {
  Lab lab = lab_with({"a"});
  lab.add_agent(0, "cpus:4;mem:100");
  lab.run();
  REQUIRE(set(lab, {limit("a", "cpus:1")}, true));
  CHECK(lab.allocator.allocated("a") == quantities("cpus:4;mem:100"));
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:2");
  CHECK(lab.next().empty());  // 2 are still held
}
