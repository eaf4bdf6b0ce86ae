#include "suite.hpp"

#include <sys/wait.h>
#include <algorithm>
#include <fstream>

#include "agent.hpp"
#include "catch.hpp"
#include "mesoscore/isolators/process.hpp"

namespace isolator_test {

namespace {

using Log = Spy::Log;

// The isolator under test between two others, all watched.
struct Set {
  explicit Set(const Factory& make) {
    auto tested = make();
    const bool needs_launcher = !tested->launcher();
    isolators.add(std::make_shared<Spy>(std::make_shared<Obedient>(), log, "first"));
    isolators.add(std::make_shared<Spy>(std::move(tested), log, "tested"));
    isolators.add(std::make_shared<Spy>(last, log, "last"));
    if (needs_launcher) isolators.add(isolators::process());
  }

  std::shared_ptr<Log> log = std::make_shared<Log>();
  std::shared_ptr<Obedient> last = std::make_shared<Obedient>();
  IsolatorSet isolators;
};

std::size_t count(const Log& log, const std::string& line) {
  return static_cast<std::size_t>(std::count(log.begin(), log.end(), line));
}

void life_cycle(const Factory& make) {
  Set set(make);
  Agent agent(set.isolators);
  agent.launch("a", "echo $OBEDIENT; exit 3");
  CHECK(WEXITSTATUS(agent.wait_for("a", Kind::exited).wait_status) == 3);
  CHECK(*set.log == Log{"first.prepare a", "tested.prepare a", "last.prepare a",  //
                        "first.isolate a", "tested.isolate a", "last.isolate a",  //
                        "first.watch a", "tested.watch a", "last.watch a",        //
                        "last.cleanup a", "tested.cleanup a", "first.cleanup a"});
  REQUIRE(set.last->isolated.size() == 1);
  CHECK(set.last->isolated[0].first == "there");
  CHECK(agent.count("a", Kind::started) == 1);
  CHECK(agent.count("a", Kind::exited) == 1);
  CHECK(agent.containers().size() == 0);
}

void cleanup_after_failed_launch(const Factory& make) {
  Set set(make);
  Agent agent(set.isolators);
  set.last->fail_in = "prepare";
  agent.launch("a", "true");
  CHECK(agent.wait_for("a", Kind::launch_failed).message == "isolator obedient: told to fail in prepare");
  CHECK(*set.log ==
        Log{"first.prepare a", "tested.prepare a", "last.prepare a", "tested.cleanup a", "first.cleanup a"});

  set.log->clear();
  set.last->fail_in = "isolate";
  agent.launch("b", "touch ran");
  CHECK(agent.wait_for("b", Kind::launch_failed).message == "isolator obedient: told to fail in isolate");
  CHECK(*set.log == Log{"first.prepare b", "tested.prepare b", "last.prepare b",  //
                        "first.isolate b", "tested.isolate b", "last.isolate b",  //
                        "last.cleanup b", "tested.cleanup b", "first.cleanup b"});

  set.last->fail_in.clear();
  set.last->throw_in = "isolate";
  agent.launch("c", "true");
  CHECK(agent.wait_for("c", Kind::launch_failed).message == "isolator obedient: thrown in isolate");
  CHECK(count(*set.log, "tested.cleanup c") == 1);
  CHECK(agent.containers().size() == 0);
}

void kill_is_idempotent(const Factory& make) {
  Set set(make);
  Agent agent(set.isolators);
  agent.launch("a", "exec sleep 1000");
  agent.wait_for("a", Kind::started);
  for (int i = 0; i < 3; ++i) agent.kill("a", 1h);
  agent.wait_for("a", Kind::exited);
  for (int i = 0; i < 3; ++i) agent.kill("a", 0s);
  agent.kill("unknown", 0s);
  agent.launch("b", "exit 4");
  CHECK(WEXITSTATUS(agent.wait_for("b", Kind::exited).wait_status) == 4);
  CHECK(agent.count("a", Kind::exited) == 1);
  CHECK(count(*set.log, "tested.cleanup a") == 1);
}

void containers_are_independent(const Factory& make) {
  Set set(make);
  Agent agent(set.isolators);
  for (int i = 0; i < 8; ++i) agent.launch(std::to_string(i), "sleep 0.1; exit " + std::to_string(i));
  for (int i = 0; i < 8; ++i) {
    CHECK(WEXITSTATUS(agent.wait_for(std::to_string(i), Kind::exited).wait_status) == i);
    CHECK(count(*set.log, "tested.cleanup " + std::to_string(i)) == 1);
  }
}

void update_and_usage(const Factory& make) {
  Set set(make);
  Agent agent(set.isolators);
  agent.launch("a", "while [ ! -e go ]; do sleep 0.02; done");
  agent.wait_for("a", Kind::started);
  agent.containers().apply(UpdateContainer{ContainerId("a"), Resources()});
  CHECK(count(*set.log, "tested.update a") == 1);
  agent.containers().usage(ContainerId("a"));
  agent.containers().apply(UpdateContainer{ContainerId("unknown"), Resources()});
  CHECK(count(*set.log, "tested.update unknown") == 0);
  agent.kill("a", 0s);
  agent.wait_for("a", Kind::exited);
}

void recovery(const Factory& make) {
  Set before(make);
  Agent first(before.isolators);
  first.durable = true;
  first.launch("live", "while [ ! -e go ]; do sleep 0.02; done; exit 3");
  first.launch("ended", "exit 4");
  first.launch("orphan", "exec sleep 1000");
  first.wait_for("live", Kind::started);
  first.wait_for("orphan", Kind::started);
  first.wait_for("ended", Kind::exited);
  const std::string sandbox = first.sandbox("live");

  Set set(make);
  Agent agent(set.isolators, {}, first.leave());
  agent.recover({"live", "ended", "never"});
  CHECK(*set.log == Log{"first.recover live", "tested.recover live", "last.recover live",  //
                        "first.watch live", "tested.watch live", "last.watch live"});
  CHECK(agent.count("live", Kind::recovered) == 1);
  CHECK(WEXITSTATUS(agent.wait_for("ended", Kind::exited).wait_status) == 4);
  CHECK(agent.wait_for("never", Kind::launch_failed).reason == TaskReason::agent_restarted);
  CHECK(agent.containers().size() == 1);

  set.log->clear();
  agent.containers().apply(UpdateContainer{ContainerId("live"), Resources()});
  CHECK(count(*set.log, "tested.update live") == 1);
  std::ofstream(sandbox + "/go").put('1');
  CHECK(WEXITSTATUS(agent.wait_for("live", Kind::exited).wait_status) == 3);
  CHECK(count(*set.log, "tested.cleanup live") == 1);
  agent.launch("new", "exit 5");
  CHECK(WEXITSTATUS(agent.wait_for("new", Kind::exited).wait_status) == 5);
}

void strangers_do_no_harm(const Factory& make) {
  const std::shared_ptr<Isolator> isolator = make();
  CHECK_FALSE(isolator->name().empty());
  CHECK(isolator->recover({}));
  ContainerUsage usage;
  isolator->usage(ContainerId("unknown"), usage);
  CHECK_FALSE(usage.processes);
  isolator->watch(ContainerId("unknown"), [](const ContainerId&, Limitation) { FAIL("a limitation"); });
  CHECK_FALSE(isolator->verdict(ContainerId("unknown"), 9));
  isolator->cleanup(ContainerId("unknown"));
}

}  // namespace

void conformance(const Factory& make) {
  SECTION("prepare, isolate, watch in order; cleanup in reverse") { life_cycle(make); }
  SECTION("cleanup exactly once after each failed launch") { cleanup_after_failed_launch(make); }
  SECTION("a kill may be repeated") { kill_is_idempotent(make); }
  SECTION("containers are independent of each other") { containers_are_independent(make); }
  SECTION("update and usage") { update_and_usage(make); }
  SECTION("containers of an agent before are taken over") { recovery(make); }
  SECTION("calls about unknown containers do no harm") { strangers_do_no_harm(make); }
}

}  // namespace isolator_test
