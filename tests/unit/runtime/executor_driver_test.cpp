// An ExecutorDriver with an agent that the test plays.
#include "cluster.hpp"
#include "mesoscore/transports/inproc.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

struct Scene {
  Scene() {
    transports.add(transports::inproc());
    ExecutorDriverConfig config;
    config.agent = "inproc://agent";
    config.executor.framework_id = "F";
    config.executor.executor_id = "E";
    config.executor.reconnect_backoff = 5ms;
    config.executor.reconnect_backoff_max = 10ms;
    driver.emplace(io.get_executor(), transports, std::move(config));
    listen();
  }
  void listen() {
    ConnectionOptions options;
    options.hello.role = PeerRole::agent;
    auto at = transports.listen(io.get_executor(), "inproc://agent", options, [this](auto connection) {
      Connection::Handlers handlers;
      handlers.on_messages = [this](std::span<Message> messages) {
        for (Message& message : messages) heard.push_back(std::move(message));
      };
      handlers.on_close = [this](const Error&) { ++closed; };
      peer = std::move(connection);
      peer->start(std::move(handlers));
      auto framework = std::make_shared<FrameworkInfo>();
      send(msg::ExecutorSubscribed{{}, framework, std::make_shared<AgentInfo>(), {}});
    });
    REQUIRE(at);
    listener = *std::move(at);
  }
  void send(Message message) {
    peer->send(std::move(message));
    peer->flush();
  }
  void start() {
    REQUIRE(driver->start());
    run_until(io, [&] { return heard.size() == 1; });
    CHECK(std::holds_alternative<msg::ExecutorSubscribe>(heard[0]));
  }
  void launch(std::string id) {
    msg::LaunchTask launch;
    launch.task.task_id = TaskId(id);
    send(std::move(launch));
  }
  void launch_group(const std::vector<std::string>& ids) {
    msg::LaunchTaskGroup launch;
    for (const std::string& id : ids) launch.tasks.emplace_back().task_id = TaskId(id);
    send(std::move(launch));
  }
  const TaskStatus& update(std::size_t index) {
    return std::get<msg::ExecutorUpdate>(heard.at(index)).status;
  }
  void acknowledge(const TaskStatus& status) {
    send(msg::ExecutorAcknowledged{status.task_id, *status.uuid});
  }

  asio::io_context io;
  TransportSet transports;
  std::unique_ptr<Listener> listener;
  std::shared_ptr<Connection> peer;
  std::vector<Message> heard;
  int closed = 0;
  std::optional<ExecutorDriver> driver;
};

}  // namespace

TEST_CASE("an executor runs tasks") {
  Scene s;
  int subscribed = 0;
  std::vector<std::string> story;
  s.driver->on_subscribed([&](const msg::ExecutorSubscribed&) { ++subscribed; })
      .on_launch([&](TaskInfo task) {
        story.push_back("launch " + task.task_id.str());
        s.driver->update(task.task_id, TaskState::running);
        s.driver->update(task.task_id, TaskState::finished, "well", "done");
        CHECK(s.driver->unacknowledged() == 2);
      })
      .on_kill([&](const TaskId& task, std::optional<KillPolicy>) { story.push_back("kill " + task.str()); })
      .on_message([&](std::string_view data) {
        story.push_back("message " + std::string(data));
        s.driver->send_to_scheduler("answer");
      });
  s.start();
  s.launch("t1");
  run_until(s.io, [&] { return s.heard.size() == 3; });
  CHECK(subscribed == 1);
  CHECK(s.update(1).state == TaskState::running);
  CHECK(s.update(2).state == TaskState::finished);
  CHECK(s.update(2).message == "well");
  CHECK(s.update(2).data == "done");

  bool flushed = false;
  s.driver->async_flushed([&] { flushed = true; });
  s.acknowledge(s.update(1));
  settle(s.io);
  CHECK_FALSE(flushed);
  s.acknowledge(s.update(2));
  run_until(s.io, [&] { return flushed; });
  CHECK(s.driver->unacknowledged() == 0);
  bool again = false;
  s.driver->async_flushed([&] { again = true; });
  run_until(s.io, [&] { return again; });

  s.send(msg::ExecutorKill{TaskId("t1"), {}});
  s.send(msg::ExecutorMessage{"hello"});
  run_until(s.io, [&] { return s.heard.size() == 4; });
  CHECK(std::get<msg::ExecutorMessage>(s.heard[3]).data == "answer");
  CHECK(story == std::vector<std::string>{"launch t1", "kill t1", "message hello"});
}

