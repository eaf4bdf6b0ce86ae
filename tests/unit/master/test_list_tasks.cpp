// The list of tasks that operators get.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

struct Desk {
  explicit Desk(MasterOptions options = {}) : c(std::move(options)), peer(c.connect(PeerRole::operator_)) {}
  msg::OperatorAnswer list(ListTasks call = {}) {
    c.send(peer, msg::OperatorCall{1, std::move(call)});
    return c.one<msg::OperatorAnswer>(peer);
  }
  // "t1 TASK_RUNNING", ...
  std::vector<std::string> states(ListTasks call = {}) {
    std::vector<std::string> all;
    for (const TaskSummary& task : list(std::move(call)).tasks) {
      all.push_back(task.id.str() + " " + std::string(to_string(task.state)));
    }
    return all;
  }
  void end(const Cluster::AgentPeer& agent, const Cluster::FrameworkPeer& f, const std::string& id) {
    const Uuid uuid = c.update(agent, f, id, TaskState::finished);
    c.send(f.peer, msg::Acknowledge{agent.id, TaskId(id), uuid});
  }
  Cluster c;
  PeerId peer;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("tasks are listed as the master knows them") {
  Desk desk;
  const auto f = desk.c.add_framework();
  const auto agent = desk.c.add_agent();
  const Offer offer = desk.c.offer(f.peer);
  desk.c.launch(f, offer, {task("t1", offer), task("t2", offer)});
  desk.c.update(agent, f, "t1", TaskState::running);
  const auto answer = desk.list();
  CHECK(answer.text == "2 tasks");
  REQUIRE(answer.tasks.size() == 2);
  const TaskSummary& first = answer.tasks[0];
  CHECK(first.id == "t1");
  CHECK(first.framework_id == f.id);
  CHECK(first.agent_id == agent.id);
  CHECK(first.name == "t1");
  CHECK(first.state == TaskState::running);
  CHECK_FALSE(first.healthy);
  CHECK(first.resources == Resources::parse("cpus:1;mem:64").value());
  CHECK(answer.tasks[1].state == TaskState::staging);
}

TEST_CASE("those that have ended follow those that live, the latest first") {
  MasterOptions options;
  options.limits.max_completed_tasks_per_framework = 2;
  Desk desk(options);
  const auto f = desk.c.add_framework();
  const auto agent = desk.c.add_agent();
  const Offer offer = desk.c.offer(f.peer);
  desk.c.launch(f, offer, {task("t1", offer), task("t2", offer), task("t3", offer), task("t4", offer)});
  desk.end(agent, f, "t1");
  CHECK(desk.states() == Lines{"t2 TASK_STAGING", "t3 TASK_STAGING", "t4 TASK_STAGING", "t1 TASK_FINISHED"});
  desk.end(agent, f, "t2");
  desk.end(agent, f, "t3");
  CHECK(desk.states() == Lines{"t4 TASK_STAGING", "t3 TASK_FINISHED", "t2 TASK_FINISHED"});
  // Also when the agent is no more.
  desk.c.step(MarkAgentGone{agent.id});
  CHECK(desk.states({{}, agent.id}) == Lines{"t3 TASK_FINISHED", "t2 TASK_FINISHED"});
}

TEST_CASE("a list is of one framework, by id or name, or of one agent") {
  Desk desk;
  const auto f = desk.c.add_framework(framework_info("f"));
  const auto one = desk.c.add_agent("h1");
  const Offer first = desk.c.offer(f.peer);
  desk.c.launch(f, first, {task("t1", first, "cpus:4;mem:1024")});
  const auto g = desk.c.add_framework(framework_info("g"));
  desk.c.send(f.peer, msg::Suppress{});
  const auto two = desk.c.add_agent("h2");
  const Offer second = desk.c.offer(g.peer);
  desk.c.launch(g, second, {task("t2", second)});

  CHECK(desk.states() == Lines{"t1 TASK_STAGING", "t2 TASK_STAGING"});
  CHECK(desk.states({f.id, {}}) == Lines{"t1 TASK_STAGING"});
  CHECK(desk.states({FrameworkId("g"), {}}) == Lines{"t2 TASK_STAGING"});
  CHECK(desk.states({{}, two.id}) == Lines{"t2 TASK_STAGING"});
  CHECK(desk.states({f.id, two.id}).empty());
  const auto unknown = desk.list({FrameworkId("h"), {}});
  CHECK(unknown.error == static_cast<std::uint32_t>(Errc::not_found));
  CHECK_THAT(unknown.text, Contains("\"h\""));
  const auto nowhere = desk.list({{}, AgentId("a9")});
  CHECK(nowhere.error == static_cast<std::uint32_t>(Errc::not_found));
  CHECK_THAT(nowhere.text, Contains("\"a9\""));
}

TEST_CASE("a list of tasks is bounded, and says how many there are") {
  Desk desk;
  const auto f = desk.c.add_framework();
  desk.c.add_agent("h", "cpus:20000;mem:64000");
  const Offer offer = desk.c.offer(f.peer);
  std::vector<TaskInfo> many;
  for (std::size_t i = 0; i < kMaxListedEntries + 3; ++i) {
    many.push_back(task(std::to_string(i), offer, "cpus:1;mem:1"));
  }
  desk.c.launch(f, offer, std::move(many));
  const auto answer = desk.list();
  CHECK(answer.tasks.size() == kMaxListedEntries);
  CHECK(answer.text == "10003 tasks; the first 10000 are listed");
}

}  // namespace mesoscore::test
