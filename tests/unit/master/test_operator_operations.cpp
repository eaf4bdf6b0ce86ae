// Operations of operators, on what is free or offered.
#include "harness.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

struct Operated {
  Cluster c;
  Cluster::AgentPeer agent = c.add_agent("h1", "cpus:4;mem:1024;disk:1000");

  Status operate(Operation operation) { return operate(agent.id, std::move(operation)); }
  Status operate(AgentId on, Operation operation) {
    return c.operate(OperateOnAgent{std::move(on), std::move(operation)});
  }
  std::string refusal(Operation operation) { return refusal(agent.id, std::move(operation)); }
  std::string refusal(AgentId on, Operation operation) {
    const Status done = operate(std::move(on), std::move(operation));
    CHECK(c.none<msg::ApplyOperation>(agent.peer));
    return done ? std::string() : done.error().message;
  }
  Resources total() const { return c.view().agents.at(0).info.resources; }
};

}  // namespace

TEST_CASE("an operator reserves what is free") {
  Operated o;
  REQUIRE(o.operate(reserve(reserved("cpus:1", "eng"))));
  const auto apply = o.c.one<msg::ApplyOperation>(o.agent.peer);
  CHECK_FALSE(apply.framework);
  CHECK(o.total() == parsed("cpus:3;mem:1024;disk:1000") + reserved("cpus:1", "eng"));
  const auto f = o.c.add_framework(framework_info("f", {"eng"}));
  CHECK(o.c.offer(f.peer).resources == o.total());

  msg::OperationUpdate finished;
  finished.state = OperationState::finished;
  finished.uuid = Uuid::from_random(1, 1);
  CHECK(o.c.view().operations.size() == 1);
  o.c.send(o.agent.peer, msg::AgentOperationUpdate{{}, apply.uuid, finished});
  CHECK(o.c.one<msg::OperationAcknowledged>(o.agent.peer).uuid == Uuid::from_random(1, 1));
  CHECK(o.c.view().operations.empty());
}

TEST_CASE("the event does the same") {
  Operated o;
  o.c.step(OperateOnAgent{o.agent.id, reserve(reserved("cpus:1", "eng"))});
  CHECK(o.c.all<msg::ApplyOperation>(o.agent.peer).size() == 1);
  o.c.step(OperateOnAgent{o.agent.id, reserve(reserved("cpus:9", "eng"))});
  CHECK(o.c.none<msg::ApplyOperation>(o.agent.peer));
}

TEST_CASE("operators make and end volumes, and reserve again") {
  Operated o;
  REQUIRE(o.operate(reserve(reserved("disk:64", "eng"))));
  REQUIRE(o.operate(create({volume("v1", "eng")})));
  CHECK(o.total() == parsed("cpus:4;mem:1024;disk:936") + Resources{volume("v1", "eng")});
  CHECK_THAT(o.refusal(unreserve({volume("v1", "eng")})), Catch::Contains("DESTROY it first"));
  REQUIRE(o.operate(destroy({volume("v1", "eng")})));
  REQUIRE(o.operate({{}, ReserveOperation{reserved("disk:64", "ads"), reserved("disk:64", "eng")}}));
  REQUIRE(o.operate(unreserve(reserved("disk:64", "ads"))));
  CHECK(o.total() == parsed("cpus:4;mem:1024;disk:1000"));
}

TEST_CASE("an offer that holds what the operator wants is rescinded") {
  Operated o;
  const auto f = o.c.add_framework(framework_info("f", {"eng"}));
  const Offer offer = o.c.offer(f.peer);
  REQUIRE(o.operate(reserve(reserved("cpus:1", "ads"))));
  CHECK(o.c.one<msg::Rescind>(f.peer).offer_id == offer.id);
  CHECK(o.c.none<msg::OfferMade>(f.peer));  // it has a filter
  o.c.advance(4s);
  CHECK(o.c.none<msg::OfferMade>(f.peer));
  o.c.advance(2s);
  CHECK(o.c.offer(f.peer).resources == parsed("cpus:3;mem:1024;disk:1000"));
}

