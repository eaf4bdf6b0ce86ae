// What becomes of an operation: its update, the acknowledgement, reconciliation, and agents and masters that
// come back.
#include "harness.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

struct Started {
  Cluster c;
  Cluster::AgentPeer agent = c.add_agent("h1", "cpus:4;mem:1024");
  std::shared_ptr<FrameworkInfo> info = [] {
    auto made = framework_info("f", {"eng"});
    made->failover_timeout = 1h;
    return made;
  }();
  Cluster::FrameworkPeer f = c.add_framework(info);
  Offer offer = c.offer(f.peer);
  const Resources wanted = reserved("cpus:1", "eng");
  msg::ApplyOperation apply = start(OperationId("o"));

  msg::ApplyOperation start(OperationId id) {
    c.send(f.peer, msg::Accept{{offer.id}, {reserve(wanted, std::move(id))}, {}});
    const auto sent = c.one<msg::ApplyOperation>(agent.peer);
    offer = c.offer(f.peer);
    return sent;
  }
  msg::OperationUpdate told(OperationState state) const {
    msg::OperationUpdate update;
    update.operation_id = apply.operation.id;
    update.state = state;
    if (state == OperationState::finished) update.converted = wanted;
    update.uuid = Uuid::from_random(1, 1);
    return update;
  }
  void update(OperationState state = OperationState::finished) {
    c.send(agent.peer, msg::AgentOperationUpdate{f.id, apply.uuid, told(state)});
  }
  void acknowledge(Uuid uuid = Uuid::from_random(1, 1)) {
    c.send(f.peer, msg::AcknowledgeOperation{agent.id, OperationId("o"), uuid});
  }
  OperationState reconciled(OperationId id, AgentId on = {}) {
    c.send(f.peer, msg::ReconcileOperations{{{std::move(id), std::move(on)}}});
    const auto answer = c.one<msg::OperationUpdate>(f.peer);
    CHECK_FALSE(answer.uuid);
    return answer.state;
  }
  // The agent on a new connection, with these resources and operations.
  void come_back(const Resources& resources, std::vector<msg::AgentOperation> operations) {
    auto reported = std::make_shared<AgentInfo>(*agent.info);
    reported->resources = resources;
    agent.peer = c.connect(PeerRole::agent);
    auto known = std::make_shared<FrameworkInfo>(*f.info);
    c.send(agent.peer, msg::ReregisterAgent{reported, {}, {}, {known}, std::move(operations)});
  }
  Resources total() const { return c.view().agents.at(0).info.resources; }
  const Resources before = parsed("cpus:4;mem:1024");
  const Resources after = parsed("cpus:3;mem:1024") + wanted;
};

}  // namespace

TEST_CASE("the update goes to the scheduler, and the acknowledgement back to the agent") {
  Started s;
  REQUIRE(s.c.view().operations.size() == 1);
  CHECK(s.c.view().operations[0].state == OperationState::pending);
  s.update();
  const auto seen = s.c.one<msg::OperationUpdate>(s.f.peer);
  CHECK(seen.operation_id == "o");
  CHECK(seen.state == OperationState::finished);
  CHECK(seen.converted == s.wanted);
  CHECK(seen.agent_id == s.agent.id);
  CHECK(seen.uuid == Uuid::from_random(1, 1));
  CHECK(s.c.view().operations[0].state == OperationState::finished);

  s.acknowledge();
  const auto ack = s.c.one<msg::OperationAcknowledged>(s.agent.peer);
  CHECK(ack.operation_uuid == s.apply.uuid);
  CHECK(ack.uuid == Uuid::from_random(1, 1));
  CHECK(s.c.view().operations.empty());
  s.start(OperationId("o"));  // the id is free again
}

TEST_CASE("acknowledgements that fit nothing are dropped") {
  Started s;
  s.acknowledge();  // nothing has been forwarded
  CHECK(s.c.none<msg::OperationAcknowledged>(s.agent.peer));
  s.update();
  s.acknowledge(Uuid::from_random(2, 2));
  CHECK(s.c.none<msg::OperationAcknowledged>(s.agent.peer));
  s.c.send(s.f.peer, msg::AcknowledgeOperation{AgentId("other"), OperationId("o"), Uuid::from_random(1, 1)});
  CHECK(s.c.none<msg::OperationAcknowledged>(s.agent.peer));
  s.c.send(s.f.peer, msg::AcknowledgeOperation{s.agent.id, OperationId("x"), Uuid::from_random(1, 1)});
  CHECK(s.c.none<msg::OperationAcknowledged>(s.agent.peer));
  CHECK(s.c.view().operations.size() == 1);
}

