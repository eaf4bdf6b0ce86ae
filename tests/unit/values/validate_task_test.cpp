#include <functional>

#include "mesoscore/limits.hpp"
#include "mesoscore/task.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;
using std::chrono::seconds;

namespace {

TaskInfo good() {
  TaskInfo task;
  task.task_id = "t1";
  task.agent_id = "m-S1";
  task.resources = *Resources::parse("cpus:0.5;mem:64");
  task.command = CommandInfo{"sleep 1", true, {}, {{"A", "1"}}, {}};
  return task;
}

TaskInfo with_executor() {
  TaskInfo task = good();
  task.command.reset();
  ExecutorInfo executor;
  executor.executor_id = "e1";
  executor.command.value = "./run";
  executor.resources = *Resources::parse("cpus:0.1");
  task.executor = executor;
  return task;
}

// Disk reserved for `eng`, made into the volume v1; `change` spoils it.
Resource volume(const std::function<void(ResourceTraits&)>& change = {}) {
  ResourceTraits traits;
  traits.reservations.push_back({Reservation::Type::dynamic, "eng", {}, {}});
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->persistence_id = "v1";
  traits.disk->volume_container_path = "data";
  if (change) change(traits);
  return Resource("disk", Scalar{64'000}).with_traits(traits);
}

ResourceTraits revocable() {
  ResourceTraits traits;
  traits.revocable = true;
  return traits;
}

std::string nul() { return std::string(1, '\0'); }

struct Case {
  const char* says;
  std::function<void(TaskInfo&)> spoil;
};

void check_refused(const TaskInfo& start, std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    CAPTURE(c.says);
    TaskInfo task = start;
    c.spoil(task);
    const Status status = validate(task);
    REQUIRE_FALSE(status);
    CHECK_THAT(status.error().message, Contains(c.says));
  }
}

}  // namespace

TEST_CASE("a task runs a command, a function or an executor") {
  CHECK(validate(good()));
  CHECK(validate(with_executor()));
  TaskInfo task = good();
  task.command.reset();
  task.function = "render";
  task.kill_policy = KillPolicy{seconds(0)};
  task.max_completion_time = seconds(0);
  task.resources.add(volume());
  CHECK(validate(task));
}

TEST_CASE("what is wrong with a task is said") {
  check_refused(
      good(), {
                  {"task id is empty", [](TaskInfo& t) { t.task_id = ""; }},
                  {"task id 'a/b' contains", [](TaskInfo& t) { t.task_id = "a/b"; }},
                  {"task 't1': agent id is empty", [](TaskInfo& t) { t.agent_id = ""; }},
                  {"task 't1': kill_policy.grace_period is -3 s: give zero or more",
                   [](TaskInfo& t) { t.kill_policy = KillPolicy{seconds(-3)}; }},
                  {"max_completion_time is -1 s", [](TaskInfo& t) { t.max_completion_time = seconds(-1); }},
                  {"resources are empty", [](TaskInfo& t) { t.resources.clear(); }},
                  {"none of command, executor and function is set", [](TaskInfo& t) { t.command.reset(); }},
                  {"more than one of command, executor and function", [](TaskInfo& t) { t.function = "f"; }},
                  {"more than one of", [](TaskInfo& t) { t.executor = ExecutorInfo{}; }},
                  {"data has 4194305 bytes: at most 4194304",
                   [](TaskInfo& t) { t.data.assign(kMaxMessageDataBytes + 1, 'x'); }},
              });
}

TEST_CASE("what is wrong with a command is said") {
  check_refused(
      good(),
      {
          {"command.value is empty: give the shell command", [](TaskInfo& t) { t.command->value.clear(); }},
          {"command.value is empty: give the program",
           [](TaskInfo& t) {
             *t.command = CommandInfo{"", false, {"x"}, {}, {}};
           }},
          {"command.value 'a\\x00b' contains a NUL",
           [](TaskInfo& t) { t.command->value = "a" + nul() + "b"; }},
          {"command argument 'a\\x00' contains a NUL",
           [](TaskInfo& t) { t.command->arguments = {"a" + nul()}; }},
          {"command.user '\\x00' contains a NUL", [](TaskInfo& t) { t.command->user = nul(); }},
          {"environment variable with the value '7' has no name",
           [](TaskInfo& t) {
             t.command->environment = {{"", "7"}};
           }},
          {"environment variable 'A=B' has '='",
           [](TaskInfo& t) {
             t.command->environment = {{"A=B", "7"}};
           }},
          {"environment variable A with the value '\\x00' contains a NUL",
           [](TaskInfo& t) {
             t.command->environment = {{"A", nul()}};
           }},
          {"the name of environment variable 'A\\x00' contains a NUL",
           [](TaskInfo& t) {
             t.command->environment = {{"A" + nul(), ""}};
           }},
      });
}

TEST_CASE("what is wrong with the resources of a task is said") {
  check_refused(
      good(),
      {
          {"resource 'gpus': amount 1.5 of gpus",
           [](TaskInfo& t) { t.resources.add(Resource("gpus", Scalar{1500})); }},
          {"persistent volume 'v1' is not reserved",
           [](TaskInfo& t) { t.resources.add(volume([](auto& traits) { traits.reservations.clear(); })); }},
          {"persistent volume 'v1' has no volume",
           [](TaskInfo& t) {
             t.resources.add(volume([](auto& traits) { traits.disk->volume_container_path = ""; }));
           }},
          {"persistent volume 'v1' has a host_path",
           [](TaskInfo& t) {
             t.resources.add(volume([](auto& traits) { traits.disk->volume_host_path = "/x"; }));
           }},
          {"persistent volume 'v1' is revocable",
           [](TaskInfo& t) { t.resources.add(volume([](auto& traits) { traits.revocable = true; })); }},
          {"persistence id 'a/b' contains",
           [](TaskInfo& t) {
             t.resources.add(volume([](auto& traits) { traits.disk->persistence_id = "a/b"; }));
           }},
          {"a disk has a volume 'data' but no persistence",
           [](TaskInfo& t) {
             t.resources.add(volume([](auto& traits) { traits.disk->persistence_id = ""; }));
           }},
          {"persistence id 'v1' of role 'eng' is used twice",
           [](TaskInfo& t) {
             t.resources += Resources{volume(), volume()};
           }},
          {"resource 'cpus' comes both revocable and not",
           [](TaskInfo& t) { t.resources.add(Resource("cpus", Scalar{1}).with_traits(revocable())); }},
      });
}

TEST_CASE("what is wrong with an executor is said") {
  check_refused(
      with_executor(),
      {
          {"task 't1': executor '': executor id is empty", [](TaskInfo& t) { t.executor->executor_id = ""; }},
          {"executor 'e1': framework id '.' is", [](TaskInfo& t) { t.executor->framework_id = "."; }},
          {"executor 'e1': command.value is empty", [](TaskInfo& t) { t.executor->command.value = ""; }},
          {"shutdown_grace_period is -1 s",
           [](TaskInfo& t) { t.executor->shutdown_grace_period = seconds(-1); }},
          {"executor 'e1': data has",
           [](TaskInfo& t) { t.executor->data.assign(kMaxMessageDataBytes + 1, 'x'); }},
          {"executor 'e1': resource 'gpus'",
           [](TaskInfo& t) { t.executor->resources.add(Resource("gpus", Scalar{1})); }},
          {"shared resource 'disk' in an executor",
           [](TaskInfo& t) {
             t.executor->resources.add(volume([](auto& traits) { traits.shared = true; }));
           }},
      });
}

TEST_CASE("a task and its executor do not claim the same things") {
  check_refused(with_executor(),
                {
                    {"resource 'ports' of the task overlaps with that of its executor",
                     [](TaskInfo& t) {
                       t.resources += *Resources::parse("ports:[1-5]");
                       t.executor->resources += *Resources::parse("ports(eng):[5-9]");
                     }},
                    {"resource 'bugs' of the task overlaps",
                     [](TaskInfo& t) {
                       t.resources += *Resources::parse("bugs:{a,b}");
                       t.executor->resources += *Resources::parse("bugs:{b,c}");
                     }},
                    {"persistence id 'v1' of role 'eng' is used twice",
                     [](TaskInfo& t) {
                       t.resources.add(volume());
                       t.executor->resources.add(volume());
                     }},
                    {"resource 'cpus' comes both revocable and not",
                     [](TaskInfo& t) {
                       t.executor->resources = {Resource("cpus", Scalar{100}).with_traits(revocable())};
                     }},
                });
  TaskInfo task = with_executor();
  task.resources += *Resources::parse("ports:[1-5];bugs:{a}");
  task.executor->resources += *Resources::parse("ports:[6-9];bugs:{b}");
  CHECK(validate(task));
}
