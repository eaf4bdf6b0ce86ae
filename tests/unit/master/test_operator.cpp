// Calls of operators: who may make them, what is answered, and when.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

struct Desk {
  explicit Desk(MasterOptions options = {}) : c(std::move(options)), peer(c.connect(PeerRole::operator_)) {}
  msg::OperatorAnswer ask(OperatorAction action) {
    c.send(peer, msg::OperatorCall{++id, std::move(action)});
    const auto answer = c.one<msg::OperatorAnswer>(peer);
    CHECK(answer.id == id);
    return answer;
  }
  void check_refused(OperatorAction action, Errc code, const std::string& why) {
    const auto answer = ask(std::move(action));
    CHECK(answer.error == static_cast<std::uint32_t>(code));
    CHECK_THAT(answer.text, Contains(why));
    CHECK_FALSE(c.closed(peer));
  }
  Cluster c;
  PeerId peer;
  std::uint64_t id = 0;
};

}  // namespace

TEST_CASE("only operators make operator calls, and they make no others") {
  Cluster c;
  for (const PeerRole role : {PeerRole::scheduler, PeerRole::agent, PeerRole::unknown}) {
    const PeerId peer = c.connect(role);
    c.send(peer, msg::OperatorCall{1, ListAgents{}});
    CHECK_THAT(c.one<msg::ErrorMessage>(peer).message, Contains("OperatorCall"));
    CHECK(c.closed(peer));
  }
  const PeerId peer = c.connect(PeerRole::operator_);
  c.send(peer, msg::Subscribe{framework_info("f"), {}, {}});
  CHECK(c.closed(peer));
}

TEST_CASE("a change is answered when its record is durable") {
  Desk desk;
  std::vector<Event> batch;
  batch.push_back(Received{desk.peer, msg::OperatorCall{7, SetWeight{"eng", 2}}});
  Outbox out;
  desk.c.master.step(batch, desk.c.now, out);
  CHECK(out.sends.empty());
  REQUIRE(out.commits.size() == 1);
  REQUIRE(out.commits[0].changes.size() == 1);
  CHECK(out.commits[0].changes[0].key == "weight/eng");
  REQUIRE(out.commits[0].after.size() == 1);
  CHECK(std::get<msg::OperatorAnswer>(out.commits[0].after[0].message).id == 7);
}

TEST_CASE("what is wrong is answered and changes nothing") {
  Desk desk;
  desk.check_refused(SetWeight{"eng", 0}, Errc::invalid_argument, "'eng'");
  desk.check_refused(SetQuota{{{"eng/", {}}}, false}, Errc::invalid_argument, "eng/");
  desk.check_refused(TeardownFramework{FrameworkId("x")}, Errc::not_found, "\"x\"");
  desk.check_refused(DeactivateAgent{AgentId("a9")}, Errc::not_found, "\"a9\"");
  desk.check_refused(ReactivateAgent{AgentId("a9")}, Errc::not_found, "\"a9\"");
  desk.check_refused(ExplainOffers{FrameworkId("x"), "eng", {}}, Errc::not_found, "\"x\"");
  desk.check_refused({}, Errc::invalid_argument, "does not know");
  CHECK(desk.c.changes.empty());
}

TEST_CASE("an explanation is asked for by id or name, of all agents or one") {
  Desk desk;
  const auto agent = desk.c.add_agent();
  const auto f = desk.c.add_framework(framework_info("f", {"eng"}));
  const std::string all = desk.ask(ExplainOffers{f.id, "eng", {}}).text;
  CHECK_THAT(all, Contains("framework " + f.id.str() + " in role \"eng\": ") && Contains("of 1 agent"));
  CHECK(desk.ask(ExplainOffers{FrameworkId("f"), {}, {}}).text == all);
  const auto one = desk.ask(ExplainOffers{f.id, "eng", agent.id});
  CHECK(one.error == 0);
  CHECK(one.text.size() > all.find(": ") + 2);
  desk.check_refused(ExplainOffers{f.id, "eng", AgentId("a9")}, Errc::not_found, "\"a9\"");
  desk.c.add_framework(framework_info("f", {"a", "b"}));
  desk.check_refused(ExplainOffers{FrameworkId("f"), "eng", {}}, Errc::invalid_argument,
                     "several frameworks");
  const auto g = desk.c.add_framework(framework_info("g", {"a", "b"}));
  desk.check_refused(ExplainOffers{g.id, {}, {}}, Errc::invalid_argument, "2 roles");
}

