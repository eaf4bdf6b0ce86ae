// LAUNCH_GROUP: all of its tasks or none, and the executor that they share.
#include "harness.hpp"
#include "mesoscore/offer.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

constexpr std::string_view kAll = "cpus:4;mem:1024;disk:1000;ports:[100-109]";

TaskInfo member(std::string id, const Offer& offer, std::string_view resources = "cpus:1;mem:64") {
  TaskInfo info = task(std::move(id), offer, resources);
  info.function.clear();
  info.command.emplace().value = "true";
  return info;
}

ExecutorInfo pod(std::string_view resources = "cpus:0.1;mem:32;disk:10") {
  return default_executor("pod", Resources::parse(resources).value());
}

struct Ready {
  Cluster c;
  Cluster::AgentPeer agent = c.add_agent("h1", kAll);
  Cluster::FrameworkPeer f = c.add_framework();
  Offer offer = c.offer(f.peer);

  void launch(const Offer& on, ExecutorInfo executor, std::vector<TaskInfo> tasks, OperationId id = {}) {
    msg::Accept accept;
    accept.offer_ids.push_back(on.id);
    accept.operations.push_back(launch_group(std::move(executor), std::move(tasks)));
    accept.operations.back().id = std::move(id);
    accept.filters.refuse = 0s;
    c.send(f.peer, std::move(accept));
  }
  // All tasks get the same TASK_ERROR, nothing is launched, and all that was offered is offered again.
  std::string refused(ExecutorInfo executor, std::vector<TaskInfo> tasks, OperationId id = {}) {
    const std::size_t count = tasks.size();
    launch(offer, std::move(executor), std::move(tasks), std::move(id));
    const auto updates = c.all<msg::Update>(f.peer);
    REQUIRE(updates.size() == count);
    for (const msg::Update& update : updates) {
      CHECK(update.status.state == TaskState::error);
      CHECK(update.status.reason == TaskReason::task_group_invalid);
      CHECK(update.status.message == updates.front().status.message);
      CHECK_FALSE(update.status.uuid);
    }
    CHECK(c.none<msg::RunTaskGroup>(agent.peer));
    CHECK(c.master.tasks(f.id).empty());
    CHECK(c.offer(f.peer).resources == Resources::parse(kAll).value());
    return updates.front().status.message;
  }
};

}  // namespace

TEST_CASE("a group goes to its agent in one message, and its executor is accounted for") {
  Ready r;
  TaskInfo second = member("t2", r.offer, "cpus:1;mem:64;ports:[100-101]");
  second.executor = pod();  // as clients of Mesos may have it
  r.launch(r.offer, pod(), {member("t1", r.offer), second});
  const auto run = r.c.one<msg::RunTaskGroup>(r.agent.peer);
  CHECK(run.launch_executor);
  CHECK(run.executor.executor_id == "pod");
  CHECK(run.executor.framework_id == r.f.id);
  CHECK(run.framework->id == r.f.id);
  CHECK(run.role == "*");
  REQUIRE(run.tasks.size() == 2);
  CHECK(run.tasks[0].task_id == "t1");
  CHECK_FALSE(run.tasks[1].executor);
  CHECK(r.c.offer(r.f.peer).resources ==
        Resources::parse("cpus:1.9;mem:864;disk:990;ports:[102-109]").value());
  const auto tasks = r.c.master.tasks(r.f.id);
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0].executor_id == "pod");
  CHECK(tasks[0].state == TaskState::staging);
}

TEST_CASE("another group of an executor that runs is not charged for it again") {
  Ready r;
  r.launch(r.offer, pod(), {member("t1", r.offer)});
  const Offer rest = r.c.offer(r.f.peer);
  r.launch(rest, pod(), {member("t2", rest)});
  CHECK_FALSE(r.c.one<msg::RunTaskGroup>(r.agent.peer).launch_executor);
  CHECK(r.c.offer(r.f.peer).resources ==
        Resources::parse("cpus:1.9;mem:864;disk:990;ports:[100-109]").value());
}

TEST_CASE("an executor of a group gives its resources back when the agent says that it has ended") {
  Ready r;
  r.launch(r.offer, pod(), {member("t1", r.offer), member("t2", r.offer)});
  r.c.update(r.agent, r.f, "t1", TaskState::finished);
  r.c.send(r.agent.peer, msg::ExecutorExited{r.f.id, "pod", 0});
  CHECK(r.c.one<msg::Failure>(r.f.peer).executor_id == "pod");
  r.c.update(r.agent, r.f, "t2", TaskState::finished);
  CHECK(r.c.view().agents[0].used.empty());
}