TEST_CASE("offers that hold nothing of it stay") {
  Operated o;
  const auto f = o.c.add_framework(framework_info("f", {"eng"}));
  o.c.launch(f, o.c.offer(f.peer), {task("t", o.c.offer(f.peer), "cpus:4;mem:512")}, {0s});
  o.c.update(o.agent, f, "t", TaskState::finished);
  const auto offers = o.c.view().frameworks.at(0).offers;
  REQUIRE(offers == 2);  // one with mem and disk, one with cpus and mem
  REQUIRE(o.operate(reserve(reserved("disk:10", "ads"))));
  CHECK(o.c.all<msg::Rescind>(f.peer).size() == 1);
}

TEST_CASE("nothing is rescinded for what is in use") {
  Operated o;
  const auto f = o.c.add_framework(framework_info("f", {"eng"}));
  o.c.launch(f, o.c.offer(f.peer), {task("t", o.c.offer(f.peer), "cpus:3;mem:64")}, {0s});
  const std::string why = o.refusal(reserve(reserved("cpus:2", "ads")));
  CHECK_THAT(why, Catch::StartsWith("RESERVE: it needs cpus:2") && Catch::Contains("cpus:1"));
  CHECK(o.c.none<msg::Rescind>(f.peer));
}

TEST_CASE("what operators may not do") {
  Operated o;
  CHECK_THAT(o.refusal(AgentId("nobody"), reserve(reserved("cpus:1", "eng"))),
             Catch::Contains("\"nobody\" is registered"));
  CHECK_THAT(o.refusal(launch({})), Catch::Contains("LAUNCH"));
  CHECK_THAT(o.refusal({{}, GrowVolumeOperation{}}), Catch::Contains("resize"));
  CHECK_THAT(o.refusal(reserve(reserved("cpus:1", "eng"), OperationId("o"))), Catch::Contains("'o'"));
  o.c.disconnect(o.agent.peer);
  CHECK_THAT(o.refusal(reserve(reserved("cpus:1", "eng"))), Catch::Contains("is not connected"));
}

namespace {

// The same as calls that are answered.
struct Called : Operated {
  PeerId desk = c.connect(PeerRole::operator_);
  std::uint64_t id = 0;

  void call(AgentId on, Operation operation) {
    c.send(desk, msg::OperatorCall{++id, OperateOnAgent{std::move(on), std::move(operation)}});
  }
  void call(Operation operation) { call(agent.id, std::move(operation)); }
  // The agent says what became of what it has been told last.
  void report(OperationState state, std::string why = {}) {
    msg::OperationUpdate update;
    update.state = state;
    update.message = std::move(why);
    update.uuid = Uuid::from_random(1, 1);
    c.send(agent.peer, msg::AgentOperationUpdate{{}, c.one<msg::ApplyOperation>(agent.peer).uuid, update});
  }
  msg::OperatorAnswer answer() { return c.one<msg::OperatorAnswer>(desk); }
  void check_refused(Operation operation, Errc code, const std::string& why) {
    check_refused(agent.id, std::move(operation), code, why);
  }
  void check_refused(AgentId on, Operation operation, Errc code, const std::string& why) {
    const Resources before = c.view().agents.empty() ? Resources() : total();
    call(std::move(on), std::move(operation));
    CHECK(answer().id == id);
    CHECK(answer().error == static_cast<std::uint32_t>(code));
    CHECK_THAT(answer().text, Catch::Contains(why));
    CHECK(c.none<msg::ApplyOperation>(agent.peer));
    CHECK(c.view().operations.empty());
    if (!c.view().agents.empty()) CHECK(total() == before);
  }
};

}  // namespace

TEST_CASE("an operator is answered when the agent has answered") {
  Called o;
  o.call(reserve(reserved("cpus:1", "eng")));
  CHECK(o.c.none<msg::OperatorAnswer>(o.desk));
  CHECK(o.c.one<msg::ApplyOperation>(o.agent.peer).operation.id.empty());
  CHECK(o.total() == parsed("cpus:3;mem:1024;disk:1000") + reserved("cpus:1", "eng"));
  o.report(OperationState::finished);
  CHECK(o.answer().id == 1);
  CHECK(o.answer().error == 0);
  CHECK(o.answer().text == "RESERVE on agent " + o.agent.id.str() + ": cpus:1 is now cpus{dynamic=eng}:1");
  CHECK(o.c.all<msg::OperationAcknowledged>(o.agent.peer).size() == 1);
}

