// Who dies when, and what is known afterwards.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;
using Fate = RecoveredContainer::Fate;

extern "C" {
extern const unsigned char mesoscore_supervisor_begin[];
extern const unsigned char mesoscore_supervisor_end[];
}

namespace {

pid_t supervisor_of(Harness& harness, const std::string& id) {
  return harness.launcher().supervisor_of(ContainerId(id)).pid;
}

void wait_until_gone(pid_t pid) {
  for (int i = 0; i < 10'000 && state_of(pid).value_or('Z') != 'Z'; ++i) ::usleep(1000);
}

std::vector<RecoveredContainer> recover(Harness& harness, const std::vector<std::string>& known) {
  const std::vector<ContainerId> ids(known.begin(), known.end());
  auto recovered = harness.launcher().recover(ids);
  INFO((recovered ? "" : recovered.error().message));
  REQUIRE(recovered);
  REQUIRE(recovered->size() == known.size());
  for (std::size_t i = 0; i < ids.size(); ++i) CHECK((*recovered)[i].id == ids[i]);
  return *std::move(recovered);
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

}  // namespace

TEST_CASE("containers outlive their launcher, and the next one learns their true end", "[process]") {
  auto first = std::make_unique<Harness>();
  const auto directory = first->directory();
  first->launch_script("early", "while [ ! -e go-early ]; do sleep 0.02; done; exit 3");
  first->launch_script("late", "while [ ! -e go-late ]; do sleep 0.02; done; exit 4");
  first->launch_script("killed", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.02; done");
  first->launch_script("done", "exit 6");
  for (const char* id : {"early", "late", "killed"}) first->wait_for(id, Kind::started);
  REQUIRE(first->run_until([&] { return first->output("killed") == "ready\n"; }));
  CHECK(first->wait_for_exit("done") == 6);
  const pid_t zygote = first->launcher().zygote_pid();
  const pid_t supervisors[] = {supervisor_of(*first, "early"), supervisor_of(*first, "late")};
  first->drop_launcher();
  first.reset();
  CHECK_FALSE(state_of(zygote));
  CHECK(state_of(supervisors[0]));

  // While there is no agent.
  write_file(*directory / "go-early", "");
  wait_until_gone(supervisors[0]);

  Harness second(directory);
  const auto record = supervision::read_record(second.state_directory() + "/early.exit");
  REQUIRE((record && record->exit));
  CHECK_FALSE(record->exit->killed);
  CHECK(to_unix_seconds(record->exit->ended) > 1.6e9);
  const auto recovered = recover(second, {"late", "early", "killed", "done"});
  CHECK(recovered[0].fate == Fate::live);
  CHECK(recovered[1].fate == Fate::ended);
  CHECK(WEXITSTATUS(recovered[1].wait_status) == 3);
  CHECK(recovered[1].message == "exit code 3");
  CHECK(recovered[2].fate == Fate::live);
  CHECK(WEXITSTATUS(recovered[3].wait_status) == 6);
  CHECK(recover(second, {"late", "killed"})[1].fate == Fate::live);  // it may be asked again

  ContainerUsage usage;
  second.launcher().usage(ContainerId("late"), usage);
  CHECK(usage.processes.value_or(0) >= 1);
  second.launcher().kill(ContainerId("killed"), 1h);
  CHECK(second.wait_for_exit("killed") == 5);
  write_file(*directory / "go-late", "");
  CHECK(second.wait_for_exit("late") == 4);

  for (const char* id : {"late", "killed"}) second.launcher().forget(ContainerId(id));
  CHECK(supervision::list_records(second.state_directory())->empty());
  second.launch_script("new", "exit 7");
  CHECK(second.wait_for_exit("new") == 7);
}

TEST_CASE("a record of another start of the machine, or of another process, is not a live container",
          "[process]") {
  Harness harness;
  const std::string state = harness.state_directory();
  const std::string self = std::to_string(::getpid());
  const std::string boot = supervision::boot_id();
  const auto record = [](const std::string& boot_id, const std::string& supervisor) {
    return "mesoscore-container 1\nboot " + boot_id + "\nsupervisor " + supervisor + "\nserial 1\n\n\n";
  };
  write_file(state + "/other-boot.run", record("0-0", self + " 1"));
  write_file(state + "/pid-reused.run", record(boot, self + " 1"));
  write_file(state + "/gone.run", record(boot, "4194000 1"));
  write_file(state + "/given-up.run", "");
  write_file(state + "/torn.exit", "mesoscore-container 1\nboot x\nsupervisor 1 1\nserial 1\nstatus 0\nkill");
  write_file(state + "/unrelated", "x");
  write_file(state + "/torn-start.run", "mesoscore-contai");
  const auto recovered =
      recover(harness, {"other-boot", "pid-reused", "gone", "torn", "torn-start", "given-up"});
  for (std::size_t i = 0; i < 5; ++i) CHECK(recovered[i].fate == Fate::lost);
  CHECK(recovered[0].message == "the machine was restarted");
  CHECK(recovered[1].message == "its supervisor was killed, and so were its processes");
  CHECK(recovered[2].message == recovered[1].message);
  CHECK(recovered[3].message == "the record of it cannot be read");
  CHECK(recovered[4].message == recovered[3].message);
  CHECK(recovered[5].fate == Fate::never_started);
  CHECK(exists(state + "/given-up.run"));  // so that it stays so
  CHECK(read_file(state + "/unrelated") == "x");
  recover(harness, {});
  CHECK(*supervision::list_records(state) == std::vector<ContainerId>{ContainerId("given-up")});
  CHECK(read_file(state + "/unrelated") == "x");
}

TEST_CASE("a container that was never started never will be", "[process]") {
  Harness harness;
  CHECK(recover(harness, {"late"})[0].fate == Fate::never_started);
  // A supervisor of an earlier agent that takes the launch now finds the record.
  const std::string failure = harness.failure_of("late", harness.script("late", "echo ran"));
  CHECK(failure == "cannot run \"/bin/sh\": its record could not be written: File exists");
  CHECK(harness.output("late").empty());
  CHECK(recover(harness, {"late"})[0].fate == Fate::never_started);
}

TEST_CASE("containers without an owner are killed and forgotten", "[process]") {
  auto first = std::make_unique<Harness>();
  const auto directory = first->directory();
  const std::string mark = "5" + std::to_string(::getpid());
  first->launch_script("live", "trap '' TERM; (setsid sleep " + mark + " &); echo ready; exec sleep " + mark);
  first->launch_script("done", "exit 0");
  REQUIRE(first->run_until([&] { return first->output("live") == "ready\n"; }));
  first->wait_for_exit("done");
  const pid_t supervisor = supervisor_of(*first, "live");
  first->drop_launcher();
  first.reset();
  CHECK_FALSE(processes_with(mark).empty());

  Harness second(directory);
  recover(second, {});
  CHECK(second.run_until([&] { return supervision::list_records(second.state_directory())->empty(); }));
  CHECK(second.run_until([&] { return processes_with(mark).empty(); }));
  wait_until_gone(supervisor);
  CHECK(second.count(Kind::exited) == 0);
}

TEST_CASE("recovered containers need few descriptors", "[process]") {
  constexpr int kContainers = 40;
  auto first = std::make_unique<Harness>();
  const auto directory = first->directory();
  std::vector<std::string> ids;
  for (int i = 0; i < kContainers; ++i) {
    ids.push_back("c" + std::to_string(i));
    first->launch_script(ids.back(), "while [ ! -e go ]; do sleep 0.1; done; exit " + std::to_string(i));
  }
  REQUIRE(first->run_until([&] { return first->count(Kind::started) == kContainers; }));
  first->drop_launcher();
  first.reset();

  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit few{48, before.rlim_max};
  Harness second(directory);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  for (const auto& one : recover(second, ids)) CHECK(one.fate == Fate::live);
  second.launcher().kill(ContainerId("c0"), 1h);
  second.wait_for("c0", Kind::exited);
  write_file(*directory / "go", "");
  for (int i = 1; i < kContainers; ++i) CHECK(second.wait_for_exit(ids[static_cast<std::size_t>(i)]) == i);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("records come and go with their containers", "[process]") {
  Harness harness;
  const auto exists = [&](const std::string& name) {
    struct stat status {};
    return ::stat((harness.state_directory() + "/" + name).c_str(), &status) == 0;
  };
  harness.launch_script("a", "while [ ! -e go ]; do sleep 0.02; done");
  harness.wait_for("a", Kind::started);
  CHECK(exists("a.run"));
  CHECK_FALSE(exists("a.exit"));
  write_file(*harness.directory() / "go", "");
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK_FALSE(exists("a.run"));
  CHECK(exists("a.exit"));
  harness.launcher().forget(ContainerId("a"));
  CHECK_FALSE(exists("a.exit"));
  harness.failure_of("b", harness.command("b", {"no-such-program"}));
  CHECK_FALSE(exists("b.run"));
  CHECK_FALSE(exists("b.exit"));
}

TEST_CASE("kill -9 of a supervisor ends its container, and says so", "[process]") {
  Harness harness;
  const std::string mark = "4" + std::to_string(::getpid());
  harness.launch_script("a", "setsid sleep " + mark + " & (sleep " + mark + " &); echo ready; sleep " + mark);
  harness.launch_script("other", "while [ ! -e go ]; do sleep 0.02; done; exit 3");
  harness.wait_for("a", Kind::started);
  harness.wait_for("other", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("a") == "ready\n"; }));
  REQUIRE(harness.run_until([&] { return processes_with(mark).size() >= 4; }));
  ::kill(supervisor_of(harness, "a"), SIGKILL);
  const ContainerEvent event = harness.wait_for("a", Kind::exited);
  CHECK(event.message == "its supervisor has ended (killed by signal 9), and so its processes were killed");
  CHECK(event.state == TaskState::failed);
  CHECK(processes_with(mark).empty());
  write_file(*harness.directory() / "go", "");
  CHECK(harness.wait_for_exit("other") == 3);
  harness.launch_script("next", "exit 4");
  CHECK(harness.wait_for_exit("next") == 4);
}

namespace {

// Runs a container, kills its supervisor when that is idle again, and returns who that was.
pid_t run_and_kill_the_idle(Harness& harness, const std::string& id) {
  harness.launch_script(id, "while [ ! -e " + id + ".go ]; do sleep 0.01; done; exit 1");
  harness.wait_for(id, Kind::started);
  const pid_t supervisor = supervisor_of(harness, id);
  REQUIRE(supervisor > 0);
  write_file(*harness.directory() / (id + ".go"), "");
  CHECK(harness.wait_for_exit(id) == 1);
  ::kill(supervisor, SIGKILL);
  return supervisor;
}

}  // namespace

TEST_CASE("kill -9 of an idle supervisor is made good", "[process]") {
  Harness harness;
  for (int i = 0; i < 10; ++i) wait_until_gone(run_and_kill_the_idle(harness, std::to_string(i)));
}

// A process that dies of a signal may still take a message that arrives meanwhile.
TEST_CASE("a launch that an idle supervisor takes while it dies is answered", "[process]") {
  Harness harness;
  for (int i = 0; i < 3; ++i) {
    const std::string id = std::to_string(i), next = "next" + id;
    run_and_kill_the_idle(harness, id);
    harness.launch_script(next, "exit 1");
    REQUIRE(harness.run_until(
        [&] { return harness.event(next, Kind::exited) || harness.event(next, Kind::launch_failed); }));
    if (const ContainerEvent* failed = harness.event(next, Kind::launch_failed)) {
      CHECK(failed->message == "its supervisor has ended (killed), and so its processes were killed");
    } else {
      CHECK(harness.wait_for_exit(next) == 1);
    }
  }
}

TEST_CASE("kill -9 of the zygote: containers live on, and another one is started", "[process]") {
  supervision::LauncherOptions options;
  std::string log;
  options.logger = {LogLevel::info, [&](LogLevel, std::string_view line) { log.append(line).append("\n"); }};
  Harness harness(nullptr, std::move(options));
  harness.launch_script("a", "while [ ! -e go ]; do sleep 0.02; done; exit 3");
  harness.launch_script("b", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.02; done");
  harness.launch_script("c", "echo ready; exec sleep 1000");
  for (const char* id : {"a", "b", "c"}) harness.wait_for(id, Kind::started);
  REQUIRE(harness.run_until(
      [&] { return harness.output("b") == "ready\n" && harness.output("c") == "ready\n"; }));

  const pid_t zygote = harness.launcher().zygote_pid();
  ::kill(zygote, SIGKILL);
  REQUIRE(harness.run_until([&] { return harness.launcher().zygote_pid() != zygote; }));
  CHECK(log == "the process that starts tasks (pid " + std::to_string(zygote) +
                   ") has ended: killed by signal 9; starting another one\n");
  CHECK_FALSE(state_of(zygote));

  harness.launch_script("new", "exit 6");
  CHECK(harness.wait_for_exit("new") == 6);
  write_file(*harness.directory() / "go", "");
  CHECK(harness.wait_for_exit("a") == 3);
  harness.launcher().kill(ContainerId("b"), 1h);
  CHECK(harness.wait_for_exit("b") == 5);
  // Now nobody but the kernel sees it.
  ::kill(supervisor_of(harness, "c"), SIGKILL);
  CHECK(harness.wait_for("c", Kind::exited).state == TaskState::failed);
  CHECK(harness.count(Kind::exited) == 4);
}

TEST_CASE("every launch is answered, whenever the zygote dies", "[process]") {
  Harness harness;
  std::size_t launched = 0;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 20; ++i) harness.launch_script("c" + std::to_string(launched++), "exit 1");
    if (round % 2 == 0) harness.run_for(std::chrono::milliseconds(round));
    const pid_t zygote = harness.launcher().zygote_pid();
    REQUIRE(zygote > 0);
    ::kill(zygote, SIGKILL);
    REQUIRE(harness.run_until([&] { return harness.launcher().zygote_pid() != zygote; }));
  }
  CHECK(harness.run_until(
      [&] { return harness.count(Kind::exited) + harness.count(Kind::launch_failed) == launched; }));
  CHECK(harness.count(Kind::exited) + harness.count(Kind::launch_failed) == launched);
  CHECK(harness.count(Kind::exited) == harness.count(Kind::started));
}

TEST_CASE("a held process waits, and does not run if that fails", "[process]") {
  Harness harness;
  pid_t held = 0;
  harness.launch("good", harness.script("good", "echo ran"), [&](pid_t pid) {
    held = pid;
    CHECK(state_of(pid));
    CHECK(harness.output("good").empty());
    CHECK_FALSE(harness.event("good", Kind::started));
    return Status{};
  });
  CHECK(harness.wait_for_exit("good") == 0);
  CHECK(held != 0);
  CHECK(harness.output("good") == "ran\n");

  harness.launch("bad", harness.script("bad", "echo ran"),
                 [](pid_t) -> Status { return fail(Errc::launch_failed, "no room for it"); });
  CHECK(harness.wait_for("bad", Kind::launch_failed).message == "no room for it");
  harness.launch("throws", harness.script("throws", "echo ran"),
                 [](pid_t) -> Status { throw std::runtime_error("broken isolator"); });
  CHECK(harness.wait_for("throws", Kind::launch_failed).message == "an isolator threw: broken isolator");
  harness.launch("shot", harness.script("shot", "echo ran"), [](pid_t pid) {
    ::kill(pid, SIGKILL);
    wait_until_gone(pid);  // nobody reads the release any more: that must not be a SIGPIPE
    return Status{};
  });
  CHECK(harness.wait_for("shot", Kind::launch_failed).message ==
        "cannot run \"/bin/sh\": it was not released");
  for (const char* id : {"bad", "throws", "shot"}) CHECK(harness.output(id).empty());
}

TEST_CASE("a launcher that stops while it holds a process does not let it run", "[process]") {
  auto first = std::make_unique<Harness>();
  const auto directory = first->directory();
  bool asked = false;
  first->launch("a", first->script("a", "echo ran"), [&](pid_t) {
    asked = true;
    first->launcher().stop();
    return Status{};
  });
  REQUIRE(first->run_until([&] { return asked; }));
  first->run_for(100ms);
  CHECK(first->count(Kind::started) + first->count(Kind::launch_failed) == 0);
  CHECK(first->output("a").empty());
}

TEST_CASE("the supervisor can be run from a file", "[process]") {
  supervision::LauncherOptions options;
  options.zygote.from_memory = false;
  options.zygote.supervisor_path = "/no/such/supervisor";
  TemporaryDirectory directory;
  asio::io_context context;
  const auto none = std::make_shared<supervision::ProcessLauncher>(options);
  const Status failed = none->start(context.get_executor(), directory.path(), [](ContainerEvent) {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message ==
        "cannot run the supervisor of tasks \"/no/such/supervisor\": No such file or directory");

  std::string bytes(reinterpret_cast<const char*>(mesoscore_supervisor_begin),
                    static_cast<std::size_t>(mesoscore_supervisor_end - mesoscore_supervisor_begin));
  options.zygote.supervisor_path = directory / "supervisor";
  write_file(options.zygote.supervisor_path, bytes, 0755);
  Harness harness(nullptr, std::move(options));
  harness.launch_script("a", "exit 3");
  CHECK(harness.wait_for_exit("a") == 3);
}
