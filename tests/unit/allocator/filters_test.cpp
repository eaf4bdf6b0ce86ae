// Declined resources are kept away from who declined them, for a while.
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

struct Declined : Lab {
  Grant grant;
  // One framework has declined the one agent.
  explicit Declined(Duration refuse, const Resources& total = res("cpus:4;mem:1024"),
                    FrameworkInfo info = framework("f0", {"a"})) {
    add_framework(0, info);
    add_agent(0, total);
    const std::vector<Grant> grants = run();
    REQUIRE(grants.size() == 1);
    grant = grants.front();
    decline(grant, refuse);
  }
};

}  // namespace

TEST_CASE("a declined agent is not offered again before the filter has ended, then at once") {
  Declined lab(5s);
  CHECK(lab.next().empty());
  CHECK(lab.allocator.next_deadline() == lab.now + 5s);
  lab.now += 4999ms;
  CHECK(lab.next().empty());
  lab.now += 1ms;
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
  CHECK(lab.allocator.next_deadline() == kNever);
}

TEST_CASE("zero means no filter") {
  Declined lab(0s);
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
}

TEST_CASE("negative times count as five seconds, long ones as 365 days") {
  Declined negative(-3s);
  CHECK(negative.next().empty());
  CHECK(negative.allocator.next_deadline() == negative.now + 5s);
  Declined endless(Duration::max());
  CHECK(endless.next().empty());
  CHECK(endless.allocator.next_deadline() == endless.now + 365 * 24h);
}

TEST_CASE("a filter shorter than the time to the next run holds for that run") {
  Declined lab(1ms);
  lab.add_framework(1, framework("f1", {"b"}));
  lab.now += 1s;
  CHECK(lab.next() == "f1 a0 b cpus:4;mem:1024");  // and not again f0, which has the smaller share
}

TEST_CASE("a filter of one framework is none for the others") {
  Declined lab(5s);
  lab.add_framework(1, framework("f1", {"a"}));
  CHECK(lab.next() == "f1 a0 a cpus:4;mem:1024");
}

TEST_CASE("a filter of one role is none for the framework's other roles") {
  Declined lab(5s, res("cpus:4;mem:1024"), framework("f0", {"a", "b"}));
  CHECK(lab.next() == "f0 a0 b cpus:4;mem:1024");
}

TEST_CASE("more on the agent defeats the filter, as much or less does not") {
  Declined lab(60s, res("cpus:4;mem:1024"));
  lab.allocator.allocate(fw(0), ag(0), "a", res("cpus:2"));
  lab.allocator.recover(fw(0), ag(0), "a", res("cpus:1"), nullptr, lab.now);
  CHECK(lab.next().empty());  // cpus:3;mem:1024 is less than was refused
  lab.allocator.recover(fw(0), ag(0), "a", res("cpus:1"), nullptr, lab.now);
  CHECK(lab.next().empty());  // as much as was refused
  lab.allocator.update_agent(ag(0), agent("cpus:5;mem:1024"));
  CHECK(lab.next() == "f0 a0 a cpus:5;mem:1024");
}

TEST_CASE("one filter that contains the offer is enough") {
  Declined lab(60s, res("cpus:4;mem:1024"));
  lab.allocator.update_agent(ag(0), agent("cpus:8;mem:512"));
  const std::vector<Grant> grants = lab.run();  // more cpus than was refused
  REQUIRE(grants.size() == 1);
  lab.decline(grants.front(), 10s);
  lab.allocator.update_agent(ag(0), agent("cpus:3;mem:1000"));
  CHECK(lab.next().empty());  // within the first
  lab.allocator.update_agent(ag(0), agent("cpus:7;mem:400"));
  CHECK(lab.next().empty());  // within the second
  lab.allocator.update_agent(ag(0), agent("cpus:5;mem:600"));
  CHECK(lab.next() == "f0 a0 a cpus:5;mem:600");  // within neither
}

TEST_CASE("of a refused mix of revocable and regular resources, more of either is something new") {
  const FrameworkInfo info = with(framework("f0", {"a"}), FrameworkCapability::revocable_resources);
  const auto total = [](double cpus, double more) {
    return Resources{Resource("cpus", Scalar::from_double(cpus)), revocable("cpus", more)};
  };
  Declined lab(60s, total(2, 2), info);
  lab.allocator.update_agent(ag(0), agent(total(2, 1)));
  CHECK(lab.next().empty());
  lab.allocator.update_agent(ag(0), agent(total(2, 3)));
  CHECK(lab.next() == "f0 a0 a cpus:2;cpus{revocable}:3");
  Declined regular(60s, total(2, 2), info);
  regular.allocator.update_agent(ag(0), agent(total(3, 1)));
  CHECK(regular.next() == "f0 a0 a cpus:3;cpus{revocable}:1");
}

