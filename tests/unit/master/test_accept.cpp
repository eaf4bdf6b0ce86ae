#include "harness.hpp"

namespace mesoscore::test {
namespace {

struct Ready {
  Cluster c;
  Cluster::AgentPeer agent = c.add_agent();
  Cluster::FrameworkPeer f = c.add_framework();
  Offer offer = c.offer(f.peer);

  // The one TASK_ERROR that this launch gets.
  TaskStatus refused(TaskInfo info) {
    c.launch(f, offer, {std::move(info)});
    const TaskStatus status = c.status(f.peer);
    CHECK(status.state == TaskState::error);
    CHECK(status.reason == TaskReason::task_invalid);
    CHECK_FALSE(status.uuid);
    CHECK(c.none<msg::RunTask>(agent.peer));
    return status;
  }
};

}  // namespace

TEST_CASE("a launch goes to the agent and the rest comes back") {
  Ready r;
  r.c.launch(r.f, r.offer, {task("t1", r.offer), task("t2", r.offer, "cpus:2;mem:64")}, {0s});
  const auto runs = r.c.all<msg::RunTask>(r.agent.peer);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].task.task_id == "t1");
  CHECK(runs[0].framework->id == r.f.id);
  CHECK(runs[1].task.resources.get("cpus") == 2);
  CHECK(r.c.offer(r.f.peer).resources == Resources::parse("cpus:1;mem:896").value());
  CHECK(r.c.master.tasks(r.f.id).size() == 2);
  CHECK(r.c.master.tasks(r.f.id)[0].state == TaskState::staging);
}

TEST_CASE("the unused rest is filtered for five seconds by default") {
  Ready r;
  r.c.launch(r.f, r.offer, {task("t1", r.offer)});
  CHECK(r.c.offers(r.f.peer).empty());
  r.c.advance(6s);
  CHECK(r.c.offers(r.f.peer).size() == 1);
}

TEST_CASE("ACCEPT without operations is a decline") {
  Ready r;
  r.c.send(r.f.peer, msg::Accept{{r.offer.id}, {}, {0s}});
  CHECK(r.c.offers(r.f.peer).size() == 1);
}

TEST_CASE("several offers of one agent merge") {
  Ready r;
  r.c.launch(r.f, r.offer, {task("t1", r.offer, "cpus:2;mem:512")}, {0s});
  const Offer rest = r.c.offer(r.f.peer);
  const Uuid done = r.c.update(r.agent, r.f, "t1", TaskState::finished);
  (void)done;
  const Offer freed = r.c.offer(r.f.peer);
  CHECK(freed.resources.get("cpus") == 2);
  msg::Accept both;
  both.offer_ids = {rest.id, freed.id};
  both.operations.push_back(launch({task("big", rest, "cpus:4;mem:1024")}));
  r.c.send(r.f.peer, std::move(both));
  CHECK(r.c.one<msg::RunTask>(r.agent.peer).task.task_id == "big");
}

TEST_CASE("ACCEPT is all or nothing over its offers") {
  Ready r;
  const auto other = r.c.add_agent("h2");
  const Offer second = r.c.offer(r.f.peer);
  msg::Accept accept;
  accept.operations.push_back(launch({task("t1", r.offer), task("t2", r.offer)}));
  accept.operations.push_back(Operation{OperationId("op"), ReserveOperation{}});
  std::string expected;
  SECTION("a stale offer") {
    accept.offer_ids = {r.offer.id, OfferId(r.c.master.id().str() + "-O77")};
    expected = "-O77";
  }
  SECTION("an offer named twice") {
    accept.offer_ids = {r.offer.id, r.offer.id};
    expected = "twice";
  }
  SECTION("offers of two agents") {
    accept.offer_ids = {r.offer.id, second.id};
    expected = "two agents";
  }
  SECTION("no offer") { expected = "no offer"; }
  r.c.send(r.f.peer, std::move(accept));
  const auto updates = r.c.all<msg::Update>(r.f.peer);
  REQUIRE(updates.size() == 2);
  CHECK(updates[0].status.state == TaskState::dropped);
  CHECK(updates[0].status.reason == TaskReason::invalid_offers);
  CHECK_THAT(updates[0].status.message, Catch::Contains(expected));
  CHECK(r.c.master.tasks(r.f.id).empty());
  CHECK(r.c.none<msg::RunTask>(r.agent.peer));
}

TEST_CASE("frameworks that are not partition aware see LOST") {
  Cluster c;
  c.add_agent();
  auto info = framework_info("old");
  info->capabilities.set(FrameworkCapability::partition_aware, false);
  const auto f = c.add_framework(info);
  Offer offer = c.offer(f.peer);
  offer.id = OfferId("stale");
  c.launch(f, offer, {task("t", offer)});
  CHECK(c.status(f.peer).state == TaskState::lost);
}