TEST_CASE("nobody waits for an operation without an id: the master acknowledges") {
  Started s;
  const auto quiet = s.start({});
  msg::OperationUpdate update;
  update.state = OperationState::finished;
  update.uuid = Uuid::from_random(5, 5);
  s.c.send(s.agent.peer, msg::AgentOperationUpdate{s.f.id, quiet.uuid, update});
  CHECK(s.c.one<msg::OperationAcknowledged>(s.agent.peer).operation_uuid == quiet.uuid);
  CHECK(s.c.none<msg::OperationUpdate>(s.f.peer));
  CHECK(s.c.view().operations.size() == 1);  // "o"
}

TEST_CASE("updates wait for a scheduler that is away") {
  Started s;
  s.c.disconnect(s.f.peer);
  s.update();
  CHECK(s.c.none<msg::OperationAcknowledged>(s.agent.peer));
  s.f.peer = s.c.connect(PeerRole::scheduler);
  s.c.send(s.f.peer, msg::Subscribe{s.f.info, {}});
  s.update();  // the agent tries again
  CHECK(s.c.one<msg::OperationUpdate>(s.f.peer).state == OperationState::finished);
}

TEST_CASE("the operations of a framework that is gone are acknowledged by the master") {
  Started s;
  s.c.send(s.f.peer, msg::Teardown{});
  CHECK(s.c.view().operations.size() == 1);  // it is under way
  CHECK(s.c.view().operations[0].framework_id.empty());
  s.update();
  CHECK(s.c.one<msg::OperationAcknowledged>(s.agent.peer).operation_uuid == s.apply.uuid);
  CHECK(s.c.view().operations.empty());
  CHECK(s.total() == s.after);
}

TEST_CASE("an agent that could not carry it out has what it had before") {
  Started s;
  s.update(OperationState::failed);
  CHECK(s.c.one<msg::OperationUpdate>(s.f.peer).state == OperationState::failed);
  CHECK(s.c.one<msg::Rescind>(s.f.peer).offer_id == s.offer.id);
  CHECK(s.c.offer(s.f.peer).resources == s.before);
  CHECK(s.total() == s.before);
}

TEST_CASE("what builds on a failure fails too, and the rest stays") {
  Started s;
  const Resources refined = reserved("mem:64", "eng");
  s.c.send(s.f.peer, msg::Accept{{s.offer.id}, {unreserve(s.wanted), reserve(refined)}, {}});
  const auto later = s.c.all<msg::ApplyOperation>(s.agent.peer);
  REQUIRE(later.size() == 2);
  s.update(OperationState::failed);
  CHECK(s.total() == s.before - parsed("mem:64") + refined);
  msg::OperationUpdate failed;
  failed.state = OperationState::failed;
  s.c.send(s.agent.peer, msg::AgentOperationUpdate{s.f.id, later[0].uuid, failed});
  CHECK(s.total() == s.before - parsed("mem:64") + refined);
  failed.state = OperationState::finished;
  s.c.send(s.agent.peer, msg::AgentOperationUpdate{s.f.id, later[1].uuid, failed});
  CHECK(s.total() == s.before - parsed("mem:64") + refined);
  CHECK(s.c.view().operations.size() == 1);  // "o", which is not acknowledged
}

TEST_CASE("reconciliation answers for each operation") {
  Started s;
  CHECK(s.reconciled(OperationId("o")) == OperationState::pending);
  s.update();
  CHECK(s.reconciled(OperationId("o")) == OperationState::finished);
  CHECK(s.reconciled(OperationId("x")) == OperationState::unknown);
  CHECK(s.reconciled(OperationId("x"), s.agent.id) == OperationState::unknown);
  s.c.send(s.f.peer, msg::ReconcileOperations{});
  CHECK(s.c.one<msg::OperationUpdate>(s.f.peer).operation_id == "o");
}

