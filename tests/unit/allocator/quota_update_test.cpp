// Setting quota: all or nothing, and every check.
#include "quota_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Is refused with this, and nothing changes; with force, too.
void check_refused_always(const std::vector<RoleQuota>& quotas, const std::string& why) {
  for (const bool force : {false, true}) {
    Lab lab;
    lab.add_agent(0, "cpus:100;mem:10000");
    REQUIRE(set(lab, {guarantee("kept", "cpus:1", "cpus:2")}));
    std::vector<RoleQuota> all{guarantee("fine", "cpus:1")};
    all.insert(all.end(), quotas.begin(), quotas.end());
    const Status status = set(lab, all, force);
    REQUIRE_FALSE(status);
    CHECK(refusal(status) == why);
    CHECK(status.error().code == make_error_code(Errc::invalid_argument));
    CHECK(lab.allocator.quota("fine").is_default());
    CHECK(lab.allocator.quota("kept") == guarantee("kept", "cpus:1", "cpus:2").quota);
  }
}

}  // namespace

TEST_CASE("update of quota: what is set can be read") {
  Lab lab;
  lab.add_agent(0, "cpus:8;mem:1000");
  REQUIRE(set(lab, {guarantee("a", "cpus:1", "cpus:4;mem:0"), limit("b/c", "mem:10")}));
  CHECK(lab.allocator.quota("a") == guarantee("a", "cpus:1", "cpus:4;mem:0").quota);
  CHECK(lab.allocator.quota("b/c").limit == limits("mem:10"));
  CHECK(lab.allocator.quota("b").is_default());
  REQUIRE(set(lab, {limit("a", "cpus:3")}));  // replaces the role's, leaves the others
  CHECK(lab.allocator.quota("a").guarantee.empty());
  CHECK_FALSE(lab.allocator.quota("b/c").is_default());
}

TEST_CASE("update of quota: a default quota takes the role's away") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  REQUIRE(set(lab, {limit("a", "cpus:1"), guarantee("b", "cpus:2")}, true));
  lab.add_agent(0, "cpus:4;mem:100");
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
  REQUIRE(set(lab, {{"a", {}}}));
  CHECK(lab.allocator.quota("a").is_default());
  CHECK(lab.allocator.next_deadline() <= lab.now);  // there is something to do
  CHECK(lab.next() == "f0 a0 a cpus:1");
  REQUIRE(set(lab, {{"b", {}}}));
  CHECK(lab.next() == "f0 a0 a cpus:2");
  CHECK(lab.allocator.missing_headroom().empty());
}

TEST_CASE("update of quota: no role name that is not one, and no '*'") {
  check_refused_always({limit("*", "cpus:1")}, "role '*' cannot have a quota: name another role");
  check_refused_always({limit("a//b", "cpus:1")}, refusal(validate_role("a//b")));
  CHECK_FALSE(refusal(validate_role("a//b")).empty());
}

TEST_CASE("update of quota: no absurd amounts") {
  check_refused_always(
      {limit("a", "cpus:1000000000001")},
      "quota of role 'a': limit cpus:1000000000001 is absurd: give at most cpus:1000000000000");
  check_refused_always(
      {guarantee("a", "mem:1099511627777")},
      "quota of role 'a': guarantee mem:1099511627777 is absurd: give at most mem:1099511627776");
  check_refused_always(
      {limit("a", "disk:1099511627777")},
      "quota of role 'a': limit disk:1099511627777 is absurd: give at most disk:1099511627776");
  Lab lab;
  CHECK(set(lab, {limit("a", "cpus:1000000000000;mem:1099511627776;disk:1099511627776")}));
}

TEST_CASE("update of quota: no guarantee over its own limit") {
  check_refused_always({guarantee("a", "cpus:2;mem:3", "cpus:2;mem:2.5")},
                       "quota of role 'a': guarantee mem:3 is over its limit mem:2.5");
  check_refused_always({guarantee("a", "cpus:2", "cpus:0")},
                       "quota of role 'a': guarantee cpus:2 is over its limit cpus:0");
}

TEST_CASE("update of quota: no role twice") {
  check_refused_always({limit("a", "cpus:2"), limit("b", "cpus:2"), limit("a", "cpus:3")},
                       "the quota of role 'a' is given twice");
}

