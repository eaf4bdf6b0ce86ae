// Tasks that have prepared something for the launcher, which has more rights than they have.
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

namespace fs = std::filesystem;
using Make = PlannedMount::Make;
constexpr uid_t kNobody = 65534;

// A sandbox, and beside it a directory that is none of the task's business.
struct World {
  Harness harness;
  std::string dir = harness.directory()->path();
  std::string sandbox = dir + "/sandbox", outside = dir + "/outside";

  World() {
    for (const std::string& folder : {sandbox, outside}) fs::create_directory(folder);
    write_file(outside + "/victim", "untouched\n");
    if (is_root()) REQUIRE(::chown(sandbox.c_str(), kNobody, kNobody) == 0);
    fs::permissions(dir, fs::perms(0755));
  }
  LaunchPlan script(const std::string& id, const std::string& text) const {
    LaunchPlan plan = harness.script(id, text);
    plan.working_directory = plan.output_directory = sandbox;
    plan.stdout_path = sandbox + "/stdout";
    plan.stderr_path = sandbox + "/stderr";
    return plan;
  }
  // As nobody, with a directory that has a file mounted on a place below the sandbox, made if it is missing.
  LaunchPlan mounting(const std::string& text, const std::string& below) const {
    fs::create_directory(dir + "/source");
    write_file(dir + "/source/file", "there\n");
    LaunchPlan plan = script("a", text);
    plan.user = "nobody";
    plan.namespaces = CLONE_NEWNS;
    plan.mounts = {{.source = dir + "/source",
                    .target = sandbox + "/" + below,
                    .flags = MS_BIND,
                    .make = Make::directory}};
    return plan;
  }
  bool is_untouched() const {
    return read_file(outside + "/victim") == "untouched\n" &&
           std::distance(fs::directory_iterator(outside), fs::directory_iterator()) == 1;
  }
};

LaunchPlan rotating(LaunchPlan plan) {
  plan.rotation = {.max_bytes = 100, .files = 1};
  return plan;
}

// As the process of a task, and as that of the supervisor.
template <class Check>
void both_ways(const World& world, const std::string& text, Check check) {
  check("plain", world.script("plain", text));
  check("rotated", rotating(world.script("rotated", text)));
}

}  // namespace

TEST_CASE("a link in the place of an output is not followed", "[process][hostile]") {
  World world;
  fs::create_symlink(world.outside + "/victim", world.sandbox + "/stdout");
  both_ways(world, "echo mine", [&](const char* id, LaunchPlan plan) {
    CHECK(world.harness.failure_of(id, std::move(plan)).find("/sandbox/stdout\": ") != std::string::npos);
  });
  CHECK(world.is_untouched());
}

TEST_CASE("a link on the way to an output is not followed", "[process][hostile]") {
  World world;
  fs::create_symlink(world.outside, world.sandbox + "/checks");
  both_ways(world, "echo mine", [&](const char* id, LaunchPlan plan) {
    plan.stdout_path = world.sandbox + "/checks/stdout";
    CHECK_FALSE(world.harness.failure_of(id, std::move(plan)).empty());
  });
  CHECK(world.is_untouched());
}

TEST_CASE("an output that is another file as well is not written to", "[process][hostile]") {
  World world;
  fs::create_hard_link(world.outside + "/victim", world.sandbox + "/stdout");
  both_ways(world, "echo mine", [&](const char* id, LaunchPlan plan) {
    CHECK_FALSE(world.harness.failure_of(id, std::move(plan)).empty());
  });
  CHECK(world.is_untouched());
}

TEST_CASE("nobody waits for the reader of a pipe in the place of an output", "[process][hostile]") {
  World world;
  REQUIRE(::mkfifo((world.sandbox + "/stdout").c_str(), 0666) == 0);
  both_ways(world, "echo mine", [&](const char* id, LaunchPlan plan) {
    CHECK_FALSE(world.harness.failure_of(id, std::move(plan)).empty());
  });
}

