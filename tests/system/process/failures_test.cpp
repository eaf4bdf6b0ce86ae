// Launches that fail say which of the many reasons it was.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "harness.hpp"
#include "isolators/process/failure_text.hpp"
#include "runtime/containers/user.hpp"

using namespace process_test;

TEST_CASE("a missing program names PATH, or the path", "[process]") {
  Harness harness;
  CHECK(harness.failure_of("a", harness.command("a", {"no-such-program"})) ==
        "cannot run \"no-such-program\": no such program in PATH=/usr/bin:/bin");
  CHECK(harness.failure_of("b", harness.command("b", {"/no/such/program"})) ==
        "cannot run \"/no/such/program\": no such file");
  CHECK(harness.failure_of("c", harness.command("c", {"/etc/passwd/x"})) ==
        "cannot run \"/etc/passwd/x\": no such file");
  LaunchPlan no_path = harness.command("d", {"no-such-program"});
  no_path.environment.clear();
  CHECK(harness.failure_of("d", std::move(no_path)) ==
        "cannot run \"no-such-program\": no such program in "
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  CHECK(harness.failure_of("e", harness.command("e", {})) == "cannot run \"\": the command is empty");
  // The supervisor is none the worse for it.
  harness.launch_script("after", "exit 5");
  CHECK(harness.wait_for_exit("after") == 5);
}

TEST_CASE("a file that may not be run, or cannot be", "[process]") {
  Harness harness;
  const std::string dir = harness.directory()->path();
  write_file(dir + "/plain", "#!/bin/sh\n", 0644);
  CHECK(harness.failure_of("a", harness.command("a", {dir + "/plain"})) ==
        "cannot run \"" + dir + "/plain\": permission denied");
  CHECK(harness.failure_of("b", harness.command("b", {dir})) ==
        "cannot run \"" + dir + "\": it is a directory");
  write_file(dir + "/odd", "#! /no/such/interpreter -x\n", 0755);
  CHECK(harness.failure_of("c", harness.command("c", {dir + "/odd"})) ==
        "cannot run \"" + dir + "/odd\": " + dir +
            "/odd needs the interpreter \"/no/such/interpreter\", which does not exist");
  write_file(dir + "/text", "hello\n", 0755);
  CHECK(harness.failure_of("d", harness.command("d", {dir + "/text"})) ==
        "cannot run \"" + dir +
            "/text\": it is neither a program of this machine nor a script with a #! line");
}

TEST_CASE("what lies where a program was is looked at, and nothing more", "[process]") {
  const TemporaryDirectory directory;
  const std::string path = directory / "odd", pipe = directory / "pipe", link = directory / "link";
  write_file(path, "#! /no/such/interpreter -x\n", 0755);
  REQUIRE(::mkfifo(pipe.c_str(), 0700) == 0);
  std::filesystem::create_symlink(path, link);
  const auto explained = [&](const std::string& candidate, LaunchPlan plan = {}) {
    plan.program = "it";
    MesoReport report{};
    report.stage = MESO_STAGE_INTERPRETER;
    report.error = ENOENT;
    return supervision::failure_text(report, plan, {candidate});
  };
  const auto unnamed = [](const std::string& candidate) {
    return "cannot run \"it\": " + candidate +
           " needs an interpreter or a program loader that does not exist";
  };
  const std::string named =
      "cannot run \"it\": " + path + " needs the interpreter \"/no/such/interpreter\", which does not exist";
  CHECK(explained(path) == named);
  CHECK(explained(pipe) == unnamed(pipe));  // nobody ever writes to it
  CHECK(explained(link) == unnamed(link));
  CHECK(explained(directory.path()) == unnamed(directory.path()));
  // The task sees something else there than this program does.
  LaunchPlan plan;
  plan.root = directory.path();
  CHECK(explained("/odd", plan) == unnamed("/odd"));
  plan.root.clear();
  plan.parent = ContainerId("outer");
  CHECK(explained(path, plan) == unnamed(path));
  plan.parent = ContainerId();
  plan.mounts.push_back({.source = "/srv", .target = directory.path()});
  CHECK(explained(path, plan) == unnamed(path));
  plan.mounts[0].target += "/o";
  CHECK(explained(path, plan) == named);
}

TEST_CASE("an id that would lead out of the directory of records is refused", "[process]") {
  Harness harness;
  for (const char* id : {"../state/x", "a/b", "/x", ""}) {
    CHECK(harness.failure_of(id, harness.command("a", {"true"})) ==
          "cannot run \"true\": the container id \"" + std::string(id) + "\" is not the name of a file");
  }
  CHECK(processes_with(harness.state_directory()).empty());
  CHECK(std::filesystem::is_empty(harness.state_directory()));
}

TEST_CASE("in PATH, a file that may be run wins over one that may not", "[process]") {
  Harness harness;
  const std::string dir = harness.directory()->path();
  for (const char* name : {"one", "two"}) REQUIRE(::mkdir((dir + "/" + name).c_str(), 0755) == 0);
  write_file(dir + "/one/tool", "#!/bin/sh\n", 0644);
  LaunchPlan plan = harness.command("a", {"tool"});
  plan.environment = {{"PATH", dir + "/none:" + dir + "/one:" + dir + "/two"}};
  LaunchPlan same = plan;
  CHECK(harness.failure_of("a", std::move(plan)) ==
        "cannot run \"tool\": " + dir + "/one/tool: permission denied");
  write_file(dir + "/two/tool", "#!/bin/sh\nexit 4\n", 0755);
  harness.launch("b", std::move(same));
  CHECK(harness.wait_for_exit("b") == 4);
}

TEST_CASE("arguments that are too large, and texts with a NUL", "[process]") {
  Harness harness;
  LaunchPlan large = harness.command("a", {"true"});
  for (int i = 0; i < 40; ++i) large.argv.push_back(std::string(120'000, 'x'));
  CHECK(harness.failure_of("a", std::move(large)) ==
        "cannot run \"true\": its arguments and environment are too large");
  LaunchPlan nul = harness.command("b", {"true", std::string("a\0b", 3)});
  CHECK(harness.failure_of("b", std::move(nul)) == "cannot run \"true\": an argument contains a NUL");
}

TEST_CASE("a sandbox that is not there, outputs that cannot be made", "[process]") {
  Harness harness;
  LaunchPlan plan = harness.command("a", {"true"});
  plan.working_directory = "/no/such/sandbox";
  CHECK(harness.failure_of("a", std::move(plan)) ==
        "cannot run \"true\": working directory \"/no/such/sandbox\": No such file or directory");
  LaunchPlan out = harness.command("b", {"true"});
  out.stdout_path = "/no/such/stdout";
  CHECK(harness.failure_of("b", std::move(out)) ==
        "cannot run \"true\": \"/no/such/stdout\": No such file or directory");
  LaunchPlan err = harness.command("c", {"true"});
  err.stderr_path = "/no/such/stderr";
  CHECK(harness.failure_of("c", std::move(err)) ==
        "cannot run \"true\": \"/no/such/stderr\": No such file or directory");
}

TEST_CASE("an unknown user, and a switch that only root can make", "[process]") {
  Harness harness;
  LaunchPlan plan = harness.command("a", {"true"});
  plan.user = "no-such-user-bob";
  CHECK(harness.failure_of("a", std::move(plan)) == "cannot run \"true\": unknown user \"no-such-user-bob\"");
  if (!is_root()) return skip("only root can become somebody who may not switch");
  REQUIRE(::seteuid(65534) == 0);
  const auto root = runtime::find_user("root");
  const auto self = runtime::find_user("nobody");
  REQUIRE(::seteuid(0) == 0);
  REQUIRE_FALSE(root);
  CHECK(root.error().message == "switching to user \"root\" needs an agent that runs as root");
  REQUIRE(self);
  CHECK_FALSE(self->has_value());
}

TEST_CASE("as another user", "[process]") {
  if (!is_root()) return skip("switching the user needs root");
  Harness harness;
  const std::string dir = harness.directory()->path();
  REQUIRE(::chown(dir.c_str(), 65534, 65534) == 0);
  LaunchPlan plan = harness.script("a", "id -un; id -gn; id -G; id -ru");
  plan.user = "nobody";
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(harness.output("a") == "nobody\nnogroup\n65534\n65534\n");
  struct stat status {};
  REQUIRE(::stat((dir + "/a.out").c_str(), &status) == 0);
  CHECK(status.st_uid == 65534);

  // The supervisor's rights are not the task's: what the user may not enter is an error.
  REQUIRE(::chown(dir.c_str(), 0, 0) == 0);
  REQUIRE(::chmod(dir.c_str(), 0700) == 0);
  LaunchPlan closed = harness.script("b", "true");
  closed.user = "nobody";
  CHECK(harness.failure_of("b", std::move(closed)) ==
        "cannot run \"/bin/sh\": working directory \"" + dir + "\": Permission denied");
}

TEST_CASE("a user of several groups gets them all", "[process]") {
  if (!is_root()) return skip("switching the user needs root");
  const auto user = runtime::find_user("daemon");
  if (!user || !user->has_value()) return skip("there is no user daemon");
  CHECK((*user)->groups.size() >= 1);
  Harness harness;
  REQUIRE(::chmod(harness.directory()->path().c_str(), 0777) == 0);
  LaunchPlan plan = harness.script("a", "id -G; id -G daemon");
  plan.user = "daemon";
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 0);
  const std::string output = harness.output("a");
  CHECK(output.substr(0, output.size() / 2) == output.substr(output.size() / 2));
}