TEST_CASE("update of quota: no guarantees below a role that its limit cannot hold") {
  check_refused_always({limit("a", "cpus:3"), guarantee("a/x", "cpus:2"), guarantee("a/y/z", "cpus:2")},
                       "quota of role 'a': the guarantees of the roles below it need cpus:4, its limit is "
                       "cpus:3: raise the limit "
                       "or lower a guarantee");
  check_refused_always(  // together with what is set already
      {guarantee("kept/x", "cpus:3")},
      "quota of role 'kept': the guarantees of the roles below it need cpus:3, its limit is cpus:2: raise "
      "the "
      "limit or lower a guarantee");
}

TEST_CASE("update of quota: a guarantee covers those below it, they do not add up") {
  Lab lab;
  lab.add_agent(0, "cpus:4");
  CHECK(
      set(lab, {guarantee("a", "cpus:4", "cpus:4"), guarantee("a/x", "cpus:2"), guarantee("a/y", "cpus:2")}));
  const Status status = set(lab, {guarantee("b", "cpus:0.5")});
  CHECK(
      refusal(status) ==
      "the guarantees of all roles add up to cpus:4.5, the active agents have cpus:4: lower a guarantee, or "
      "force it");
}

TEST_CASE("update of quota: guarantees fit into what the active agents have, unless it is forced") {
  Lab lab;
  lab.add_agent(0,
                Resources{Resource("cpus", Scalar{4000}), revocable("cpus", 8), reserved("cpus", 1, {"b"})});
  lab.add_agent(1, "cpus:4");
  CHECK(set(lab, {guarantee("a", "cpus:9")}));  // reserved counts, revocable does not
  Status status = set(lab, {guarantee("a", "cpus:9.001")});
  REQUIRE_FALSE(status);
  CHECK(status.error().code == make_error_code(Errc::limit_exceeded));
  lab.allocator.deactivate_agent(ag(1));
  status = set(lab, {guarantee("a", "cpus:9")});
  CHECK(refusal(status) ==
        "the guarantees of all roles add up to cpus:9, the active agents have cpus:5: lower a guarantee, or "
        "force it");
  CHECK(set(lab, {guarantee("a", "cpus:9"), guarantee("c", "mem:5")}, true));
  CHECK(lab.allocator.quota("c").guarantee == quantities("mem:5"));
}

TEST_CASE("update of quota: what is consumed is within the limit, unless it is forced") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a/x"}));
  lab.add_agent(0, "cpus:4;mem:100");
  lab.run();
  Status status = set(lab, {limit("b", "cpus:1"), limit("a", "cpus:3")});
  REQUIRE_FALSE(status);
  CHECK(refusal(status) ==
        "quota of role 'a': it consumes cpus:4;mem:100, which is over the limit cpus:3: give a higher limit, "
        "or "
        "force it");
  CHECK(status.error().code == make_error_code(Errc::limit_exceeded));
  CHECK(lab.allocator.quota("b").is_default());
  CHECK(set(lab, {limit("a", "cpus:4")}));
  CHECK(set(lab, {limit("a", "cpus:3")}, true));
  CHECK(lab.allocator.over_limit("a") == quantities("cpus:1"));
}

TEST_CASE("update of quota: what is only offered does not count as consumed") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a/x"}));
  lab.add_agent(0, "cpus:4;mem:100");
  lab.run();
  CHECK_FALSE(set(lab, {limit("a", "cpus:3")}, false, {{"b", quantities("cpus:2")}}));
  CHECK_FALSE(set(lab, {limit("a", "cpus:3")}, false, {{"a/x", quantities("cpus:0.5")}}));
  CHECK(set(lab, {limit("a", "cpus:3")}, false, {{"a/x", quantities("cpus:1")}}));
}

TEST_CASE("update of quota: idle reservations are consumed") {
  Lab lab;
  lab.add_agent(0, Resources{reserved("cpus", 2, {"a"})});
  CHECK_FALSE(set(lab, {limit("a", "cpus:1")}));
  CHECK(set(lab, {limit("a", "cpus:2")}));
}