TEST_CASE("a launch that fails for its output leaves the next one its standard input", "[process][hostile]") {
  World world;
  fs::create_directory(world.sandbox + "/stderr");
  CHECK_FALSE(world.harness.failure_of("bad", rotating(world.script("bad", "echo never"))).empty());
  fs::remove(world.sandbox + "/stderr");
  fs::remove(world.sandbox + "/stdout");
  world.harness.launch("good", world.script("good", "cat && readlink /proc/self/fd/0"));
  CHECK(world.harness.wait_for_exit("good") == 0);
  CHECK(read_file(world.sandbox + "/stdout") == "/dev/null\n");
}

TEST_CASE("a mount point is not made behind a link of the sandbox", "[process][hostile]") {
  if (!is_root()) return skip("mounts may be made by root only");
  World world;
  fs::create_symlink(world.outside, world.sandbox + "/link");
  CHECK_FALSE(world.harness.failure_of("a", world.mounting("echo up", "link/new.d")).empty());
  CHECK(world.is_untouched());
}

TEST_CASE("a mount point in the sandbox is made, and is the user's", "[process][hostile]") {
  if (!is_root()) return skip("mounts may be made by root only");
  World world;
  world.harness.launch("a", world.mounting("cat deep/er/data/file", "deep/er/data"));
  CHECK(world.harness.wait_for_exit("a") == 0);
  CHECK(read_file(world.sandbox + "/stdout") == "there\n");
  struct stat made {};
  REQUIRE(::stat((world.sandbox + "/deep/er/data").c_str(), &made) == 0);
  CHECK(made.st_uid == kNobody);
}

TEST_CASE("a mount point in a root directory that others share stays root's", "[process][hostile]") {
  if (!is_root()) return skip("mounts may be made by root only");
  World world;
  const std::string root = world.dir + "/root";
  for (const char* folder : {"", "/sandbox", "/proc"}) fs::create_directory(root + folder);
  for (const char* folder : {"/bin", "/lib", "/lib64", "/usr"}) fs::create_directory(root + folder);
  LaunchPlan plan = world.script("a", "echo up");
  plan.user = "nobody";
  plan.root = root;
  plan.working_directory = "/sandbox";
  plan.namespaces = CLONE_NEWNS;
  for (const char* folder : {"/bin", "/lib", "/lib64", "/usr"})
    plan.mounts.push_back({.source = folder, .target = folder, .flags = MS_BIND | MS_REC | MS_RDONLY});
  plan.mounts.push_back({.source = world.sandbox, .target = "/sandbox", .flags = MS_BIND});
  plan.mounts.push_back(
      {.source = world.sandbox, .target = "/opt/tools/bin", .flags = MS_BIND, .make = Make::directory});
  world.harness.launch("a", std::move(plan));
  CHECK(world.harness.wait_for_exit("a") == 0);
  for (const char* folder : {"/opt", "/opt/tools", "/opt/tools/bin"}) {
    struct stat made {};
    REQUIRE(::stat((root + folder).c_str(), &made) == 0);
    CHECK(made.st_uid == 0);
  }
}

// Root may trace whoever has no more capabilities than itself, which process 1 has not when it waits.
TEST_CASE("a root task cannot write to the memory of its process 1", "[process][hostile]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  World world;
  LaunchPlan plan = world.script(
      "a",
      "sleep 0.3; (exec 3<>/proc/1/mem) 2>/dev/null && echo opened; (exec 3<>/proc/self/mem) && echo own");
  plan.namespaces = CLONE_NEWPID | CLONE_NEWNS;
  plan.mounts = {{.source = "proc", .target = "/proc", .type = "proc"}};
  plan.capabilities = PlannedCapabilities{.bounding = 1u << CAP_KILL, .effective = 1u << CAP_KILL};
  world.harness.launch("a", std::move(plan));
  CHECK(world.harness.wait_for_exit("a") == 0);
  CHECK(read_file(world.sandbox + "/stdout") == "own\n");
}
