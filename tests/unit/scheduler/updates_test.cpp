// Updates arrive at least once, are delivered once, and acknowledged exactly when they carry a uuid.
#include "harness.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

void update(Client& c, std::string task, TaskState state, std::optional<Uuid> id = {}) {
  c.receive(msg::Update{status_of(std::move(task), state, id)});
}

}  // namespace

TEST_CASE("messages that are received where they lie do what their events would do") {
  const auto messages = [] {
    std::vector<Message> all;
    all.emplace_back(msg::OfferMade{offer_of("o1")});
    all.emplace_back(msg::Update{status_of("t", TaskState::running, uuid(1))});
    all.emplace_back(msg::Update{status_of("t", TaskState::finished, uuid(2))});
    return all;
  };
  SchedulerOptions options = options_of();
  Scheduler by_events(options, Rng(7), TimePoint{}), in_place(options, Rng(7), TimePoint{});
  const PeerId master{1};
  Outbox expected, got;
  for (Scheduler* each : {&by_events, &in_place}) {
    Outbox ignored;
    each->tick(TimePoint{}, ignored);
    std::vector<Event> begin;
    begin.push_back(PeerConnected{master, PeerRole::master, "test://master"});
    begin.push_back(Received{master, msg::Subscribed{"F", "M", 15s}});
    each->step(begin, TimePoint{}, ignored);
  }
  std::vector<Event> events;
  for (Message& message : messages()) events.push_back(Received{master, std::move(message)});
  by_events.step(events, TimePoint{}, expected);
  std::vector<Message> where_they_lie = messages();
  in_place.receive(master, where_they_lie, TimePoint{}, got);
  REQUIRE(expected.sends.size() == 2);
  REQUIRE(got.sends.size() == 2);
  REQUIRE(got.deliveries.size() == expected.deliveries.size());
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(std::get<msg::Acknowledge>(got.sends[i].message).uuid ==
          std::get<msg::Acknowledge>(expected.sends[i].message).uuid);
  }
  CHECK(in_place.stats().offers == 1);
  CHECK(in_place.stats().live_tasks == by_events.stats().live_tasks);
  Outbox nothing;
  in_place.receive(PeerId{2}, where_they_lie, TimePoint{}, nothing);  // of another connection
  CHECK(nothing.empty());
}

TEST_CASE("an update with a uuid is delivered and acknowledged") {
  Client c;
  c.subscribe();
  update(c, "t1", TaskState::running, uuid(1));
  CHECK(only(c.delivered<msg::Update>()).status.state == TaskState::running);
  const auto ack = only(c.sent<msg::Acknowledge>());
  CHECK(ack.uuid == uuid(1));
  CHECK(ack.task_id == "t1");
  CHECK(ack.agent_id == "a1");
}

TEST_CASE("an update without a uuid is delivered and not acknowledged, every time") {
  Client c;
  c.subscribe();
  for (int i = 0; i < 2; ++i) {
    update(c, "t1", TaskState::unreachable);
    CHECK(c.delivered<msg::Update>().size() == 1);
    CHECK(c.out().sends.empty());
  }
  CHECK(c.stats().duplicates == 0);
}

TEST_CASE("a repeated update is acknowledged again and delivered once") {
  Client c;
  c.subscribe();
  const TaskState state = GENERATE(TaskState::running, TaskState::finished);
  update(c, "t1", state, uuid(1));
  for (int i = 0; i < 3; ++i) {
    update(c, "t1", state, uuid(1));
    CHECK(c.out().deliveries.empty());
    CHECK(only(c.sent<msg::Acknowledge>()).uuid == uuid(1));
  }
  CHECK(c.stats().duplicates == 3);
  CHECK(c.stats().updates == 4);
  c.resubscribe();
  update(c, "t1", state, uuid(1));
  CHECK(c.out().deliveries.empty());
  CHECK(c.sent<msg::Acknowledge>().size() == 1);
}