TEST_CASE("revive clears the filters of the named roles") {
  Declined lab(60s);
  const RoleName other[] = {"b"};
  lab.allocator.revive(fw(0), other);
  CHECK(lab.next().empty());
  const RoleName role[] = {"a"};
  lab.allocator.revive(fw(0), role);
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
  CHECK(lab.allocator.next_deadline() == kNever);
  lab.decline({fw(0), ag(0), "a", res("cpus:4;mem:1024")}, 60s);
  CHECK(lab.next().empty());
  lab.allocator.revive(fw(0), {});  // all roles
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
}

TEST_CASE("suppress keeps filters, and the end of a filter offers nothing to a suppressed role") {
  Declined lab(60s);
  lab.allocator.suppress(fw(0), {});
  CHECK(has(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons, Refusal::filtered));
  CHECK(has(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons, Refusal::suppressed));
  lab.now += 60s;
  CHECK(lab.next().empty());
  lab.allocator.revive(fw(0), {});
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
}

TEST_CASE("a role that leaves the suppressed ones by an update loses its filters") {
  Declined lab(60s);
  const RoleName role[] = {"a"};
  lab.allocator.update_framework(fw(0), framework("f0", {"a"}), role);
  CHECK(lab.next().empty());
  lab.allocator.update_framework(fw(0), framework("f0", {"a"}), {});
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
}

TEST_CASE("deactivation, removal of the agent and other attributes clear filters") {
  SECTION("deactivation of the framework") {
    Declined lab(60s);
    lab.allocator.deactivate_framework(fw(0));
    CHECK(lab.next().empty());
    lab.allocator.activate_framework(fw(0));
    CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
  }
  SECTION("removal of the agent") {
    Declined lab(60s);
    lab.allocator.remove_agent(ag(0));
    CHECK(lab.allocator.next_deadline() <= lab.now);
    CHECK(lab.next().empty());
    CHECK(lab.allocator.next_deadline() == kNever);
    lab.add_agent(0, "cpus:4;mem:1024");
    CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
  }
  SECTION("other attributes") {
    Declined lab(60s);
    AgentInfo info = agent("cpus:4;mem:1024");
    lab.allocator.update_agent(ag(0), info);
    CHECK(lab.next().empty());
    info.attributes = parse_attributes("rack:r1").value();
    lab.allocator.update_agent(ag(0), info);
    CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
  }
  SECTION("leaving the role") {
    Declined lab(60s);
    lab.allocator.update_framework(fw(0), framework("f0", {"b"}), {});
    CHECK(lab.next() == "f0 a0 b cpus:4;mem:1024");
    lab.allocator.recover(fw(0), ag(0), "b", res("cpus:4;mem:1024"), nullptr, lab.now);
    lab.allocator.update_framework(fw(0), framework("f0", {"a"}), {});
    CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
  }
}

TEST_CASE("a framework that takes the place of a removed one does not inherit its filters") {
  Declined lab(60s);
  lab.allocator.remove_framework(fw(0));
  lab.add_framework(0, framework("f9", {"a"}));
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:1024");
}

TEST_CASE("filters of many frameworks on one agent end one by one") {
  Lab lab;
  lab.add_agent(0, "cpus:4;mem:1024");
  for (unsigned f = 0; f < 50; ++f) lab.add_framework(f, framework("f" + std::to_string(100 + f), {"a"}));
  for (unsigned f = 0; f < 50; ++f) {
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    lab.decline(grants.front(), std::chrono::seconds(100 - f));
  }
  CHECK(lab.next().empty());
  for (unsigned f = 50; f-- > 0;) {  // the last to decline is the first to be asked again
    CHECK(lab.allocator.next_deadline() == TimePoint(std::chrono::seconds(100 - f)));
    lab.now = lab.allocator.next_deadline();
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    CHECK(static_cast<unsigned>(grants.front().framework) == f);
    lab.decline(grants.front(), 1000s);
    CHECK(lab.next().empty());
  }
}

TEST_CASE("an agent keeps a bounded number of filters of one framework and role") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:100;mem:100000");
  for (int i = 1; i <= 200; ++i) {  // none contains another
    Resources odd = res("cpus:" + std::to_string(i) + ";mem:" + std::to_string(1000 - i));
    lab.allocator.update_agent(ag(0), agent(odd));
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    lab.decline(grants.front(), 1h);
  }
  CHECK(lab.next().empty());
  lab.now += 1h;
  CHECK(lab.next() == "f0 a0 a cpus:200;mem:800");
}