TEST_CASE("groups of a new master: executors and tasks are those that the agent reports") {
  Ready r;
  r.launch(r.offer, pod(), {member("t1", r.offer), member("t2", r.offer)});
  msg::ReregisterAgent again{r.agent.info, r.c.master.tasks(r.f.id), {{r.f.id, pod()}}, {r.f.info}, {}};
  again.executors[0].info.framework_id = r.f.id;
  r.c.restart();
  r.c.send(r.c.connect(PeerRole::agent), again);
  const auto agent = r.c.view().agents.at(0);
  CHECK(agent.used == Resources::parse("cpus:2.1;mem:160;disk:10").value());
}

TEST_CASE("the rules of groups") {
  Ready r;
  const Offer& o = r.offer;
  const std::vector<TaskInfo> good{member("t1", o), member("t2", o)};
  const auto says = [&](const std::string& message, const char* part) {
    CHECK_THAT(message, Catch::Contains(part));
  };
  SECTION("an operation id") { says(r.refused(pod(), good, OperationId("op")), "operation id"); }
  SECTION("more than the offer has") {
    says(r.refused(pod(), {member("t1", o, "cpus:2;mem:64"), member("t2", o, "cpus:2;mem:64")}),
         "2 tasks and the executor need cpus:4.1");
  }
  SECTION("one task is for another agent") {
    auto tasks = good;
    tasks[1].agent_id = "elsewhere";
    says(r.refused(pod(), tasks), "elsewhere");
  }
  SECTION("one id twice") { says(r.refused(pod(), {good[0], good[0]}), "'t1' is in the group twice"); }
  SECTION("an id with a slash") { says(r.refused(pod(), {good[0], member("a/b", o)}), "a/b"); }
  SECTION("no command") {
    auto tasks = good;
    tasks[1].command.reset();
    says(r.refused(pod(), tasks), "'t2': there is no command");
  }
  SECTION("a function") {
    auto tasks = good;
    tasks[1].function = "square";
    says(r.refused(pod(), tasks), "'square'");
  }
  SECTION("a docker container") {
    auto tasks = good;
    tasks[1].container.emplace().type = ContainerInfo::Type::docker;
    says(r.refused(pod(), tasks), "DOCKER");
  }
  SECTION("another executor") {
    auto tasks = good;
    tasks[1].executor = default_executor("other");
    says(r.refused(pod(), tasks), "another executor, 'other', than its group, 'pod'");
  }
  SECTION("the same ports twice") {
    says(r.refused(pod(),
                   {member("t1", o, "cpus:1;ports:[100-102]"), member("t2", o, "cpus:1;ports:[102-104]")}),
         "task 't2': resource 'ports' of the task overlaps with that of the rest of its group");
  }
  SECTION("no resources") {
    auto tasks = good;
    tasks[1].resources = {};
    says(r.refused(pod(), tasks), "'t2'");
  }
}

TEST_CASE("the rules of the executor of a group") {
  Ready r;
  const std::vector<TaskInfo> tasks{member("t1", r.offer), member("t2", r.offer)};
  ExecutorInfo executor = pod();
  const char* part = "";
  SECTION("no id") {
    executor.executor_id = "";
    part = "executor id";
  }
  SECTION("no type") {
    executor.type = ExecutorInfo::Type::unknown;
    part = "type 0 is neither DEFAULT nor CUSTOM";
  }
  SECTION("a command for type DEFAULT") {
    executor.command.value = "./run";
    part = "'./run'";
  }
  SECTION("no command for type CUSTOM") {
    executor.type = ExecutorInfo::Type::custom;
    part = "command.value is empty";
  }
  SECTION("no disk") {
    executor = pod("cpus:0.1;mem:32");
    part = "resources are cpus:0.1;mem:32";
  }
  SECTION("too little memory") {
    executor = pod("cpus:0.1;mem:31;disk:1");
    part = "mem:31";
  }
  SECTION("too little of the processor") {
    executor = pod("cpus:0.009;mem:32;disk:1");
    part = "cpus:0.009";
  }
  SECTION("a docker container") {
    executor.container.emplace().type = ContainerInfo::Type::docker;
    part = "DOCKER";
  }
  SECTION("a container of its own for type DEFAULT") {
    executor.container.emplace().hostname = "pod";
    part = "give the container to the tasks";
  }
  SECTION("another framework") {
    executor.framework_id = "other";
    part = "framework id other";
  }
  SECTION("a negative grace") {
    executor.shutdown_grace_period = -1s;
    part = "-1 s";
  }
  CHECK_THAT(r.refused(executor, tasks), Catch::Contains(part));
}