TEST_CASE("the memory of terminal updates is bounded") {
  SchedulerOptions options = options_of();
  options.remembered_updates = 3;
  Client c(options);
  c.subscribe();
  for (std::uint64_t i = 1; i <= 4; ++i) update(c, "t" + std::to_string(i), TaskState::finished, uuid(i));
  for (std::uint64_t i = 2; i <= 4; ++i) {
    update(c, "t" + std::to_string(i), TaskState::finished, uuid(i));
    CHECK(c.out().deliveries.empty());
  }
  update(c, "t1", TaskState::finished, uuid(1));  // forgotten
  CHECK(c.out().deliveries.size() == 1);
  update(c, "t2", TaskState::finished, uuid(2));  // its place was taken by t1
  CHECK(c.out().deliveries.size() == 1);
  CHECK(c.stats().live_tasks == 0);
}

TEST_CASE("no memory at all: every repetition is delivered") {
  SchedulerOptions options = options_of();
  options.remembered_updates = 0;
  Client c(options);
  c.subscribe();
  for (int i = 0; i < 2; ++i) {
    update(c, "t1", TaskState::finished, uuid(1));
    CHECK(c.out().deliveries.size() == 1);
    CHECK(c.sent<msg::Acknowledge>().size() == 1);
  }
}

TEST_CASE("the application acknowledges by itself") {
  SchedulerOptions options = options_of();
  options.acknowledge = false;
  Client c(options);
  c.subscribe();
  const TaskState state = GENERATE(TaskState::running, TaskState::failed);
  update(c, "t1", state, uuid(1));
  CHECK(c.out().deliveries.size() == 1);
  CHECK(c.out().sends.empty());
  update(c, "t1", state, uuid(1));  // repeated before the application was ready
  CHECK(c.quiet());

  SECTION("while connected") {
    c.submit(msg::Acknowledge{AgentId("a1"), TaskId("t1"), uuid(1)});
    CHECK(c.sent<msg::Acknowledge>().size() == 1);
    update(c, "t1", state, uuid(1));
    CHECK(c.out().deliveries.empty());
    CHECK(c.sent<msg::Acknowledge>().size() == 1);
  }
  SECTION("while disconnected: made when the update comes again") {
    c.disconnect();
    c.submit(msg::Acknowledge{AgentId("a1"), TaskId("t1"), uuid(1)});
    CHECK(c.quiet());
    c.subscribe();
    update(c, "t1", state, uuid(1));
    CHECK(c.out().deliveries.empty());
    CHECK(c.sent<msg::Acknowledge>().size() == 1);
  }
}

TEST_CASE("tasks are live until a terminal update") {
  Client c;
  c.subscribe();
  c.submit(accept_of("o1", {task_of("t1"), task_of("t2"), task_of("t3")}));
  CHECK(c.stats().live_tasks == 3);
  update(c, "t1", TaskState::running, uuid(1));
  update(c, "t2", TaskState::unreachable);
  update(c, "t3", TaskState::unknown);
  CHECK(c.stats().live_tasks == 3);
  update(c, "t1", TaskState::finished, uuid(2));
  CHECK(c.stats().live_tasks == 2);
  update(c, "t2", TaskState::gone_by_operator);
  update(c, "t3", TaskState::lost);
  CHECK(c.stats().live_tasks == 0);

  update(c, "t2", TaskState::running);  // the operator was wrong
  CHECK(c.stats().live_tasks == 1);
  update(c, "elsewhere", TaskState::unknown);  // not ours to watch
  CHECK(c.stats().live_tasks == 1);
}

TEST_CASE("the refusal of a second task of the same id leaves the first one alone") {
  Client c;
  c.subscribe();
  c.submit(accept_of("o1", {task_of("t1")}));
  update(c, "t1", TaskState::running, uuid(1));
  c.submit(accept_of("o2", {task_of("t1")}));
  TaskStatus refused = status_of("t1", TaskState::error);
  refused.reason = TaskReason::task_invalid;
  c.receive(msg::Update{refused});
  CHECK(c.out().deliveries.size() == 1);
  CHECK(c.stats().live_tasks == 1);
  update(c, "t1", TaskState::finished, uuid(2));
  CHECK(c.stats().live_tasks == 0);
}
