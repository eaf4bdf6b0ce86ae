// Offer constraints: which agents a framework wants to be offered, by their attributes.
#include <algorithm>

#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;
using Predicate = AttributeConstraint::Predicate;
using Selector = AttributeConstraint::Selector;

AttributeConstraint rack(Predicate predicate, std::string text = "") {
  return {Selector::attribute, "rack", predicate, std::move(text)};
}
OfferConstraints only(AttributeConstraint constraint) { return {{{{std::move(constraint)}}}}; }

FrameworkInfo choosy(const OfferConstraints& constraints) {
  FrameworkInfo info = framework("f0", {"a"});
  info.offer_constraints["a"] = constraints;
  return info;
}
AgentInfo agent_with(std::string_view attributes) {
  AgentInfo info = agent("cpus:1;mem:100");
  if (!attributes.empty()) info.attributes = parse_attributes(attributes).value();
  return info;
}

// Is an agent like this offered to a framework with these constraints? explain() has to agree.
bool offered(const OfferConstraints& constraints, const AgentInfo& info) {
  Lab lab;
  lab.add_framework(0, choosy(constraints));
  lab.allocator.add_agent(ag(0), info, {});
  const bool excluded = has(lab.allocator.explain(fw(0), "a", ag(0), lab.now).reasons, Refusal::constraint);
  const bool out = lab.run().size() == 1;
  CHECK(out != excluded);
  return out;
}

struct Row {
  Predicate predicate;
  const char* text;
  bool same, other, missing, not_text;  // is the agent offered?
};
constexpr Row kRows[] = {
    {Predicate::exists, "", true, true, false, true},
    {Predicate::not_exists, "", false, false, true, false},
    {Predicate::text_equals, "r7", true, false, false, true},
    {Predicate::text_not_equals, "r7", false, true, true, true},
    {Predicate::text_matches, "r[6-8]", true, false, false, true},
    {Predicate::text_not_matches, "r[6-8]", false, true, true, true},
};

AgentInfo located(Selector selector, const std::string& text) {
  AgentInfo info = agent("cpus:1;mem:100");
  (selector == Selector::hostname ? info.hostname
   : selector == Selector::region ? info.region
                                  : info.zone) = text;
  return info;
}

std::string why(const OfferConstraints& constraints) {
  const Status status = validate(constraints);
  return status ? "" : status.error().message;
}

}  // namespace

TEST_CASE("constraints: every predicate on an attribute that agrees, differs, is missing or is no text") {
  for (const Row& row : kRows) {
    const OfferConstraints constraints = only(rack(row.predicate, row.text));
    REQUIRE(validate(constraints));
    INFO(to_text(constraints.any[0].all[0]));
    CHECK(offered(constraints, agent_with("rack:r7")) == row.same);
    CHECK(offered(constraints, agent_with("rack:q1")) == row.other);
    CHECK(offered(constraints, agent_with("")) == row.missing);
    CHECK(offered(constraints, agent_with("Rack:r7;racks:r7")) == row.missing);
    for (const char* not_text : {"rack:2.5", "rack:[1-4]"}) {
      CHECK(offered(constraints, agent_with(not_text)) == row.not_text);
    }
  }
}

TEST_CASE("constraints: every predicate on hostname, region and zone") {
  for (const Selector selector : {Selector::hostname, Selector::region, Selector::zone}) {
    for (const Row& row : kRows) {
      const OfferConstraints constraints = only({selector, "", row.predicate, row.text});
      REQUIRE(validate(constraints));
      INFO(to_text(constraints.any[0].all[0]));
      CHECK(offered(constraints, located(selector, "r7")) == row.same);
      CHECK(offered(constraints, located(selector, "q1")) == row.other);
      CHECK(offered(constraints, located(selector, "")) == row.missing);
      for (const Selector another : {Selector::hostname, Selector::region, Selector::zone}) {
        if (another != selector) CHECK(offered(constraints, located(another, "r7")) == row.missing);
      }
    }
  }
}

