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
    return c.operate(OperatorOperation{std::move(on), std::move(operation)});
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
  o.c.step(OperatorOperation{o.agent.id, reserve(reserved("cpus:1", "eng"))});
  CHECK(o.c.all<msg::ApplyOperation>(o.agent.peer).size() == 1);
  o.c.step(OperatorOperation{o.agent.id, reserve(reserved("cpus:9", "eng"))});
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
             Catch::Contains("\"nobody\" is not registered"));
  CHECK_THAT(o.refusal(launch({})), Catch::Contains("LAUNCH"));
  CHECK_THAT(o.refusal({{}, GrowVolumeOperation{}}), Catch::Contains("resize"));
  CHECK_THAT(o.refusal(reserve(reserved("cpus:1", "eng"), OperationId("o"))), Catch::Contains("\"o\""));
  o.c.disconnect(o.agent.peer);
  CHECK_THAT(o.refusal(reserve(reserved("cpus:1", "eng"))), Catch::Contains("is not connected"));
}

}  // namespace mesoscore::test
