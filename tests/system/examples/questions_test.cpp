// What operators ask of agents, by way of a real master, about real processes: top, logs, ls, exec, --follow.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "cluster.hpp"
#include "support/skip.hpp"

using Catch::Matchers::Contains;

namespace {

struct Said {
  int exit_code = 0;
  std::string out, err;
};

std::unique_ptr<Process> start_ctl(const TestCluster& cluster, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {MESOSCORE_PROGRAM_MESOSCORE_CTL, "--master", cluster.endpoint()});
  return std::make_unique<Process>(std::move(arguments));
}

Said ctl(const TestCluster& cluster, std::vector<std::string> arguments) {
  const auto process = start_ctl(cluster, std::move(arguments));
  const int exit_code = process->wait();
  return {exit_code, process->out(), process->err()};
}

// A task that runs until its file "end" is there; it is called `name`-0.
std::unique_ptr<Process> start_task(const TestCluster& cluster, const std::string& name,
                                    const std::string& script) {
  auto run = cluster.start_run(
      {"--name", name, "--shell", "--", script + "; until [ -e end ]; do sleep 0.02; done"});
  REQUIRE(eventually([&] { return ctl(cluster, {"tasks"}).out.find("TASK_RUNNING") != std::string::npos; }));
  return run;
}

}  // namespace

TEST_CASE("mesoscore-ctl lists tasks, and shows the files and logs of one that runs") {
  TestCluster cluster("unix", 1);
  const auto run = start_task(cluster, "job", "echo one; echo two; echo bad >&2; mkdir d; echo 123 > d/f");
  const Said tasks = ctl(cluster, {"tasks"});
  CHECK(tasks.exit_code == 0);
  CHECK_THAT(tasks.out, Contains("job-0") && Contains("cpus:1;mem:64") && Contains("1 task\n"));
  REQUIRE(eventually([&] { return ctl(cluster, {"ls", "job-0", "d"}).exit_code == 0; }));
  CHECK_THAT(ctl(cluster, {"ls", "job-0"}).out,
             Contains("stdout") && Contains("stderr") && Contains("drwxr-xr-x"));
  REQUIRE(eventually([&] {
    return ctl(cluster, {"ls", "job-0", "d"}).out.find(" 4 ") != std::string::npos;
  }));

  CHECK(ctl(cluster, {"logs", "job-0"}).out == "one\ntwo\n");
  CHECK(ctl(cluster, {"logs", "0.0", "--framework", "job", "--tail", "4"}).out == "two\n");
  CHECK(ctl(cluster, {"logs", "--stderr", "job-0"}).out == "bad\n");
  const Said nobody = ctl(cluster, {"logs", "job-1"});
  CHECK(nobody.exit_code == 1);
  CHECK_THAT(nobody.err, Contains("'job-1'"));
  const Said out_of_it = ctl(cluster, {"ls", "job-0", "../../.."});
  CHECK(out_of_it.exit_code == 3);
  CHECK_THAT(out_of_it.err, Contains("leads out of its sandbox"));
  CHECK(ctl(cluster, {"ls", "job-0", "nothing"}).exit_code == 1);
}

TEST_CASE("logs -f goes on to the end of the task, and its logs stay") {
  TestCluster cluster("unix", 1);
  const auto run = cluster.start_run({"--name", "job", "--shell", "--",
                                      "for i in 1 2 3 4 5 6; do echo line $i; sleep 0.2; done; echo over"});
  REQUIRE(eventually([&] {
    return ctl(cluster, {"logs", "job-0"}).out.find("line 1") != std::string::npos;
  }));
  const auto follow = start_ctl(cluster, {"logs", "-f", "job-0"});
  CHECK(follow->wait() == 0);
  CHECK(follow->out() == "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nover\n");
  CHECK(run->wait() == 0);
}

TEST_CASE("mesoscore-ctl top shows what tasks use, the busiest first") {
  TestCluster cluster("unix", 1);
  const auto idle = cluster.start_run({"--name", "idle", "--", "sleep", "1000"});
  const auto busy = cluster.start_run({"--name", "busy", "--shell", "--", "while :; do :; done"});
  REQUIRE(eventually([&] {
    const std::string out = ctl(cluster, {"tasks"}).out;
    return out.find("TASK_RUNNING") != out.rfind("TASK_RUNNING");
  }));
  const Said top = ctl(cluster, {"top", "--once", "--interval", "1500ms"});
  INFO(top.out << top.err);
  REQUIRE(top.exit_code == 0);
  std::istringstream lines(top.out);
  std::string head, first, second;
  std::getline(lines, head);
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK_THAT(head, Contains("CPU") && Contains("MEM") && Contains("PROCESSES") && Contains("THROTTLED"));
  CHECK_THAT(first, Contains("RUNNING"));
  const auto percent_of = [](const std::string& line) {
    std::istringstream words(line);
    std::string name, agent, state, cpu;
    words >> name >> agent >> state >> cpu;
    return std::stoi(cpu);
  };
  CHECK(percent_of(first) > 3);
  CHECK(percent_of(second) <= percent_of(first) / 2);
  const auto live = start_ctl(cluster, {"top", "--interval", "200ms"});
  CHECK(eventually([&] {
    const std::string out = live->out();
    return out.find("TASK") != out.rfind("TASK");  // no terminal: one table after the other
  }));
  live->signal(SIGINT);
  CHECK(live->wait() == 128 + SIGINT);
}