TEST_CASE("lists show what there is") {
  Desk desk;
  const auto agent = desk.c.add_agent("h1", "cpus:4;mem:1024");
  const auto f = desk.c.add_framework(framework_info("f", {"eng"}));
  const Offer offer = desk.c.offer(f.peer);
  desk.c.launch(f, offer, {task("t1", offer)}, {1h});
  const auto frameworks = desk.ask(ListFrameworks{});
  REQUIRE(frameworks.frameworks.size() == 1);
  CHECK(frameworks.frameworks[0].id == f.id);
  CHECK(frameworks.frameworks[0].tasks == 1);
  CHECK(frameworks.frameworks[0].used == Resources::parse("cpus:1;mem:64").value());
  const auto agents = desk.ask(ListAgents{});
  REQUIRE(agents.agents.size() == 1);
  CHECK(agents.agents[0].id == agent.id);
  CHECK(agents.agents[0].total.get("cpus") == 4);
  desk.ask(SetWeight{"ops", 3});
  const auto roles = desk.ask(ListRoles{});
  REQUIRE(roles.roles.size() == 2);
  CHECK(roles.roles[0].role == "eng");
  CHECK(roles.roles[0].frameworks == 1);
  CHECK(roles.roles[1].role == "ops");
  CHECK(roles.roles[1].weight == 3);
  CHECK(roles.text == "2 roles");
}

TEST_CASE("a long list is cut, and says so") {
  Desk desk;
  for (std::size_t i = 0; i <= kMaxListedEntries; ++i) desk.c.step(SetWeight{"r" + std::to_string(i), 2});
  const auto roles = desk.ask(ListRoles{});
  CHECK(roles.roles.size() == kMaxListedEntries);
  CHECK(roles.text == "10001 roles; the first 10000 are listed");
}

TEST_CASE("an agent that is deactivated gets no offers made of it until it is active again") {
  Desk desk;
  const auto agent = desk.c.add_agent();
  const auto f = desk.c.add_framework();
  const Offer offer = desk.c.offer(f.peer);
  CHECK(desk.ask(DeactivateAgent{agent.id}).error == 0);
  CHECK(desk.c.one<msg::Rescind>(f.peer).offer_id == offer.id);
  CHECK(desk.c.find<record::AdmittedAgent>(admitted_agent_key(agent.id))->deactivated);
  CHECK(desk.c.view().agents[0].deactivated);
  desk.check_refused(DeactivateAgent{agent.id}, Errc::already_exists, agent.id.str());
  desk.c.send(f.peer, msg::Revive{});
  CHECK(desk.c.offers(f.peer).empty());

  SECTION("and active again") {
    CHECK(desk.ask(ReactivateAgent{agent.id}).error == 0);
    CHECK_FALSE(desk.c.find<record::AdmittedAgent>(admitted_agent_key(agent.id))->deactivated);
    CHECK(desk.c.offers(f.peer).size() == 1);
    desk.check_refused(ReactivateAgent{agent.id}, Errc::not_found, "is not deactivated");
  }
  SECTION("it comes back as it went") {
    desk.c.disconnect(agent.peer);
    const PeerId again = desk.c.connect(PeerRole::agent);
    desk.c.send(again, msg::ReregisterAgent{agent.info, {}, {}, {}});
    CHECK(desk.c.offers(f.peer).empty());
    CHECK(desk.ask(ReactivateAgent{agent.id}).error == 0);
    CHECK(desk.c.offers(f.peer).size() == 1);
  }
  SECTION("also after it was unreachable") {
    desk.c.disconnect(agent.peer);
    desk.c.advance(11min);
    CHECK(desk.c.view().agents.empty());
    const PeerId again = desk.c.connect(PeerRole::agent);
    desk.c.send(again, msg::ReregisterAgent{agent.info, {}, {}, {}});
    CHECK(desk.c.view().agents[0].deactivated);
    CHECK(desk.c.offers(f.peer).empty());
  }
  SECTION("while it is away it can be made active") {
    desk.c.disconnect(agent.peer);
    CHECK(desk.ask(ReactivateAgent{agent.id}).error == 0);
    CHECK(desk.c.offers(f.peer).empty());
    const PeerId again = desk.c.connect(PeerRole::agent);
    desk.c.send(again, msg::ReregisterAgent{agent.info, {}, {}, {}});
    CHECK(desk.c.offers(f.peer).size() == 1);
  }
}

TEST_CASE("an operator takes a framework down") {
  Desk desk;
  const auto f = desk.c.add_framework();
  CHECK(desk.ask(TeardownFramework{f.id}).error == 0);
  CHECK(desk.c.closed(f.peer));
  CHECK(desk.c.view().completed_frameworks == std::vector<FrameworkId>{f.id});
}

}  // namespace mesoscore::test