TEST_CASE("an agent that comes back gets what it had not confirmed") {
  Scene s;
  s.driver->on_launch([&](const TaskInfo& task) { s.driver->update(task.task_id, TaskState::running); });
  s.start();
  s.launch("t1");
  run_until(s.io, [&] { return s.heard.size() == 2; });
  s.listener.reset();
  s.peer.reset();
  settle(s.io, 20ms);
  s.driver->update("t1", TaskState::finished);
  s.heard.clear();
  s.listen();
  run_until(s.io, [&] { return !s.heard.empty(); });
  const auto& subscribe = std::get<msg::ExecutorSubscribe>(s.heard[0]);
  CHECK(subscribe.unacknowledged_tasks.size() == 1);
  CHECK(subscribe.unacknowledged_updates.size() == 2);
}

TEST_CASE("an executor is given a group at once") {
  Scene s;
  std::vector<TaskId> got;
  s.driver->on_launch_group([&](const std::vector<TaskInfo>& tasks) {
    for (const TaskInfo& task : tasks) got.push_back(task.task_id);
  });
  s.start();
  s.launch_group({"t1", "t2"});
  run_until(s.io, [&] { return !got.empty(); });
  CHECK(got == std::vector<TaskId>{"t1", "t2"});
}

TEST_CASE("handlers of an executor that throw, or are not there") {
  Scene s;
  std::vector<std::string> errors;
  s.driver->on_error([&](const Error& error) {
    errors.push_back(error.message);
    throw std::runtime_error("even this one");
  });
  SECTION("on_launch throws: that task is failed") {
    s.driver->on_launch([](const TaskInfo&) { throw std::runtime_error("out of memory"); });
    s.start();
    s.launch("t1");
    run_until(s.io, [&] { return s.heard.size() == 2; });
    CHECK(s.update(1).state == TaskState::failed);
    CHECK(s.update(1).message == "on_launch threw: out of memory");
    CHECK(errors.empty());
  }
  SECTION("no on_launch") {
    s.start();
    s.launch("t1");
    run_until(s.io, [&] { return s.heard.size() == 2; });
    CHECK(s.update(1).state == TaskState::failed);
    CHECK(s.update(1).message.find("on_launch") != std::string::npos);
  }
  SECTION("on_launch_group throws: all of its tasks are failed") {
    s.driver->on_launch_group([](const std::vector<TaskInfo>&) { throw std::runtime_error("no room"); });
    s.start();
    s.launch_group({"t1", "t2"});
    run_until(s.io, [&] { return s.heard.size() == 3; });
    CHECK(s.update(1).task_id == "t1");
    CHECK(s.update(2).state == TaskState::failed);
    CHECK(s.update(2).message == "on_launch_group threw: no room");
  }
  SECTION("no on_launch_group: on_launch does not take its place") {
    s.driver->on_launch([](const TaskInfo&) { FAIL("a group came in parts"); });
    s.start();
    s.launch_group({"t1", "t2"});
    run_until(s.io, [&] { return s.heard.size() == 3; });
    CHECK(s.update(2).message == "this executor has no handler on_launch_group");
  }
  SECTION("others: told, and it goes on") {
    s.driver->on_message([](std::string_view) { throw 1; });
    s.start();
    s.send(msg::ExecutorMessage{"hello"});
    run_until(s.io, [&] { return errors.size() == 1; });
    CHECK(errors[0].find("ExecutorMessage") != std::string::npos);
    s.driver->send_to_scheduler("still here");
    run_until(s.io, [&] { return s.heard.size() == 2; });
  }
}

TEST_CASE("the end of an executor") {
  Scene s;
  int shutdowns = 0;
  std::vector<std::string> errors;
  s.driver->on_shutdown([&] {
    ++shutdowns;
    s.driver->update("t1", TaskState::killed);
  });
  s.driver->on_error([&](const Error& error) { errors.push_back(error.message); });
  s.start();
  SECTION("asked for by the agent: the last update still goes out") {
    s.send(msg::ExecutorShutdown{});
    run_until(s.io, [&] { return s.heard.size() == 2; });
    CHECK(shutdowns == 1);
    CHECK(s.update(1).state == TaskState::killed);
    s.peer.reset();
  }
  SECTION("refused by the agent") {
    s.send(msg::ErrorMessage{"who are you?"});
    run_until(s.io, [&] { return errors.size() == 1; });
    CHECK(errors[0] == "who are you?");
  }
  s.listener.reset();
  s.io.restart();
  s.io.run();  // the driver has ended by itself
  bool flushed = false;
  s.driver->async_flushed([&] { flushed = true; });
  run_until(s.io, [&] { return flushed; });
}

TEST_CASE("an executor driver may be destroyed in its handlers") {
  Scene s;
  bool destroyed = false;
  s.driver->on_launch([&, canary = std::string(100, 'x')](const TaskInfo& task) {
    s.driver.reset();
    destroyed = canary.size() == 100 && task.task_id == "t1";
  });
  s.start();
  s.launch("t1");
  run_until(s.io, [&] { return destroyed; });
  run_until(s.io, [&] { return s.closed == 1; });
}