TEST_CASE("operations on an unreachable agent") {
  Started s;
  s.c.disconnect(s.agent.peer);
  s.c.advance(11min);
  CHECK(s.c.view().agents.empty());
  CHECK(s.c.view().operations.empty());
  CHECK(s.reconciled(OperationId("o"), s.agent.id) == OperationState::unreachable);
  CHECK(s.reconciled(OperationId("o")) == OperationState::unknown);
}

TEST_CASE("the scheduler hears when the agent of an operation is lost") {
  Started s;
  SECTION("it has unregistered") {
    s.c.send(s.agent.peer, msg::UnregisterAgent{});
    CHECK(s.c.one<msg::OperationUpdate>(s.f.peer).state == OperationState::gone_by_operator);
  }
  SECTION("but not again when it knows the end") {
    s.update();
    s.c.send(s.agent.peer, msg::UnregisterAgent{});
    CHECK(s.c.none<msg::OperationUpdate>(s.f.peer));
  }
}

TEST_CASE("an operation that was lost with the connection is dropped") {
  Started s;
  s.c.disconnect(s.agent.peer);
  s.come_back(s.before, {});
  const auto answer = s.c.one<msg::AgentReregistered>(s.agent.peer);
  REQUIRE(answer.missing_operations.size() == 1);
  CHECK(answer.missing_operations[0].operation_id == "o");
  CHECK(answer.missing_operations[0].uuid == s.apply.uuid);
  CHECK(s.total() == s.before);
  CHECK(s.c.offer(s.f.peer).resources == s.before);
  s.update(OperationState::dropped);
  CHECK(s.c.one<msg::OperationUpdate>(s.f.peer).state == OperationState::dropped);
  CHECK(s.total() == s.before);
}

TEST_CASE("an agent that comes back has carried it out") {
  Started s;
  s.c.disconnect(s.agent.peer);
  s.come_back(s.after, {{s.f.id, s.apply.uuid, s.apply.operation, s.told(OperationState::finished)}});
  CHECK(s.c.one<msg::AgentReregistered>(s.agent.peer).missing_operations.empty());
  CHECK(s.total() == s.after);
  CHECK(s.c.offer(s.f.peer).resources == s.after);
  CHECK(s.c.view().operations.size() == 1);
}

TEST_CASE("an agent that asks twice on one connection does not turn the clock back") {
  Started s;
  s.c.send(s.agent.peer, msg::ReregisterAgent{s.agent.info, {}, {}, {}, {}});  // from before the operation
  CHECK(s.total() == s.after);
  CHECK(s.c.one<msg::AgentReregistered>(s.agent.peer).missing_operations.empty());
  CHECK(s.c.view().operations.size() == 1);
}

TEST_CASE("a new master learns reservations and operations from the agent") {
  Started s;
  Cluster other;
  auto agent = std::make_shared<AgentInfo>(*s.agent.info);
  agent->resources = s.after;
  const PeerId peer = other.connect(PeerRole::agent);
  const msg::AgentOperation operation{s.f.id, s.apply.uuid, s.apply.operation,
                                      s.told(OperationState::finished)};
  other.send(peer, msg::ReregisterAgent{agent, {}, {}, {s.f.info}, {operation}});
  REQUIRE(other.view().operations.size() == 1);
  CHECK(other.view().operations[0].framework_id == s.f.id);
  CHECK(other.view().operations[0].state == OperationState::finished);
  CHECK(other.view().agents.at(0).info.resources == s.after);

  const PeerId scheduler = other.connect(PeerRole::scheduler);
  other.send(scheduler, msg::Subscribe{s.f.info, {}});
  CHECK(other.offer(scheduler).resources == s.after);
  other.send(peer, msg::AgentOperationUpdate{s.f.id, s.apply.uuid, operation.update});
  CHECK(other.one<msg::OperationUpdate>(scheduler).operation_id == "o");
  other.send(scheduler, msg::AcknowledgeOperation{agent->id, OperationId("o"), *operation.update.uuid});
  CHECK(other.one<msg::OperationAcknowledged>(peer).operation_uuid == s.apply.uuid);
  CHECK(other.view().operations.empty());
}

}  // namespace mesoscore::test