TEST_CASE("calls of an operator build on each other without waiting, and are answered each by its own") {
  Called o;
  std::vector<Uuid> orders;
  for (Operation next : {reserve(reserved("disk:64", "eng")), create({volume("v1", "eng")}),
                         destroy({volume("v1", "eng")}), unreserve(reserved("disk:64", "eng"))}) {
    o.call(std::move(next));
    CHECK(o.c.none<msg::OperatorAnswer>(o.desk));
    orders.push_back(o.c.one<msg::ApplyOperation>(o.agent.peer).uuid);
  }
  for (std::size_t i = 0; i < orders.size(); ++i) {
    msg::OperationUpdate finished;
    finished.state = OperationState::finished;
    o.c.send(o.agent.peer, msg::AgentOperationUpdate{{}, orders[i], finished});
    CHECK(o.answer().id == i + 1);
    CHECK(o.answer().error == 0);
  }
  CHECK(o.total() == parsed("cpus:4;mem:1024;disk:1000"));
}

TEST_CASE("an operator hears that the agent could not, and the books are as before") {
  Called o;
  o.call(reserve(reserved("cpus:1", "eng")));
  o.report(OperationState::failed, "the device is busy");
  CHECK(o.answer().error == static_cast<std::uint32_t>(Errc::operation_failed));
  CHECK(o.answer().text == "agent " + o.agent.id.str() + " could not carry out RESERVE: the device is busy");
  CHECK(o.total() == parsed("cpus:4;mem:1024;disk:1000"));
}

TEST_CASE("an operator hears what became of an operation whose agent went away") {
  Called o;
  o.call(reserve(reserved("cpus:1", "eng")));
  const Uuid uuid = o.c.one<msg::ApplyOperation>(o.agent.peer).uuid;
  o.c.disconnect(o.agent.peer);
  CHECK(o.c.none<msg::OperatorAnswer>(o.desk));

  SECTION("it comes back without it") {
    o.c.send(o.c.connect(PeerRole::agent), msg::ReregisterAgent{o.agent.info, {}, {}, {}});
    CHECK(o.answer().error == static_cast<std::uint32_t>(Errc::not_connected));
    CHECK_THAT(o.answer().text, Catch::Contains("before RESERVE reached it: nothing has changed"));
    CHECK(o.total() == parsed("cpus:4;mem:1024;disk:1000"));
  }
  SECTION("it comes back with it") {
    auto info = std::make_shared<AgentInfo>(*o.agent.info);
    info->resources = parsed("cpus:3;mem:1024;disk:1000") + reserved("cpus:1", "eng");
    msg::OperationUpdate finished;
    finished.state = OperationState::finished;
    const PeerId again = o.c.connect(PeerRole::agent);
    o.c.send(again, msg::ReregisterAgent{info, {}, {}, {}, {{{}, uuid, {}, finished}}});
    CHECK(o.c.none<msg::OperatorAnswer>(o.desk));
    o.c.send(again, msg::AgentOperationUpdate{{}, uuid, finished});
    CHECK(o.answer().error == 0);
    CHECK(o.total() == info->resources);
  }
  SECTION("it does not come back") {
    o.c.advance(11min);
    CHECK(o.answer().error == static_cast<std::uint32_t>(Errc::not_connected));
    CHECK_THAT(o.answer().text,
               Catch::Contains(o.agent.id.str() + " is unreachable") && Catch::Contains("not known"));
  }
}

TEST_CASE("an operator who has gone is not answered") {
  Called o;
  o.call(reserve(reserved("cpus:1", "eng")));
  const Uuid uuid = o.c.one<msg::ApplyOperation>(o.agent.peer).uuid;
  o.c.disconnect(o.desk);
  msg::OperationUpdate finished;
  finished.state = OperationState::finished;
  o.c.send(o.agent.peer, msg::AgentOperationUpdate{{}, uuid, finished});
  CHECK(o.c.none<msg::OperatorAnswer>(o.desk));
  CHECK(o.c.view().operations.empty());
}

