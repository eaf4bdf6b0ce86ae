// Updates are kept until the agent has taken them.
#include "executor/update_queue.hpp"
#include "harness.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

TEST_CASE("an update gets what the agent asks of it") {
  Program p;
  p.subscribe();
  p.launch("t1");
  p.update("t1", TaskState::running);
  const TaskStatus status = only(p.sent<msg::ExecutorUpdate>()).status;
  CHECK(status.task_id == "t1");
  CHECK(status.executor_id == "E");
  CHECK(status.source == TaskSource::executor);
  CHECK(status.timestamp == to_unix_seconds(p.now()));
  REQUIRE(status.uuid);
  CHECK(p.machine().unacknowledged() == 1);
  p.update("t1", TaskState::finished);
  CHECK(only(p.sent<msg::ExecutorUpdate>()).status.uuid != status.uuid);

  p.acknowledge(status);
  CHECK(p.machine().unacknowledged() == 1);
  p.acknowledge(status);  // twice does no harm
  CHECK(p.machine().unacknowledged() == 1);
}

TEST_CASE("a new connection begins with what was not confirmed, in order") {
  Program p;
  p.subscribe();
  p.launch("t1");
  p.launch("t2");
  p.launch("t3");
  p.update("t1", TaskState::running);
  const TaskStatus confirmed = p.sent<msg::ExecutorUpdate>().at(0).status;
  p.update("t2", TaskState::running);
  p.acknowledge(confirmed);
  p.update("t1", TaskState::finished);
  p.disconnect();
  p.update("t2", TaskState::failed);  // while there is no agent
  CHECK(p.quiet());

  p.next();
  p.connect();
  const auto subscribe = only(p.sent<msg::ExecutorSubscribe>());
  REQUIRE(subscribe.unacknowledged_tasks.size() == 2);
  CHECK(subscribe.unacknowledged_tasks[0].task_id == "t2");
  CHECK(subscribe.unacknowledged_tasks[1].task_id == "t3");
  REQUIRE(subscribe.unacknowledged_updates.size() == 3);
  CHECK(subscribe.unacknowledged_updates[0].task_id == "t2");
  CHECK(subscribe.unacknowledged_updates[1].state == TaskState::finished);
  CHECK(subscribe.unacknowledged_updates[2].state == TaskState::failed);

  p.update("t3", TaskState::running);  // after the subscription, before its answer
  CHECK(p.out().sends.empty());
  p.subscribed();
  CHECK(only(p.sent<msg::ExecutorUpdate>()).status.task_id == "t3");
  p.update("t3", TaskState::finished);
  CHECK(p.sent<msg::ExecutorUpdate>().size() == 1);
  CHECK(p.machine().unacknowledged() == 5);
  for (const TaskStatus& status : subscribe.unacknowledged_updates) p.acknowledge(status);
  CHECK(p.machine().unacknowledged() == 2);
}

TEST_CASE("what an executor may not report is dropped with a notice") {
  Program p;
  p.subscribe();
  for (TaskState state : {TaskState::staging, TaskState::unreachable, TaskState::unknown}) {
    p.update("t1", state);
    CHECK(p.quiet());
    CHECK(p.noticed(to_string(state)));
  }
  p.update("a/b", TaskState::running);
  CHECK(p.quiet());
  CHECK(p.noticed("a/b"));
  p.update("", TaskState::running);
  CHECK(p.quiet());
  CHECK(p.machine().unacknowledged() == 0);
  p.step(Submitted{msg::Kill{}});
  CHECK(p.noticed("Kill ignored"));
}

TEST_CASE("the updates that wait are bounded; terminal ones are never dropped") {
  ExecutorOptions options = executor_options();
  options.max_unacknowledged = 3;
  Program p(options);
  for (int i = 0; i < 3; ++i) p.update("t1", TaskState::running);
  CHECK(p.machine().unacknowledged() == 3);
  p.update("t1", TaskState::running);
  CHECK(p.machine().unacknowledged() == 3);
  CHECK(p.noticed("max_unacknowledged"));
  p.update("t1", TaskState::finished);
  CHECK(p.machine().unacknowledged() == 4);
}

TEST_CASE("messages need an agent") {
  Program p;
  p.step(Submitted{msg::ExecutorMessage{"lost"}});
  CHECK(p.quiet());
  CHECK(p.noticed("dropped"));
  p.subscribe();
  CHECK(p.sent<msg::ExecutorMessage>().empty());
  p.step(Submitted{msg::ExecutorMessage{"hello"}});
  CHECK(only(p.sent<msg::ExecutorMessage>()).data == "hello");
}

TEST_CASE("the queue forgets in any order of confirmations") {
  executor_detail::UpdateQueue queue;
  std::vector<Uuid> waiting;
  Rng rng(3);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    if (waiting.empty() || rng.below(100) < 51) {
      TaskStatus status;
      status.uuid = Uuid::from_random(0, i);
      waiting.push_back(*status.uuid);
      queue.add(std::move(status), true);
    } else {
      const auto at = waiting.begin() + static_cast<std::ptrdiff_t>(rng.below(waiting.size()));
      queue.confirm(*at);
      queue.confirm(*at);
      waiting.erase(at);
    }
    REQUIRE(queue.size() == waiting.size());
  }
  std::vector<Uuid> left;
  queue.for_each([&](const executor_detail::PendingUpdate& update) { left.push_back(*update.status.uuid); });
  CHECK(left == waiting);
}