TEST_CASE("an executor that runs is not replaced by another one of its id") {
  Ready r;
  r.launch(r.offer, pod(), {member("t1", r.offer)});
  const Offer rest = r.c.offer(r.f.peer);
  SECTION("by that of another group") { r.launch(rest, pod("cpus:0.2;mem:32;disk:1"), {member("t2", rest)}); }
  SECTION("by that of a task") {
    TaskInfo single = task("t2", rest);
    single.function.clear();
    single.executor = pod();
    single.executor->type = ExecutorInfo::Type::custom;
    single.executor->command.value = "./run";
    r.c.launch(r.f, rest, {single});
  }
  CHECK(r.c.status(r.f.peer).state == TaskState::error);
  CHECK_THAT(r.c.status(r.f.peer).message, Catch::Contains("another ExecutorInfo"));
}

TEST_CASE("an executor of type DEFAULT is for groups only") {
  Ready r;
  TaskInfo single = task("t", r.offer);
  single.function.clear();
  single.executor = pod();
  single.executor->command.value = "./run";
  r.c.launch(r.f, r.offer, {single});
  CHECK(r.c.status(r.f.peer).reason == TaskReason::task_invalid);
  CHECK_THAT(r.c.status(r.f.peer).message, Catch::Contains("type DEFAULT") && Catch::Contains("group"));
}

TEST_CASE("a custom executor may be given groups, with or without commands") {
  Ready r;
  ExecutorInfo custom = pod();
  custom.type = ExecutorInfo::Type::custom;
  custom.command.value = "./run";
  TaskInfo bare = member("t2", r.offer);
  bare.command.reset();
  r.launch(r.offer, custom, {member("t1", r.offer), bare});
  CHECK(r.c.one<msg::RunTaskGroup>(r.agent.peer).executor.command.value == "./run");
}

TEST_CASE("a group that was launched on a stale offer is dropped as a whole") {
  Ready r;
  Offer stale = r.offer;
  stale.id = "stale";
  r.launch(stale, pod(), {member("t1", r.offer), member("t2", r.offer)});
  const auto updates = r.c.all<msg::Update>(r.f.peer);
  REQUIRE(updates.size() == 2);
  CHECK(updates[1].status.state == TaskState::dropped);
  CHECK(updates[1].status.reason == TaskReason::invalid_offers);
}

TEST_CASE("groups and tasks of one accept share what was offered") {
  Ready r;
  msg::Accept accept;
  accept.offer_ids.push_back(r.offer.id);
  accept.operations.push_back(launch({task("t0", r.offer, "cpus:2;mem:64")}));
  accept.operations.push_back(launch_group(pod(), {member("t1", r.offer), member("t2", r.offer)}));
  accept.operations.push_back(launch({task("t3", r.offer, "cpus:2;mem:64")}));
  r.c.send(r.f.peer, std::move(accept));
  CHECK(r.c.all<msg::RunTask>(r.agent.peer).size() == 2);
  const auto updates = r.c.all<msg::Update>(r.f.peer);  // the group does not fit
  REQUIRE(updates.size() == 2);
  CHECK(updates[0].status.task_id == "t1");
}

TEST_CASE("the tasks of a group may share a volume") {
  Cluster c;
  const auto agent = c.add_agent("h1", kAll);
  auto info = framework_info("f", {"eng"});
  info->capabilities.set(FrameworkCapability::shared_resources);
  const auto f = c.add_framework(info);
  const Offer offer = c.offer(f.peer);
  const Resource shared = volume("v", "eng", 64, true);
  TaskInfo writer = member("writer", offer), reader = member("reader", offer);
  writer.resources.add(shared);
  reader.resources.add(shared);
  msg::Accept accept;
  accept.offer_ids.push_back(offer.id);
  accept.operations.push_back(reserve(reserved("disk:64", "eng")));
  accept.operations.push_back(create({shared}));
  accept.operations.push_back(launch_group(pod(), {writer, reader}));
  c.send(f.peer, std::move(accept));
  for (const auto& update : c.all<msg::Update>(f.peer)) CHECK(update.status.message == "");
  CHECK(c.one<msg::RunTaskGroup>(agent.peer).tasks.size() == 2);
}

}  // namespace mesoscore::test