TEST_CASE("an agent that is deactivated can be operated on") {
  Called o;
  const auto f = o.c.add_framework(framework_info("f", {"eng"}));
  o.c.step(DeactivateAgent{o.agent.id});
  o.call(reserve(reserved("cpus:1", "eng")));
  o.report(OperationState::finished);
  CHECK(o.answer().error == 0);
  CHECK(o.c.none<msg::OfferMade>(f.peer));
  o.c.step(ReactivateAgent{o.agent.id});
  CHECK(o.c.offer(f.peer).resources == o.total());
}

TEST_CASE("a call on an agent that is wrong is answered with what is wrong, and changes nothing") {
  Called o;
  const auto f = o.c.add_framework(framework_info("f", {"eng"}));
  const Offer offer = o.c.offer(f.peer);
  o.check_refused(AgentId("a9"), reserve(reserved("cpus:1", "eng")), Errc::not_found, "\"a9\"");
  o.check_refused(reserve(reserved("cpus:5", "eng")), Errc::limit_exceeded, "RESERVE: it needs cpus:5");
  o.check_refused(reserve(reserved("gpus:1", "eng")), Errc::limit_exceeded, "gpus:1");
  o.check_refused(reserve(reserved("cpus:1", "*")), Errc::invalid_argument, "role '*'");
  o.check_refused(reserve(parsed("cpus:1")), Errc::invalid_argument, "'cpus:1' has no reservation");
  o.check_refused(reserve(parsed("cpus(eng):1")), Errc::invalid_argument, "STATIC");
  o.check_refused(reserve({}), Errc::invalid_argument, "names no resources");
  o.check_refused(unreserve(reserved("cpus:1", "eng")), Errc::limit_exceeded, "cpus{dynamic=eng}:1");
  o.check_refused(create(reserved("disk:1", "eng")), Errc::invalid_argument, "no persistence id");
  o.check_refused(create({volume("v1", "eng")}), Errc::limit_exceeded, "disk{dynamic=eng}:64");
  o.check_refused(destroy({volume("v1", "eng")}), Errc::not_found, "'v1' does not exist");
  o.check_refused(launch({}), Errc::invalid_argument, "LAUNCH");
  const Resource v1 = volume("v1", "eng");
  o.check_refused({{}, GrowVolumeOperation{v1, v1}}, Errc::invalid_argument,
                  "GROW_VOLUME: no agent can resize");
  o.check_refused({{}, ShrinkVolumeOperation{v1, {1000}}}, Errc::invalid_argument,
                  "SHRINK_VOLUME: no agent can resize");
  o.check_refused(reserve(reserved("cpus:1", "eng"), OperationId("o")), Errc::invalid_argument, "'o'");
  CHECK(o.c.none<msg::Rescind>(f.peer));
  CHECK(o.c.view().frameworks.at(0).offers == 1);
  o.c.disconnect(o.agent.peer);
  o.check_refused(reserve(reserved("cpus:1", "eng")), Errc::not_connected, o.agent.id.str());
}

TEST_CASE("operators take nothing from tasks: neither what they use nor their volumes") {
  Called o;
  o.call(reserve(reserved("disk:64", "eng")));
  o.report(OperationState::finished);
  o.call(create({volume("v1", "eng")}));
  o.report(OperationState::finished);
  const auto f = o.c.add_framework(framework_info("f", {"eng"}));
  const Offer offer = o.c.offer(f.peer);
  TaskInfo user = task("t", offer, "cpus:3;mem:64");
  user.resources.add(volume("v1", "eng"));
  o.c.launch(f, offer, {user}, {1h});
  REQUIRE(o.c.view().agents.at(0).tasks == 1);
  o.check_refused(reserve(reserved("cpus:2", "ads")), Errc::limit_exceeded, "only cpus:1");
  o.check_refused(destroy({volume("v1", "eng")}), Errc::invalid_argument, "'v1' is in use by a task");
  o.check_refused(create({volume("v1", "eng")}), Errc::already_exists, "'v1'");
}

}  // namespace mesoscore::test
