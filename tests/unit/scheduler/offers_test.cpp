// Offers are held, answered, and void after the connection is lost.
#include "harness.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

TEST_CASE("offers are held until they are answered") {
  Client c;
  c.subscribe();
  c.receive(msg::OfferMade{offer_of("o1")});
  CHECK(only(c.delivered<msg::OfferMade>()).offer.id == "o1");
  c.receive(msg::OfferMade{offer_of("o2")});
  c.receive(msg::OfferMade{offer_of("o3")});
  CHECK(c.stats().offers == 3);

  c.submit(accept_of("o1", {task_of("t1"), task_of("t2")}));
  CHECK(only(c.sent<msg::Accept>()).operations.size() == 1);
  CHECK(c.stats().offers == 2);
  CHECK(c.stats().live_tasks == 2);

  c.submit(msg::Decline{{OfferId("o2")}, {}});
  CHECK(c.sent<msg::Decline>().size() == 1);
  CHECK(c.stats().offers == 1);

  c.receive(msg::Rescind{OfferId("o3")});
  CHECK(c.delivered<msg::Rescind>().size() == 1);
  CHECK(c.stats().offers == 0);
}

TEST_CASE("a rescind of an offer that was answered is no news") {
  Client c;
  c.subscribe();
  c.receive(msg::OfferMade{offer_of("o1")});
  c.submit(accept_of("o1", {task_of("t1")}));
  c.receive(msg::Rescind{OfferId("o1")});
  CHECK(c.quiet());
  c.receive(msg::Rescind{OfferId("never seen")});
  CHECK(c.quiet());
}

TEST_CASE("an accept of an offer that is no longer held is sent: the master answers for its tasks") {
  Client c;
  c.subscribe();
  c.receive(msg::OfferMade{offer_of("o1")});
  c.receive(msg::Rescind{OfferId("o1")});
  c.submit(accept_of("o1", {task_of("t1")}));
  CHECK(c.sent<msg::Accept>().size() == 1);
  CHECK(c.stats().live_tasks == 1);
  TaskStatus dropped = status_of("t1", TaskState::dropped);
  dropped.reason = TaskReason::invalid_offers;
  c.receive(msg::Update{dropped});
  CHECK(c.delivered<msg::Update>().size() == 1);
  CHECK(c.stats().live_tasks == 0);
}

TEST_CASE("a lost connection makes all offers void") {
  Client c;
  c.subscribe();
  c.receive(msg::OfferMade{offer_of("o1")});
  c.disconnect();
  CHECK(c.stats().offers == 0);
  c.submit(msg::Decline{{OfferId("o1")}, {}});
  CHECK(c.quiet());

  SECTION("what was to be launched on them is answered at once") {
    c.submit(accept_of("o1", {task_of("t1"), task_of("t2", "a2")}));
    CHECK(c.out().sends.empty());
    const auto updates = c.delivered<msg::Update>();
    REQUIRE(updates.size() == 2);
    CHECK(updates[0].status.task_id == "t1");
    CHECK(updates[0].status.state == TaskState::dropped);
    CHECK(updates[0].status.reason == TaskReason::master_disconnected);
    CHECK(updates[0].status.source == TaskSource::master);
    CHECK_FALSE(updates[0].status.uuid);
    CHECK(updates[0].status.timestamp == to_unix_seconds(c.now()));
    CHECK(updates[1].status.agent_id == "a2");
    CHECK(c.stats().live_tasks == 0);
  }
}

TEST_CASE("a framework that is not partition aware sees LOST") {
  SchedulerOptions options = options_of();
  options.framework.capabilities = {FrameworkCapability::multi_role};
  Client c(options);
  c.submit(accept_of("o1", {task_of("t1")}));
  CHECK(only(c.delivered<msg::Update>()).status.state == TaskState::lost);
}

TEST_CASE("messages of executors, failures and operation updates are passed on") {
  Client c;
  c.subscribe();
  c.receive(msg::FromExecutor{AgentId("a1"), ExecutorId("e1"), "hello"});
  CHECK(only(c.delivered<msg::FromExecutor>()).data == "hello");
  c.receive(msg::Failure{AgentId("a1"), {}, {}});
  CHECK(c.delivered<msg::Failure>().size() == 1);
  c.receive(msg::OperationUpdate{OperationId("op"), OperationState::error, "no", {}});
  CHECK(c.delivered<msg::OperationUpdate>().size() == 1);
}

TEST_CASE("the tasks of a group are launched tasks") {
  Client c;
  msg::Accept accept;
  accept.offer_ids.push_back(OfferId("o1"));
  accept.operations.push_back(launch_group(default_executor("pod"), {task_of("t1"), task_of("t2")}));
  accept.operations.front().id = "op";  // the master refuses that, in answers for its tasks
  SECTION("with a connection they are live") {
    c.subscribe();
    c.submit(accept);
    CHECK(
        std::holds_alternative<LaunchGroupOperation>(only(c.sent<msg::Accept>()).operations.front().action));
    CHECK(c.stats().live_tasks == 2);
  }
  SECTION("without one they are dropped at once") {
    c.submit(accept);
    CHECK(c.delivered<msg::OperationUpdate>().empty());
    const auto updates = c.delivered<msg::Update>();
    REQUIRE(updates.size() == 2);
    CHECK(updates[1].status.task_id == "t2");
    CHECK(updates[1].status.state == TaskState::dropped);
    CHECK(updates[1].status.reason == TaskReason::master_disconnected);
  }
}
