// Operations: resources that change their form, held or free.
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

Resource plain(const Name& name, double value) { return Resource(name, Scalar::from_double(value)); }

// f0 in role a holds everything of a0.
Lab holding(const Resources& all) {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, all);
  lab.run();
  CHECK(lab.allocator.available(ag(0)).empty());
  return lab;
}
std::string message(const Status& status) { return status ? "" : status.error().message; }

const Conversion kReserve{Resources{plain("cpus", 1)}, Resources{reserved("cpus", 1, {"a"})}};

}  // namespace

TEST_CASE("convert: what is reserved while it is held comes back reserved") {
  Lab lab = holding(res("cpus:4;mem:100"));
  REQUIRE(lab.allocator.convert(fw(0), ag(0), "a", kReserve));
  CHECK(lab.allocator.total() == quantities("cpus:4;mem:100"));
  CHECK(lab.allocator.allocated(fw(0), "a") == quantities("cpus:4;mem:100"));
  CHECK(lab.allocator.available(ag(0)).empty());
  lab.allocator.suppress(fw(0), {});
  lab.allocator.recover(fw(0), ag(0), "a",
                        Resources{plain("cpus", 3), plain("mem", 100)} + kReserve.converted, nullptr,
                        lab.now);
  CHECK(lab.next() == "f1 a0 b cpus:3;mem:100");
  CHECK(lab.allocator.available(ag(0)) == kReserve.converted);  // b may not have that
}

TEST_CASE("convert: all that is held, and back") {
  Lab lab = holding(res("cpus:1"));
  REQUIRE(lab.allocator.convert(fw(0), ag(0), "a", kReserve));
  REQUIRE(lab.allocator.convert(fw(0), ag(0), "a", {kReserve.converted, kReserve.consumed}));
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1");
  CHECK(lab.allocator.available(ag(0)) == res("cpus:1"));
  CHECK(lab.allocator.allocated("a").empty());
}

TEST_CASE("convert: a volume is made and destroyed") {
  Lab lab = holding(Resources{reserved("disk", 100, {"a"}), plain("mem", 64)});
  const Conversion create{Resources{reserved("disk", 30, {"a"})}, Resources{volume("v", 30, false)}};
  REQUIRE(lab.allocator.convert(fw(0), ag(0), "a", create));
  lab.allocator.suppress(fw(0), {});
  lab.allocator.recover(fw(0), ag(0), "a", create.converted, nullptr, lab.now);
  CHECK(lab.allocator.available(ag(0)) == create.converted);
  REQUIRE(lab.allocator.convert_free(ag(0), {create.converted, create.consumed}));
  CHECK(lab.allocator.available(ag(0)) == create.consumed);
}

TEST_CASE("convert: the agent's total may change in the process") {
  Lab lab = holding(res("cpus:4"));
  REQUIRE(lab.allocator.convert(fw(0), ag(0), "a", {res("cpus:1"), res("cpus:3;mem:5")}));
  CHECK(lab.allocator.total() == quantities("cpus:6;mem:5"));
  CHECK(lab.allocator.allocated("a") == quantities("cpus:6;mem:5"));
  CHECK(lab.allocator.available(ag(0)).empty());
}

TEST_CASE("convert: not what the framework does not hold there, and nothing changes") {
  Lab lab = holding(res("cpus:4;mem:100"));
  lab.add_agent(1, "cpus:8");
  const auto refused = [&](unsigned f, unsigned a, std::string_view role, const char* consumed) {
    const Status status = lab.allocator.convert(fw(f), ag(a), role, {res(consumed), res("gpus:1")});
    CHECK(lab.allocator.total() == quantities("cpus:12;mem:100"));
    CHECK(lab.allocator.allocated("a") == quantities("cpus:4;mem:100"));
    return message(status);
  };
  CHECK(refused(0, 0, "a", "cpus:5") == "cannot convert cpus:5: the framework holds there cpus:4;mem:100");
  CHECK(refused(0, 0, "a", "cpus:1;disk:1") ==
        "cannot convert cpus:1;disk:1: the framework holds there cpus:4;mem:100");
  CHECK(refused(1, 0, "b", "cpus:1") == "cannot convert cpus:1: the framework holds there nothing");
  CHECK(refused(0, 0, "b", "cpus:1") == "cannot convert cpus:1: the framework holds there nothing");
  CHECK(refused(0, 1, "a", "cpus:1") == "cannot convert cpus:1: the framework holds there nothing");
  CHECK(refused(0, 9, "a", "cpus:1") == "there is no such agent");
  CHECK(refused(7, 0, "a", "cpus:1") == "cannot convert cpus:1: the framework holds there nothing");
}