TEST_CASE("mesoscore-ctl top draws anew on a terminal, and ends with it") {
  if (!std::filesystem::exists("/usr/bin/script"))
    return mesoscore::test::skip("there is no /usr/bin/script");
  const std::string command = std::string(MESOSCORE_PROGRAM_MESOSCORE_CTL) + " --master ";
  const auto on_terminal = [&](const TestCluster& cluster, const std::string& arguments) {
    return std::make_unique<Process>(std::vector<std::string>{
        "/usr/bin/script", "-qefc", command + cluster.endpoint() + " top " + arguments, "/dev/null"});
  };
  TestCluster cluster("unix", 1);
  const auto run = start_task(cluster, "job", "true");
  const std::string clear = "\x1b[H\x1b[2J";
  const auto screens = [&](const Process& top) {
    std::vector<std::string> all;
    const std::string out = top.out();
    for (std::size_t at = out.find(clear); at != std::string::npos;) {
      const std::size_t next = out.find(clear, at + 1);
      all.push_back(out.substr(at + clear.size(), next - at - clear.size()));
      at = next;
    }
    return all;
  };
  const auto live = on_terminal(cluster, "--interval 101ms");
  CHECK(eventually([&] { return screens(*live).size() > 3; }));
  CHECK(live->out().starts_with(clear));
  const auto seen = screens(*live);
  REQUIRE(seen.size() > 3);
  for (std::size_t i = 0; i + 1 < seen.size(); ++i) {  // each is a table, and nothing but that
    CHECK(seen[i].starts_with("TASK "));
    CHECK_THAT(seen[i], Contains("\n0.0 ") && Contains("RUNNING") && Catch::Matchers::EndsWith("\n"));
    CHECK(std::count(seen[i].begin(), seen[i].end(), '\n') == 2);
  }
  live->signal(SIGTERM);  // the terminal goes
  live->wait();
  CHECK(eventually([] { return processes_with("top --interval 101ms") == 0; }));

  const auto once = on_terminal(cluster, "--once --interval 100ms");
  CHECK(once->wait() == 0);
  CHECK(once->out().starts_with("TASK "));
}

TEST_CASE("mesoscore-run --follow shows what its tasks write, and ends as they do") {
  TestCluster cluster("unix", 2);
  const auto one = cluster.start_run(
      {"--follow", "--shell", "--", "echo out; echo err >&2; sleep 0.3; printf rest; exit 3"});
  CHECK(one->wait() == 3);
  CHECK(one->out() == "out\nrest");
  CHECK_THAT(one->err(), Contains("err\n"));

  const auto many = cluster.start_run(
      {"--follow", "--count", "3", "--shell", "--", "echo I am $MESOSCORE_RUN_INDEX; sleep 0.2; echo bye"});
  CHECK(many->wait() == 0);
  for (const char* line : {"[0] I am 0\n", "[1] I am 1\n", "[2] I am 2\n", "[1] bye\n"}) {
    CHECK_THAT(many->out(), Contains(line));
  }
}

TEST_CASE("mesoscore-run --follow says so when it is not taken as an operator") {
  TestCluster cluster("tcp", 1);
  const auto run = cluster.start_run({"--follow", "--", "sleep", "1000"});
  CHECK(run->wait() == 3);
  CHECK_THAT(run->err(), Contains("cannot follow the tasks") && Contains("unix sockets only"));
}

TEST_CASE("mesoscore-ctl exec runs a command beside the task, if the agent allows it") {
  TestCluster closed("unix", 1);
  {
    const auto run = start_task(closed, "job", "true");
    const Said refused = ctl(closed, {"exec", "job-0", "--", "true"});
    CHECK(refused.exit_code == 3);
    CHECK_THAT(refused.err, Contains("does not let operators run commands"));
  }
  TestCluster cluster("unix", 1, "cpus:4;mem:1024", {"--allow-exec"});
  const auto run = start_task(cluster, "job", "true");
  const Said done = ctl(cluster, {"exec", "job-0", "--", "sh", "-c", "echo out; pwd; echo err >&2; exit 7"});
  CHECK(done.exit_code == 7);
  CHECK_THAT(done.out, Contains("out\n") && Contains("/sandboxes/"));
  CHECK(done.err == "err\n");
  CHECK(ctl(cluster, {"exec", "job-0", "--", "sh", "-c", "kill -9 $$"}).exit_code == 137);
  const Said missing = ctl(cluster, {"exec", "job-0", "--", "/no/such/program"});
  CHECK(missing.exit_code == 1);
  CHECK_THAT(missing.err, Contains("/no/such/program"));

  // An interrupt is passed on.
  const auto session = start_ctl(cluster, {"exec", "job-0", "--", "sh", "-c", "echo begun; exec sleep 1000"});
  REQUIRE(eventually([&] { return session->out() == "begun\n"; }));
  session->signal(SIGINT);
  CHECK(session->wait() == 128 + SIGTERM);

  // It ends with its task at the latest.
  const auto last = start_ctl(cluster, {"exec", "job-0", "--", "sh", "-c", "echo begun; exec sleep 999.25"});
  REQUIRE(eventually([&] { return last->out() == "begun\n"; }));
  ctl(cluster,
      {"exec", "job-0", "--", "touch", "end"});  // the task may be gone before its exit code is asked for
  CHECK(run->wait() == 0);
  CHECK(last->wait() == 137);
  CHECK(eventually([] { return processes_with("sleep 999.25") == 0; }));
}
