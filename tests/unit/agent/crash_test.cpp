// An agent dies at each commit of its life, before or after that is durable, and another one takes over:
// nothing that anybody was told is forgotten, nothing runs twice, and every task comes to its true end.
#include "agent_under_test.hpp"
#include "crash_world.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

void commands(CrashWorld& world) {
  world.join();
  world.run(command_task("t1"));
  world.start("t1");
  world.run(command_task("t2"));
  world.acknowledge_all();
  world.start("t2");
  world.from_master(msg::KillTask{kFramework, "t1", {}});
  world.acknowledge_all();
  world.exit("t2", 3 << 8);
  world.run(command_task("t3"));
  world.acknowledge_all();
  world.acknowledge_all();
}

void executors(CrashWorld& world) {
  world.join();
  world.run(executor_task("t1"), true);
  world.executor_subscribes();
  world.executor_says("t1", TaskState::running);
  world.acknowledge_all();
  world.run(executor_task("t2"));
  world.run(executor_task("t3"));
  world.executor_says("t2", TaskState::running);
  world.executor_says("t2", TaskState::finished);
  world.acknowledge_all();
  world.from_master(msg::KillTask{kFramework, "t3", {}});
  world.executor_says("t1", TaskState::failed);
  world.acknowledge_all();
  world.acknowledge_all();
}

void operations(CrashWorld& world) {
  world.join();
  const auto apply = [&](Operation operation, std::uint64_t n) {
    world.from_master(msg::ApplyOperation{framework_info(), Uuid::from_random(9, n), std::move(operation)});
  };
  apply(reserve(reserved("cpus:1", "eng")), 1);
  apply(reserve(reserved("cpus:100", "eng")), 2);  // fails
  world.run(command_task("t1"));
  world.acknowledge_all();
  apply(unreserve(reserved("cpus:1", "eng")), 3);
  world.start("t1");
  world.acknowledge_all();
}

void drains(CrashWorld& world) {
  world.join();
  world.run(command_task("t1"));
  world.start("t1");
  world.run(executor_task("t2"), true);
  world.executor_subscribes();
  world.from_master(msg::DrainTasks{DrainConfig{10s, false}});
  world.acknowledge_all();
  world.executor_says("t2", TaskState::killed);
  world.acknowledge_all();
  world.run(command_task("t3"));
}

void groups(CrashWorld& world) {
  world.join();
  world.run_group({"a1", "a2", "a3"}, true);
  world.start("a1");
  world.start("a2");
  world.run_group({"b1", "b2"}, false);
  world.acknowledge_all();
  world.start("b1");
  world.start("b2");
  world.start("a3");
  world.exit("a2", 3 << 8);
  world.acknowledge_all();
  world.from_master(msg::KillTask{kFramework, "b2", {}});
  world.acknowledge_all();
  world.run_group({"c1", "c2"}, true);
  world.acknowledge_all();
  world.acknowledge_all();
}

// False: the agent died on the way.
template <class F>
bool survives(F&& live) {
  try {
    live();
    return true;
  } catch (const AgentDied&) {
    return false;
  }
}

void die_everywhere(void (*scenario)(CrashWorld&)) {
  CrashWorld whole(0, true);
  scenario(whole);
  const std::size_t commits = whole.commits();
  REQUIRE(commits >= 10);
  whole.finish();
  whole.check();
  for (std::size_t at = 1; at <= whole.commits(); ++at) {
    for (const bool durable : {false, true}) {
      INFO("commit " << at << (durable ? ", durable" : ", lost"));
      CrashWorld world(at, durable);
      const bool survived = survives([&] {
        scenario(world);
        world.finish();
      });
      CHECK_FALSE(survived);
      world.recover();
      world.finish();
      world.check();
    }
  }
}

// The one that takes over dies too, at each of its first commits.
void die_twice(void (*scenario)(CrashWorld&)) {
  CrashWorld whole(0, true);
  scenario(whole);
  for (std::size_t at = 1; at <= whole.commits(); ++at) {
    for (const std::size_t again : {1u, 2u, 3u, 4u, 5u}) {
      const bool durable = (at + again) % 2 == 0;
      INFO("commit " << at << ", then after " << again << (durable ? ", durable" : ", lost"));
      CrashWorld world(at, true);
      CHECK_FALSE(survives([&] { scenario(world); }));
      world.die_again(again, durable);
      const bool survived = survives([&] {
        world.recover();
        world.finish();
      });
      if (!survived) {
        world.recover();
        world.finish();
      }
      world.check();
    }
  }
}

}  // namespace

TEST_CASE("an agent that runs commands dies") { die_everywhere(commands); }
TEST_CASE("an agent that has an executor dies") { die_everywhere(executors); }
TEST_CASE("an agent that carries operations out dies") { die_everywhere(operations); }
TEST_CASE("an agent that runs groups dies") { die_everywhere(groups); }
TEST_CASE("an agent that is drained dies") { die_everywhere(drains); }

TEST_CASE("agents die again and again") {
  for (const auto scenario : {commands, executors, operations, drains, groups}) die_twice(scenario);
}

}  // namespace mesoscore::test