TEST_CASE("constraints: all of a group have to pass, and one group is enough") {
  const AttributeConstraint on_ssd{Selector::attribute, "disk", Predicate::text_equals, "ssd"};
  const OfferConstraints constraints{{{{rack(Predicate::text_equals, "r7"), on_ssd}},
                                      {{rack(Predicate::text_equals, "r8")}},
                                      {{rack(Predicate::not_exists)}}}};
  REQUIRE(validate(constraints));
  CHECK(offered(constraints, agent_with("rack:r7;disk:ssd")));
  CHECK_FALSE(offered(constraints, agent_with("rack:r7;disk:hdd")));
  CHECK_FALSE(offered(constraints, agent_with("rack:r7")));
  CHECK(offered(constraints, agent_with("rack:r8;disk:hdd")));
  CHECK_FALSE(offered(constraints, agent_with("rack:r9;disk:ssd")));
  CHECK(offered(constraints, agent_with("disk:hdd")));
}

TEST_CASE("constraints: the selector names the first attribute of that name") {
  CHECK(offered(only(rack(Predicate::text_equals, "r7")), agent_with("rack:r7;rack:r8")));
  CHECK_FALSE(offered(only(rack(Predicate::text_equals, "r8")), agent_with("rack:r7;rack:r8")));
}

TEST_CASE("constraints: a pattern must match the whole text") {
  const auto matches = [](const char* pattern) {
    return offered(only(rack(Predicate::text_matches, pattern)), agent_with("rack:r7"));
  };
  CHECK_FALSE(matches("r"));
  CHECK_FALSE(matches("7"));
  CHECK(matches("r."));
  CHECK(matches(".*"));
  CHECK_FALSE(matches(""));
  CHECK(matches("(?i)R7"));
  CHECK_FALSE(matches("R7"));
  CHECK(offered(only(rack(Predicate::text_not_matches, "r")), agent_with("rack:r7")));
}

TEST_CASE("constraints hold in their role only") {
  Lab lab;
  FrameworkInfo info = framework("f0", {"a", "b"});
  info.offer_constraints["a"] = only(rack(Predicate::exists));
  lab.add_framework(0, info);
  lab.add_agent(0, "cpus:1;mem:100");
  CHECK(lab.next() == "f0 a0 b cpus:1;mem:100");
}

TEST_CASE("constraints: who is excluded is passed over, the next in order is served") {
  Lab lab;
  lab.add_framework(0, choosy(only(rack(Predicate::exists))));
  lab.add_framework(1, framework("f1", {"b"}));
  for (unsigned a = 0; a < 4; ++a) lab.add_agent(a, "cpus:1;mem:100");
  lab.allocator.add_agent(ag(4), agent_with("rack:r7"), {});
  std::map<std::string, int> count;
  for (const Grant& grant : lab.run()) {
    ++count[grant.role.str()];
    if (grant.agent == ag(4)) CHECK(grant.role == "a");
  }
  CHECK(count == std::map<std::string, int>{{"a", 1}, {"b", 4}});
}

TEST_CASE("constraints: an agent whose attributes change is looked at again") {
  Lab lab;
  lab.add_framework(0, choosy(only(rack(Predicate::text_equals, "r7"))));
  lab.add_agent(0, "cpus:1;mem:100");
  CHECK(lab.next().empty());
  lab.allocator.update_agent(ag(0), agent_with("rack:r7"));
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1;mem:100");
  lab.allocator.update_agent(ag(0), agent_with("rack:r8"));
  CHECK(lab.next().empty());
}

TEST_CASE("constraints: an agent that moves is looked at again") {
  for (const Selector selector : {Selector::hostname, Selector::region, Selector::zone}) {
    Lab lab;
    lab.add_framework(0, choosy(only({selector, "", Predicate::text_equals, "here"})));
    lab.allocator.add_agent(ag(0), located(selector, "there"), {});
    CHECK(lab.next().empty());
    lab.allocator.update_agent(ag(0), located(selector, "here"));
    CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
  }
}

TEST_CASE("constraints: another agent with the same handle is looked at anew") {
  Lab lab;
  lab.add_framework(0, choosy(only(rack(Predicate::exists))));
  lab.allocator.add_agent(ag(0), agent_with("rack:r7"), {});
  CHECK_FALSE(lab.next().empty());
  lab.allocator.remove_agent(ag(0));
  lab.add_agent(0, "cpus:1;mem:100");
  CHECK(lab.next().empty());
}