TEST_CASE("an offer of another framework cannot be accepted") {
  Ready r;
  const auto g = r.c.add_framework(framework_info("g"));
  r.c.launch(g, r.offer, {task("t", r.offer)});
  CHECK(r.c.status(g.peer).state == TaskState::dropped);
  CHECK(r.c.view().frameworks[0].offers == 1);  // the owner still has it
}

TEST_CASE("a bad task gets TASK_ERROR with the reason") {
  Ready r;
  SECTION("more than the offer") {
    const auto status = r.refused(task("t", r.offer, "cpus:5;mem:64"));
    CHECK_THAT(status.message, Catch::Contains("cpus:5") && Catch::Contains("cpus:4"));
  }
  SECTION("another agent") {
    TaskInfo info = task("t", r.offer);
    info.agent_id = AgentId("elsewhere");
    CHECK_THAT(r.refused(info).message, Catch::Contains("elsewhere"));
  }
  SECTION("no resources") {
    TaskInfo info = task("t", r.offer);
    info.resources = {};
    r.refused(info);
  }
  SECTION("nothing to run") {
    TaskInfo info = task("t", r.offer);
    info.function.clear();
    r.refused(info);
  }
  SECTION("two things to run") {
    TaskInfo info = task("t", r.offer);
    info.command = CommandInfo{"true", true, {}, {}, ""};
    r.refused(info);
  }
  SECTION("an id with a slash") {
    TaskInfo info = task("a/b", r.offer);
    CHECK_THAT(r.refused(info).message, Catch::Contains("a/b"));
  }
  SECTION("a negative grace period") {
    TaskInfo info = task("t", r.offer);
    info.kill_policy = KillPolicy{-1s};
    r.refused(info);
  }
}

TEST_CASE("one bad task does not stop its siblings; a duplicate id is refused") {
  Ready r;
  r.c.launch(r.f, r.offer, {task("t1", r.offer), task("t1", r.offer), task("t2", r.offer)});
  CHECK(r.c.all<msg::RunTask>(r.agent.peer).size() == 2);
  const auto status = r.c.status(r.f.peer);
  CHECK(status.task_id == "t1");
  CHECK_THAT(status.message, Catch::Contains("in use"));
}

TEST_CASE("the running remainder: the second task must fit into what the first left") {
  Ready r;
  r.c.launch(r.f, r.offer, {task("t1", r.offer, "cpus:3;mem:64"), task("t2", r.offer, "cpus:2;mem:64")});
  CHECK(r.c.one<msg::RunTask>(r.agent.peer).task.task_id == "t1");
  CHECK(r.c.status(r.f.peer).task_id == "t2");
}

TEST_CASE("LAUNCH with an operation id is an error for every task") {
  Ready r;
  msg::Accept accept;
  accept.offer_ids = {r.offer.id};
  accept.operations.push_back(launch({task("t1", r.offer)}));
  accept.operations.back().id = OperationId("op");
  r.c.send(r.f.peer, std::move(accept));
  CHECK(r.c.status(r.f.peer).state == TaskState::error);
}

TEST_CASE("a custom executor is charged once, as long as it lives") {
  Ready r;
  const auto with_executor = [&](std::string id, std::string executor, std::string name = "") {
    TaskInfo info = task(std::move(id), r.offer);
    info.function.clear();
    ExecutorInfo ex;
    ex.executor_id = ExecutorId(executor);
    ex.name = std::move(name);
    ex.command.value = "./executor";
    ex.resources = Resources::parse("cpus:0.5;mem:32").value();
    info.executor = std::move(ex);
    return info;
  };
  r.c.launch(r.f, r.offer,
             {with_executor("t1", "e"), with_executor("t2", "e"), with_executor("t3", "e", "changed")}, {0s});
  const auto runs = r.c.all<msg::RunTask>(r.agent.peer);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].launch_executor);
  CHECK_FALSE(runs[1].launch_executor);
  CHECK(runs[0].task.executor->framework_id == r.f.id);
  CHECK(r.c.status(r.f.peer).task_id == "t3");  // same id, other ExecutorInfo
  Offer rest = r.c.offer(r.f.peer);
  CHECK(rest.resources == Resources::parse("cpus:1.5;mem:864").value());
  CHECK(rest.executor_ids == std::vector<ExecutorId>{ExecutorId("e")});

  r.c.send(r.agent.peer, msg::ExecutorExited{r.f.id, ExecutorId("e"), 256});
  const auto failure = r.c.one<msg::Failure>(r.f.peer);
  CHECK(failure.executor_id == "e");
  CHECK(failure.wait_status == 256);
  CHECK(r.c.offer(r.f.peer).resources == Resources::parse("cpus:0.5;mem:32").value());
}

}  // namespace mesoscore::test
