// Commands inside of containers: what is asked, what is answered, and the processes that are signalled.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>

#include "isolators/docker/exec_body.hpp"
#include "isolators/docker/exec_processes.hpp"
#include "isolators/docker/log_files.hpp"
#include "isolators/docker/replies.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace mesoscore::docker {
namespace {

using nlohmann::json;

LaunchPlan plan_in(const std::string& sandbox) {
  LaunchPlan plan;
  plan.program = "/bin/sh";
  plan.argv = {"sh", "-c", "test -e ok"};
  plan.environment = {{"A", "1"}, {"B", "x=y"}};
  plan.stdout_path = sandbox + "/checks/web/stdout";
  plan.stderr_path = sandbox + "/checks/web/stderr";
  return plan;
}

TEST_CASE("a command is asked for with what is its own") {
  const auto body = exec_body(plan_in("/s"));
  REQUIRE(body);
  const json expected = {{"AttachStdout", true},
                         {"AttachStderr", true},
                         {"Cmd", {"/bin/sh", "-c", "test -e ok"}},
                         {"Env", {"A=1", "B=x=y"}}};
  CHECK(json::parse(*body) == expected);
  LaunchPlan bare;
  bare.program = "true";
  bare.argv = {"true"};
  CHECK(json::parse(*exec_body(bare)).at("Cmd") == json::array({"true"}));
  CHECK_FALSE(json::parse(*exec_body(bare)).contains("Env"));
}

TEST_CASE("what a command in a docker container cannot have is named") {
  LaunchPlan plan = plan_in("/s");
  plan.user = "nobody";
  CHECK(exec_body(plan).error().message ==
        "a command in a docker container has that one's user and working directory, not 'nobody'");
  plan = plan_in("/s");
  plan.working_directory = "/else";
  CHECK(exec_body(plan).error().message.find("'/else'") != std::string::npos);
  plan = plan_in("/s");
  plan.argv.push_back("\xff");
  CHECK(exec_body(plan).error().message.find("UTF-8") != std::string::npos);
}

TEST_CASE("outputs are two files of one directory of the sandbox") {
  CHECK(outputs_below("/s", plan_in("/s")).value() == "checks/web");
  CHECK_FALSE(outputs_below("", plan_in("")));
  CHECK_FALSE(outputs_below("/other", plan_in("/s")));
  LaunchPlan apart = plan_in("/s");
  apart.stderr_path = "/s/checks/other/stderr";
  CHECK_FALSE(outputs_below("/s", apart));
  LaunchPlan top = plan_in("/s");
  top.stdout_path = "/s/stdout";
  top.stderr_path = "/s/stderr";
  CHECK_FALSE(outputs_below("/s", top));
}

TEST_CASE("outputs below a link are not written") {
  const test::Folder folder;
  std::filesystem::create_directories(folder / "s/real/web");
  std::filesystem::create_directory_symlink("real", folder / "s/checks");
  LogFiles files;
  CHECK_FALSE(files.open({.sandbox = folder / "s", .below = "checks/web"}));
  CHECK(std::filesystem::is_empty(folder / "s/real/web"));
  REQUIRE(files.open({.sandbox = folder / "s", .below = "real/web"}));
  REQUIRE(files.write(Stream::err, "oh"));
  CHECK(test::bytes_of(folder / "s/real/web/stderr") == "oh");
}

TEST_CASE("a command runs, has ended, or was never started") {
  const auto running = read_exec(R"({"Running":true,"ExitCode":null,"Pid":12})");
  REQUIRE(running);
  CHECK(running->running);
  CHECK_FALSE(running->exit_code);
  CHECK(running->pid == 12);
  const auto ended = read_exec(R"({"Running":false,"ExitCode":3,"Pid":12})");
  REQUIRE(ended);
  CHECK(ended->exit_code == 3);
  const auto waits = read_exec(R"({"Running":false,"ExitCode":null,"Pid":0})");
  REQUIRE(waits);
  CHECK_FALSE(waits->running);
  CHECK_FALSE(waits->exit_code);
  // A code that is left from nowhere is none while it runs.
  CHECK_FALSE(read_exec(R"({"Running":true,"ExitCode":0,"Pid":12})")->exit_code);
  for (const char* text : {"", "{}", "[]", R"({"Running":1})"}) CHECK_FALSE(read_exec(text));
}

// ---- processes

constexpr const char* kEverywhere = "/";  // a part of the name of every control group

TEST_CASE("a container that is not of this machine is told from one that is") {
  CHECK(check_reachable("x", 0).error().message == "the docker engine has not told yet that it runs");
  const auto elsewhere = check_reachable("no-such-group", ::getpid());
  REQUIRE_FALSE(elsewhere);
  CHECK(elsewhere.error().message.find(std::to_string(::getpid())) != std::string::npos);
  CHECK_FALSE(check_reachable("", ::getpid()));
  CHECK(check_reachable(kEverywhere, ::getpid()));
}

// A shell in a session of its own, with a child that says its number.
struct Shell {
  Shell() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid = ::fork();
    if (pid == 0) {
      ::setsid();
      ::dup2(ends[1], 1);
      ::execl("/bin/sh", "sh", "-c", "sleep 600 & echo $!; wait", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    char text[32] = {};
    REQUIRE(::read(ends[0], text, sizeof text - 1) > 0);
    ::close(ends[0]);
    child = std::stoi(text);
  }
  ~Shell() {
    ::kill(child, SIGKILL);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  // Ended, even if nobody has waited for it.
  static bool gone(pid_t which) {
    const std::string stat = test::bytes_of("/proc/" + std::to_string(which) + "/stat");
    return stat == "(none)" || stat.empty() || stat.find(") Z ") != std::string::npos ||
           stat.find(") X ") != std::string::npos;
  }
  static bool will_go(pid_t which) {
    for (int i = 0; i < 500 && !gone(which); ++i) ::usleep(10'000);
    return gone(which);
  }
  pid_t pid = 0, child = 0;
};

TEST_CASE("a signal reaches the descendants of a command, and nobody outside of the container") {
  const Shell shell;
  ExecProcesses stranger("no-such-group", 0);
  CHECK_FALSE(stranger.open(shell.pid));
  REQUIRE(stranger.signal(SIGKILL));
  ExecProcesses own(kEverywhere, 0);
  CHECK_FALSE(own.open(0));
  REQUIRE(own.open(shell.pid));
  CHECK(own.pid() == shell.pid);
  CHECK_FALSE(own.first_ended());
  CHECK_FALSE(Shell::gone(shell.child));
  REQUIRE(own.signal(SIGKILL));
  CHECK(Shell::will_go(shell.pid));
  CHECK(Shell::will_go(shell.child));
  CHECK(own.first_ended());
}

TEST_CASE("a process that ends while it is looked at is not there, and that is all") {
  const auto before = ::signal(SIGCHLD, SIG_IGN);  // nobody has to wait for it: it goes at any moment
  for (int round = 0; round < 300; ++round) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    REQUIRE(pid > 0);
    ExecProcesses looked_at(kEverywhere, 0);
    while (looked_at.open(pid)) continue;
    CHECK(looked_at.signal(SIGTERM));
  }
  ::signal(SIGCHLD, before);
}

TEST_CASE("orphans are known by the session of a command that has ended") {
  const Shell shell, other;
  ::kill(shell.pid, SIGKILL);
  REQUIRE(Shell::will_go(shell.pid));
  std::istringstream stat(test::bytes_of("/proc/" + std::to_string(shell.child) + "/stat"));
  std::string number, name, state;
  pid_t adopter = 0;
  stat >> number >> name >> state >> adopter;
  REQUIRE(adopter > 0);
  ExecProcesses left(kEverywhere, adopter);
  left.set_session(shell.pid);
  REQUIRE(left.signal(SIGKILL));
  CHECK(Shell::will_go(shell.child));
  CHECK_FALSE(Shell::gone(other.child));
}

}  // namespace
}  // namespace mesoscore::docker
