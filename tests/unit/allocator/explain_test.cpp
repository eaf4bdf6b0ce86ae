// Why not me?
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

std::string sentence(Lab& lab, unsigned f, std::string_view role) {
  return lab.allocator.explain(fw(f), role, lab.now).sentence;
}

}  // namespace

TEST_CASE("explain: eligible agents") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  CHECK(sentence(lab, 0, "a") == "0 of 0 agents");
  for (unsigned a = 0; a < 3; ++a) lab.add_agent(a, "cpus:1;mem:100");
  CHECK(sentence(lab, 0, "a") == "3 of 3 agents");
  CHECK(lab.allocator.explain(fw(0), "a", ag(1), lab.now).reasons == Refusal::none);
}

TEST_CASE("explain: filters and what is in use, as in the header") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  for (unsigned a = 0; a < 5; ++a) lab.add_agent(a, "cpus:1;mem:100");
  std::vector<Grant> grants = lab.run();
  REQUIRE(grants.size() == 5);
  lab.decline(grants[0], 5s);
  lab.decline(grants[1], 3s);
  lab.decline(grants[2], 1h);
  lab.run();
  const Explanation why = lab.allocator.explain(fw(0), "a", lab.now);
  CHECK(why.sentence ==
        "0 of 5 agents: 3 refused by its own filter (the first ends in 3 s), 2 have nothing free");
  CHECK(why.agents == 5);
  CHECK(why.eligible == 0);
  REQUIRE(why.counts.size() == 2);
  CHECK(why.counts[0].reason == Refusal::filtered);
  CHECK(why.counts[0].agents == 3);
  CHECK(why.counts[1].reason == Refusal::nothing_free);
  CHECK(why.earliest_filter_expiry == lab.now + 3s);
  CHECK(why.share == Approx(0.4));
  CHECK(why.role_share == Approx(0.4));
  lab.now += 4s;  // explain() looks at the time without a run
  CHECK(sentence(lab, 0, "a") ==
        "1 of 5 agents: 2 have nothing free, 2 refused by its own filter (the first ends in 1 s)");
}

TEST_CASE("explain: the share of the role is divided by its weight") {
  Lab lab;
  REQUIRE(lab.allocator.set_weight("a", 4));
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.add_agent(1, "cpus:1;mem:100");
  lab.run();
  const Explanation why = lab.allocator.explain(fw(0), "a", lab.now);
  CHECK(why.share == Approx(0.5));
  CHECK(why.role_share == Approx(0.25));
}

TEST_CASE("explain: suppressed and disconnected") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.allocator.suppress(fw(0), {});
  CHECK(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons == Refusal::suppressed);
  CHECK(sentence(lab, 0, "a") == "0 of 1 agent: 1 withheld because it suppressed the role");
  lab.allocator.deactivate_framework(fw(0));
  CHECK(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons ==
        (Refusal::suppressed | Refusal::inactive));
  CHECK(sentence(lab, 0, "a") == "0 of 1 agent: 1 withheld because it is not connected");
}

TEST_CASE("explain: agents that are not active, or have gpus") {
  AllocatorOptions options;
  options.gpu_agents = AllocatorOptions::GpuAgents::never;
  Lab lab(options);
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.add_agent(1, "cpus:1;mem:100;gpus:1");
  lab.add_agent(2, "cpus:1;mem:100;gpus:1");
  lab.allocator.deactivate_agent(ag(0));
  CHECK(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons == Refusal::agent_inactive);
  CHECK(lab.allocator.explain(fw(0), "a", ag(1), lab.now).reasons == Refusal::needs_gpu_capability);
  CHECK(sentence(lab, 0, "a") == "0 of 3 agents: 2 have gpus, which it did not ask for, 1 is not active");
}

TEST_CASE("explain: below the minimum, reserved to others") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "mem:31");
  lab.add_agent(1, Resources{reserved("cpus", 2, {"b"})});
  lab.add_agent(2, Resources{reserved("cpus", 2, {"a/x"})});
  lab.add_agent(3, Resources{revocable("cpus", 2)});
  CHECK(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons == Refusal::below_minimum);
  CHECK(lab.allocator.explain(fw(0), "a", ag(1), lab.now).reasons == Refusal::reserved);
  CHECK(lab.allocator.explain(fw(0), "a", ag(2), lab.now).reasons == Refusal::reserved);
  CHECK(lab.allocator.explain(fw(0), "a", ag(3), lab.now).reasons == Refusal::capability);
  CHECK(sentence(lab, 0, "a") ==
        "0 of 4 agents: 2 have only what is reserved to other roles, 1 has only what needs a capability that "
        "it lacks, 1 has less free than the minimum");
}

TEST_CASE("explain: behind others whose share was smaller") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_framework(1, framework("f1", {"b"}));
  lab.add_agent(0, "cpus:4;mem:400");
  CHECK(lab.next() == "f0 a0 a cpus:4;mem:400");
  lab.add_agent(1, "cpus:1;mem:100");
  CHECK(lab.next() == "f1 a1 b cpus:1;mem:100");
  CHECK(lab.allocator.explain(fw(0), "a", ag(1), lab.now).reasons ==
        (Refusal::behind | Refusal::nothing_free));
  CHECK(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons ==
        Refusal::nothing_free);  // it has that itself
  CHECK(sentence(lab, 0, "a") ==
        "0 of 2 agents: 1 given to others with a smaller share (b), 1 has nothing free");
  lab.add_framework(2, framework("f2", {"c"}));  // came later: was behind nobody
  CHECK(sentence(lab, 2, "c") == "0 of 2 agents: 2 have nothing free");
}

TEST_CASE("explain: roles and frameworks that are not there") {
  Lab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  lab.add_agent(0, "cpus:1;mem:100");
  CHECK(sentence(lab, 0, "b") == "the framework is not in this role");
  CHECK(lab.allocator.explain(fw(9), "a", lab.now).agents == 0);
  CHECK(lab.allocator.explain(fw(9), "a", ag(0), lab.now).reasons == Refusal::inactive);
  CHECK(lab.allocator.explain(fw(0), "a", ag(9), lab.now).reasons == Refusal::agent_inactive);
}

TEST_CASE("explain changes nothing: the grants are the same with it and without") {
  const auto play = [](bool ask) {
    Lab lab;
    std::string out;
    for (unsigned f = 0; f < 4; ++f) lab.add_framework(f, framework("f" + std::to_string(f), {"a"}));
    for (unsigned a = 0; a < 20; ++a) {
      lab.add_agent(a, "cpus:1;mem:100");
      if (ask) lab.allocator.explain(fw(a % 4), "a", lab.now);
      if (a % 3 == 0) out += lab.next() + "\n";
      if (ask) lab.allocator.explain(fw(a % 4), "a", ag(a), lab.now);
    }
    return out;
  };
  CHECK(play(true) == play(false));
}
