// A cluster by hand, as users test their own schedulers with it.
#include <map>
#include <memory>

#include "harness.hpp"

namespace mesoscore::test {
namespace {

using namespace simulator;
using std::chrono::minutes;
using std::chrono::seconds;

AgentOptions agent_with(std::string_view resources, bool durable = true) {
  AgentOptions options;
  options.info.resources = *Resources::parse(resources);
  options.durable = durable;
  return options;
}

// Launches one task after another, each for a minute.
class OneByOne : public Program {
 public:
  explicit OneByOne(int wanted) : wanted_(wanted) {}

  SchedulerOptions start(Framework&) override {
    SchedulerOptions options;
    options.framework.name = "one by one";
    options.framework.id = id;
    options.framework.failover_timeout = std::chrono::hours(24);
    return options;
  }
  void on(Framework& self, const Message& delivered) override {
    if (const auto* subscribed = std::get_if<msg::Subscribed>(&delivered)) id = subscribed->framework_id;
    if (const auto* update = std::get_if<msg::Update>(&delivered)) {
      states[update->status.task_id] = update->status.state;
    }
    if (const auto* made = std::get_if<msg::OfferMade>(&delivered)) take(self, made->offer);
  }

  FrameworkId id{};
  std::map<TaskId, TaskState> states;

 private:
  void take(Framework& self, const Offer& offer) {
    msg::Accept accept;
    accept.offer_ids.push_back(offer.id);
    const Resources each = *Resources::parse("cpus:1;mem:64");
    if (static_cast<int>(states.size()) < wanted_ && offer.resources.contains(each)) {
      TaskInfo task;
      task.task_id = TaskId("t" + std::to_string(states.size() + 1));
      task.agent_id = offer.agent_id;
      task.name = "t";
      task.resources = each;
      task.command = CommandInfo{.value = "work"};
      task.data = to_data({.runs = minutes(1)});
      states[task.task_id] = TaskState::staging;
      accept.operations.push_back(launch({task}));
    }
    self.submit(accept);
  }

  int wanted_;
};

TEST_CASE("a script of a task travels in its data") {
  const Script script = script_of(to_data({.runs = seconds(90), .exit_code = 3, .deaf = true}));
  CHECK(script.runs == seconds(90));
  CHECK(script.exit_code == 3);
  CHECK(script.deaf);
  CHECK(script_of("").runs == seconds(10));
}

TEST_CASE("tasks run to their end") {
  Cluster cluster({.agents = {agent_with("cpus:2;mem:1024"), agent_with("cpus:2;mem:1024")}});
  const auto program = std::make_shared<OneByOne>(5);
  cluster.add_framework("one", program);
  cluster.run_for(minutes(10));
  REQUIRE(program->states.size() == 5);
  for (const auto& [task, state] : program->states) CHECK(state == TaskState::finished);
  CHECK(cluster.violations().empty());
}

TEST_CASE("a task outlives a crash of everything but its machine") {
  ClusterOptions options{.agents = {agent_with("cpus:2;mem:1024")}};
  options.master.durable = true;
  Cluster cluster(options);
  const auto program = std::make_shared<OneByOne>(1);
  const NodeId framework = cluster.add_framework("one", program);
  cluster.run_for(seconds(20));
  REQUIRE(cluster.containers(cluster.agents()[0]) == 1);
  for (const NodeId node : {cluster.master(), cluster.agents()[0], framework}) cluster.crash(node);
  CHECK_FALSE(cluster.up(framework));
  cluster.run_for(seconds(5));
  CHECK(cluster.containers(cluster.agents()[0]) == 1);
  for (const NodeId node : {cluster.master(), cluster.agents()[0], framework}) cluster.restart(node);
  cluster.run_for(minutes(5));
  CHECK(program->states.at(TaskId("t1")) == TaskState::finished);
  CHECK(cluster.containers(cluster.agents()[0]) == 0);
  CHECK(cluster.violations().empty());
}

TEST_CASE("a machine that is restarted has nothing running") {
  Cluster cluster({.agents = {agent_with("cpus:2;mem:1024")}});
  const auto program = std::make_shared<OneByOne>(1);
  cluster.add_framework("one", program);
  cluster.run_for(seconds(20));
  cluster.reboot(cluster.agents()[0]);
  CHECK(cluster.containers(cluster.agents()[0]) == 0);
  cluster.restart(cluster.agents()[0]);
  cluster.run_for(minutes(5));
  CHECK(program->states.at(TaskId("t1")) == TaskState::failed);
  CHECK(cluster.violations().empty());
}

TEST_CASE("behind a partition an agent is unreachable, and its task comes back") {
  ClusterOptions options{.agents = {agent_with("cpus:2;mem:1024")}};
  options.master.ping_interval = seconds(1);
  options.master.agent_reregister_timeout = seconds(5);
  Cluster cluster(options);
  const auto program = std::make_shared<OneByOne>(1);
  cluster.add_framework("one", program);
  cluster.run_for(seconds(10));
  cluster.partition({cluster.agents()[0]}, {cluster.master()}, seconds(30));
  cluster.run_for(seconds(25));
  CHECK(program->states.at(TaskId("t1")) == TaskState::unreachable);
  cluster.run_for(minutes(5));
  CHECK(program->states.at(TaskId("t1")) == TaskState::finished);
  CHECK(cluster.faults()[FaultKind::cut] == 1);
  CHECK(cluster.violations().empty());
}

TEST_CASE("a full disk delays, and loses nothing") {
  Cluster cluster({.agents = {agent_with("cpus:2;mem:1024")}});
  const auto program = std::make_shared<OneByOne>(1);
  cluster.fill_disk(cluster.agents()[0], minutes(2));
  cluster.add_framework("one", program);
  cluster.run_for(minutes(1));
  CHECK(cluster.containers(cluster.agents()[0]) == 0);
  cluster.run_for(minutes(5));
  CHECK(program->states.at(TaskId("t1")) == TaskState::finished);
  CHECK(cluster.faults()[FaultKind::full_disk] > 0);
}

TEST_CASE("what is wrong is written down, and what happened before") {
  ClusterOptions options{.agents = {agent_with("cpus:2;mem:1024", false)}};
  options.log_lines = 50;
  Cluster cluster(options);
  cluster.run_for(minutes(1));
  CHECK_FALSE(cluster.log().empty());
  CHECK(cluster.log().size() <= 50);
  cluster.crash(cluster.agents()[0]);
  cluster.check_agreement();
  REQUIRE(cluster.violations().size() == 1);
  CHECK(cluster.violations().front().checker == "no convergence");
  CHECK(cluster.violations().front().node == "agent-1");
  CHECK(cluster.log().back().find("VIOLATION") != std::string::npos);
}

}  // namespace
}  // namespace mesoscore::test
