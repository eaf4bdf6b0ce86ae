// What a process of a container gets, and what is told of its end.
#include <signal.h>

#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

TEST_CASE("exit codes and signals are reported as they were", "[process]") {
  Harness harness;
  harness.launch_script("zero", "exit 0");
  harness.launch_script("seven", "exit 7");
  harness.launch_script("last", "exit 255");
  harness.launch_script("term", "kill -TERM $$");
  harness.launch_script("segv", "kill -SEGV $$");
  CHECK(harness.wait_for_exit("zero") == 0);
  CHECK(harness.wait_for_exit("seven") == 7);
  CHECK(harness.wait_for_exit("last") == 255);
  CHECK(harness.wait_for_exit("term") == -SIGTERM);
  CHECK(harness.wait_for_exit("segv") == -SIGSEGV);
  CHECK(harness.wait_for("seven", Kind::exited).message == "exit code 7");
  CHECK(harness.wait_for("term", Kind::exited).message == "killed by signal 15");
  CHECK(harness.count(Kind::started) == 5);
  CHECK(harness.count(Kind::exited) == 5);
}

TEST_CASE("outputs are appended to their files, and input is empty", "[process]") {
  Harness harness;
  write_file(*harness.directory() / "a.out", "before\n");
  harness.launch_script("a", "echo out; echo err >&2; cat; echo end");
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(harness.output("a") == "before\nout\nend\n");
  CHECK(read_file(*harness.directory() / "a.err") == "err\n");

  LaunchPlan both = harness.script("b", "echo one; echo two >&2; echo three");
  both.stderr_path = both.stdout_path;
  harness.launch("b", std::move(both));
  CHECK(harness.wait_for_exit("b") == 0);
  CHECK(harness.output("b") == "one\ntwo\nthree\n");
}

TEST_CASE("the environment is the given one, and of equal names the last", "[process]") {
  Harness harness;
  LaunchPlan plan = harness.command("env", {"env"});
  plan.environment = {{"B", "first"}, {"PATH", "/usr/bin:/bin"}, {"B", "second"}, {"A", ""}, {"C", "x=y z"}};
  harness.launch("env", std::move(plan));
  CHECK(harness.wait_for_exit("env") == 0);
  CHECK(harness.output("env") == "A=\nB=second\nC=x=y z\nPATH=/usr/bin:/bin\n");
}

TEST_CASE("arguments arrive unchanged, argv[0] too", "[process]") {
  Harness harness;
  LaunchPlan plan =
      harness.command("argv", {"my name", "-c", "printf '%s|' \"$0\" \"$@\"", "zero", "a b", "", "*"});
  plan.program = "/bin/sh";
  harness.launch("argv", std::move(plan));
  CHECK(harness.wait_for_exit("argv") == 0);
  CHECK(harness.output("argv") == "zero|a b||*|");
}

TEST_CASE("the process runs in the working directory, in a group of its own", "[process]") {
  Harness harness;
  harness.launch_script("a", "pwd; cut -d' ' -f5 /proc/$$/stat; echo $$");
  CHECK(harness.wait_for_exit("a") == 0);
  const std::string output = harness.output("a");
  const std::string pid = output.substr(output.find('\n') + 1, (output.size() - output.find('\n') - 1) / 2);
  CHECK(output == harness.directory()->path() + "\n" + pid + pid);
}

TEST_CASE("a relative program is looked for in the working directory", "[process]") {
  Harness harness;
  write_file(*harness.directory() / "run", "#!/bin/sh\necho here\n", 0755);
  harness.launch("a", harness.command("a", {"./run"}));
  CHECK(harness.wait_for_exit("a") == 0);
  LaunchPlan plan = harness.command("b", {"run"});
  plan.environment = {{"PATH", "/nowhere::/bin"}};
  harness.launch("b", std::move(plan));
  CHECK(harness.wait_for_exit("b") == 0);
  CHECK(harness.output("b") == "here\n");
}

TEST_CASE("no signal is ignored or blocked, and no descriptor is passed on", "[process]") {
  ::signal(SIGUSR1, SIG_IGN);
  sigset_t blocked, before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR2);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  {
    Harness harness;
    harness.launch("a", harness.command("a", {"grep", "-E", "Sig(Blk|Ign|Pnd)", "/proc/self/status"}));
    harness.launch_script("b", "ls /proc/$$/fd; readlink /proc/$$/fd/0");
    CHECK(harness.wait_for_exit("a") == 0);
    CHECK(harness.output("a") ==
          "SigPnd:\t0000000000000000\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    CHECK(harness.wait_for_exit("b") == 0);
    CHECK(harness.output("b") == "0\n1\n2\n/dev/null\n");
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGUSR1, SIG_DFL);
}

TEST_CASE("a plan larger than a message of the socket is carried out", "[process]") {
  Harness harness;
  LaunchPlan plan = harness.script("big", "printf %s \"$BIG\" | wc -c; printf %s \"$1\" | wc -c");
  plan.environment.push_back({"BIG", std::string(100'000, 'x')});
  plan.argv.push_back("name");
  plan.argv.push_back(std::string(100'001, 'y'));
  harness.launch("big", std::move(plan));
  CHECK(harness.wait_for_exit("big") == 0);
  CHECK(harness.output("big") == "100000\n100001\n");
  harness.launch_script("small", "exit 3");
  CHECK(harness.wait_for_exit("small") == 3);
}

TEST_CASE("two hundred at once", "[process]") {
  Harness harness;
  for (int i = 0; i < 200; ++i) harness.launch_script("c" + std::to_string(i), "exit " + std::to_string(i));
  CHECK(harness.run_until([&] { return harness.count(Kind::exited) == 200; }, 4 * kPatience));
  for (int i = 0; i < 200; ++i) CHECK(harness.wait_for_exit("c" + std::to_string(i)) == i);
}

TEST_CASE("usage counts the tree, and not what the supervisor ran before", "[process]") {
  Harness harness;
  harness.launch_script("before", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");
  CHECK(harness.wait_for_exit("before") == 0);
  harness.launch_script("a", "sleep 1000 & sleep 1000 & echo go; wait");
  harness.wait_for("a", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("a") == "go\n"; }));
  ContainerUsage usage;
  harness.launcher().usage(ContainerId("a"), usage);
  CHECK(usage.processes == 3u);
  CHECK(usage.mem_rss_bytes.value_or(0) > 300'000);
  CHECK(usage.cpus_user_time_secs.value_or(99) < 0.05);
  ContainerUsage none;
  harness.launcher().usage(ContainerId("unknown"), none);
  CHECK_FALSE(none.processes);
}