TEST_CASE("convert: the holdings of others on the agent stay as they are") {
  Lab lab = holding(res("cpus:4"));
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:2");
  CHECK(lab.next() == "f1 a0 b cpus:2");
  REQUIRE(lab.allocator.convert(fw(0), ag(0), "a", kReserve));
  CHECK(lab.allocator.allocated("b") == quantities("cpus:2"));
  lab.give_back({fw(1), ag(0), "b", {}}, "cpus:2");
  CHECK(lab.allocator.available(ag(0)) == res("cpus:2"));
}

TEST_CASE("convert: what is reserved for a role counts for its quota, as before") {
  Lab lab = holding(res("cpus:4"));
  REQUIRE(lab.allocator.convert(fw(0), ag(0), "a", kReserve));
  CHECK(lab.allocator.consumed("a") == quantities("cpus:4"));  // not twice
  const RoleQuota quota{"a", {{}, QuantityLimits::parse("cpus:4").value()}};
  REQUIRE(lab.allocator.update_quota(std::span(&quota, 1), false));
  REQUIRE(lab.allocator.convert(fw(0), ag(0), "a", {res("cpus:1"), Resources{reserved("cpus", 1, {"b"})}}));
  CHECK(lab.allocator.consumed("a") == quantities("cpus:3"));
  CHECK(lab.allocator.consumed("b") == quantities("cpus:1"));
  lab.add_agent(1, "cpus:4");
  lab.allocator.suppress(fw(1), {});
  CHECK(lab.next() == "f0 a1 a cpus:1");
}

TEST_CASE("convert_free: what is free changes its form and is offered anew") {
  Lab lab = holding(res("cpus:4"));
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:2");
  lab.allocator.suppress(fw(1), {});
  lab.allocator.suppress(fw(0), {});
  lab.run();
  REQUIRE(lab.allocator.convert_free(ag(0), kReserve));
  CHECK(lab.allocator.available(ag(0)) == Resources{plain("cpus", 1)} + kReserve.converted);
  CHECK(lab.allocator.total() == quantities("cpus:4"));
  lab.allocator.revive(fw(1), {});
  CHECK(lab.next() == "f1 a0 b cpus:1");
  REQUIRE(lab.allocator.convert_free(ag(0), {kReserve.converted, kReserve.consumed}));
  CHECK(lab.allocator.next_deadline() <= lab.now);  // a candidate
  CHECK(lab.next() == "f1 a0 b cpus:1");
}

TEST_CASE("convert_free: not what is held, and nothing changes") {
  Lab lab = holding(res("cpus:4"));
  CHECK(message(lab.allocator.convert_free(ag(0), kReserve)) ==
        "cannot convert cpus:1: free on the agent is nothing");
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:0.5");
  CHECK(message(lab.allocator.convert_free(ag(0), kReserve)) ==
        "cannot convert cpus:1: free on the agent is cpus:0.5");
  CHECK(lab.allocator.available(ag(0)) == res("cpus:0.5"));
  CHECK(message(lab.allocator.convert_free(ag(3), kReserve)) == "there is no such agent");
}

TEST_CASE("convert_free: an agent that is not active is changed, and not offered") {
  Lab lab = holding(res("cpus:4"));
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:2");
  lab.allocator.deactivate_agent(ag(0));
  REQUIRE(lab.allocator.convert_free(ag(0), kReserve));
  CHECK(lab.next().empty());
  lab.allocator.activate_agent(ag(0));
  CHECK_FALSE(lab.next().empty());
}