TEST_CASE("constraints: a framework that changes its constraints sees other agents") {
  Lab lab;
  lab.add_framework(0, choosy(only(rack(Predicate::text_equals, "r7"))));
  lab.allocator.add_agent(ag(0), agent_with("rack:r8"), {});
  CHECK(lab.next().empty());
  lab.allocator.update_framework(fw(0), choosy(only(rack(Predicate::text_equals, "r8"))), {});
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
  lab.give_back({fw(0), ag(0), "a", {}}, "cpus:1;mem:100");
  lab.allocator.update_framework(fw(0), choosy(only(rack(Predicate::not_exists))), {});
  CHECK(lab.next().empty());
  lab.allocator.update_framework(fw(0), framework("f0", {"a"}), {});  // none
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
}

TEST_CASE("constraints are left behind with the role") {
  Lab lab;
  lab.add_framework(0, choosy(only(rack(Predicate::exists))));
  lab.add_agent(0, "cpus:1;mem:100");
  lab.allocator.update_framework(fw(0), framework("f0", {"b"}), {});
  lab.allocator.update_framework(fw(0), framework("f0", {"a"}), {});
  CHECK(lab.next() == "f0 a0 a cpus:1;mem:100");
}

TEST_CASE("constraints: validate() says what is wrong and where") {
  const OfferConstraints good = only(rack(Predicate::text_equals, "r7"));
  CHECK(why(good).empty());
  CHECK(why(only(rack(Predicate::text_equals, ""))).empty());  // a text like any other
  CHECK(why({}) == "there is no group of constraints: give one");
  CHECK(why({{good.any[0], {}}}) == "constraint group 2 is empty: give a constraint");
  CHECK(why(only({Selector::attribute, "", Predicate::exists, ""})) ==
        "constraint group 1, constraint 1: it names no attribute: give a name, or select hostname, region or "
        "zone");
  CHECK(why(only({Selector::zone, "rack", Predicate::exists, ""})) ==
        "constraint group 1, constraint 1: it names attribute 'rack' and selects something else: do one of "
        "both");
  CHECK(why(only(rack(Predicate::not_exists, "r7"))) ==
        "constraint group 1, constraint 1: text 'r7' has no meaning for a test of existence: leave it empty");
}

TEST_CASE("constraints: broken and large patterns are refused") {
  const OfferConstraints broken{
      {{{rack(Predicate::exists)}}, {{rack(Predicate::exists), rack(Predicate::text_not_matches, "r(7")}}}};
  CHECK(why(broken) == "constraint group 2, constraint 2: pattern 'r(7' is broken: missing ): r(7");
  CHECK(why(only(rack(Predicate::text_matches, "[a-z]{300}"))).find("is too complex: it compiles to ") !=
        std::string::npos);
  CHECK(why(only(rack(Predicate::text_matches, "[a-z]{20}"))).empty());
  CHECK(why(only(rack(Predicate::text_matches, std::string(5000, 'r')))) ==
        "constraint group 1, constraint 1: the pattern has 5000 characters: give at most 4096");
  CHECK_FALSE(why(only(rack(Predicate::text_matches, "((a{99}){99}){99}"))).empty());
  CHECK(why(only(rack(Predicate::text_equals, "r(7"))).empty());  // no pattern
}

TEST_CASE("constraints in words") {
  CHECK(to_text(rack(Predicate::exists)) == "rack exists");
  CHECK(to_text(rack(Predicate::not_exists)) == "rack does not exist");
  CHECK(to_text(rack(Predicate::text_equals, "r7")) == "rack equals \"r7\"");
  CHECK(to_text(rack(Predicate::text_not_equals, "r7")) == "rack does not equal \"r7\"");
  CHECK(to_text(rack(Predicate::text_matches, "r7.*")) == "rack matches \"r7.*\"");
  CHECK(to_text({Selector::hostname, "", Predicate::text_not_matches, "x"}) ==
        "the hostname does not match \"x\"");
  CHECK(to_text({Selector::region, "", Predicate::exists, ""}) == "the region exists");
  CHECK(to_text({Selector::zone, "", Predicate::text_equals, ""}) == "the zone equals \"\"");
}
