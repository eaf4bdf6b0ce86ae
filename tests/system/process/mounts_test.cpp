// Mounts and roots of processes: seen by them alone, and never outside of what was planned.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

namespace fs = std::filesystem;
using Make = PlannedMount::Make;

// A directory of the test with others in it, and a process with mounts.
struct World {
  Harness harness;
  std::string dir = harness.directory()->path();

  World() {
    for (const char* name : {"in", "out", "sandbox"}) fs::create_directory(dir + "/" + name);
    write_file(dir + "/in/file", "inside\n");
    write_file(dir + "/out/secret", "secret\n");
  }
  LaunchPlan script(const std::string& id, const std::string& text, std::vector<PlannedMount> mounts) const {
    LaunchPlan plan = harness.script(id, text);
    plan.namespaces = CLONE_NEWNS;
    plan.mounts = std::move(mounts);
    return plan;
  }
  PlannedMount bind(const std::string& source, const std::string& target, std::uint64_t flags = 0,
                    Make make = Make::nothing) const {
    return {.source = source, .target = target, .flags = MS_BIND | flags, .make = make};
  }
  std::string run(const std::string& id, LaunchPlan plan) {
    harness.launch(id, std::move(plan));
    CHECK(harness.wait_for_exit(id) == 0);
    return harness.output(id) + read_file(dir + "/" + id + ".err");
  }
};

bool machine_has_mount(const std::string& target) {
  return read_file("/proc/self/mountinfo").find(target) != std::string::npos;
}

}  // namespace

TEST_CASE("a bind mount is seen by its process alone", "[process][mounts]") {
  if (!is_root()) return skip("mounts may be made by root only");
  World world;
  const std::string target = world.dir + "/sandbox/deep/er/data";
  CHECK(world.run("a", world.script("a",
                                    "cat " + target + "/file; echo new > " + target +
                                        "/made; touch /tmp/x-$$ && rm /tmp/x-$$",
                                    {world.bind(world.dir + "/in", target, 0, Make::directory)})) ==
        "inside\n");
  CHECK(read_file(world.dir + "/in/made") == "new\n");
  CHECK(fs::is_empty(target));
  CHECK_FALSE(machine_has_mount(target));
}

TEST_CASE("a bind mount can be read-only, and keeps what its source was", "[process][mounts]") {
  if (!is_root()) return skip("mounts may be made by root only");
  World world;
  const std::string source = world.dir + "/in", target = world.dir + "/sandbox";
  REQUIRE(::mount("tmpfs", source.c_str(), "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k") == 0);
  const std::shared_ptr<void> at_end(nullptr, [&](void*) { ::umount(source.c_str()); });
  write_file(source + "/file", "inside\n");
  const std::string output = world.run(
      "a", world.script("a",
                        "cat " + target + "/file; echo x > " + target + "/file || echo refused; grep ' " +
                            target + " ' /proc/self/mountinfo | cut -d' ' -f6",
                        {world.bind(source, target, MS_RDONLY | MS_NODEV)}));
  CHECK(output.starts_with("inside\nrefused\nro,nosuid,nodev,noexec,relatime\n"));
  CHECK(read_file(source + "/file") == "inside\n");
}

TEST_CASE("a source beneath a directory cannot lead out of it", "[process][mounts]") {
  if (!is_root()) return skip("mounts may be made by root only");
  World world;
  fs::create_symlink("../out", world.dir + "/in/link");
  fs::create_symlink("file", world.dir + "/in/good");
  const auto plan = [&](const std::string& id, const std::string& source) {
    return world.script(id, "cat " + world.dir + "/sandbox/mounted",
                        {{.source = source,
                          .source_root = world.dir + "/in",
                          .target = world.dir + "/sandbox/mounted",
                          .flags = MS_BIND,
                          .make = Make::file}});
  };
  const std::string at = " on \"" + world.dir + "/sandbox/mounted\": ";
  const std::string out = "it leads out of \"" + world.dir + "/in\"";
  CHECK(world.harness.failure_of("a", plan("a", "link/secret")) ==
        "cannot run \"/bin/sh\": cannot mount \"link/secret\"" + at + out);
  CHECK(world.harness.failure_of("b", plan("b", "../out/secret")) ==
        "cannot run \"/bin/sh\": cannot mount \"../out/secret\"" + at + out);
  CHECK(world.harness.failure_of("c", plan("c", world.dir + "/out/secret")) ==
        "cannot run \"/bin/sh\": cannot mount \"" + world.dir + "/out/secret\"" + at + out);
  CHECK(world.harness.failure_of("d", plan("d", "nothing")) ==
        "cannot run \"/bin/sh\": cannot mount \"nothing\"" + at + "\"nothing\": No such file or directory");
  CHECK(fs::is_empty(world.dir + "/sandbox"));  // nothing was touched
  CHECK(world.run("e", plan("e", "good")) == "inside\n");
}

TEST_CASE("a root of its own, with a sandbox and a proc in it", "[process][mounts]") {
  if (!is_root()) return skip("roots may be changed by root only");
  World world;
  const std::string root = world.dir + "/root";
  for (const char* name : {"", "/bin", "/lib", "/lib64", "/usr", "/proc"}) fs::create_directory(root + name);
  fs::create_symlink("/", root + "/up");  // of the container, not of the machine
  LaunchPlan plan = world.script("a",
                                 "pwd; ls /; cat file; ls /up/; test -e " + world.dir +
                                     " || echo unseen; cut -c1-5 /proc/1/comm; echo $$",
                                 {world.bind("/bin", "/bin", MS_REC),
                                  world.bind("/lib", "/lib", MS_REC),
                                  world.bind("/lib64", "/lib64", MS_REC),
                                  world.bind("/usr", "/usr", MS_REC | MS_RDONLY),
                                  world.bind(world.dir + "/in", "/up/mnt/sandbox", 0, Make::directory),
                                  {.source = "proc", .target = "/proc", .type = "proc"}});
  plan.root = root;
  plan.namespaces |= CLONE_NEWPID;
  plan.working_directory = "/mnt/sandbox";
  const std::string names = "bin\nlib\nlib64\nmnt\nproc\nup\nusr\n";
  CHECK(world.run("a", std::move(plan)) ==
        "/mnt/sandbox\n" + names + "inside\n" + names + "unseen\nmesos\n2\n");
  CHECK(fs::is_empty(root + "/bin"));
}

TEST_CASE("a target cannot lead out of the root", "[process][mounts]") {
  if (!is_root()) return skip("roots may be changed by root only");
  World world;
  const std::string root = world.dir + "/root";
  for (const char* name : {"", "/bin", "/lib", "/lib64", "/usr"}) fs::create_directory(root + name);
  fs::create_symlink(world.dir + "/out", root + "/link");
  LaunchPlan plan =
      world.script("a", "cat /link/file",
                   {world.bind("/bin", "/bin"), world.bind("/lib", "/lib"), world.bind("/lib64", "/lib64"),
                    world.bind("/usr", "/usr"), world.bind(world.dir + "/in", "/link", 0, Make::directory)});
  plan.root = root;
  plan.working_directory = "/";
  CHECK(world.harness.failure_of("a", std::move(plan))
            .find("cannot mount \"" + world.dir + "/in\" on \"/link\": ") != std::string::npos);
  CHECK(fs::exists(world.dir + "/out/secret"));
  CHECK(std::distance(fs::directory_iterator(world.dir + "/out"), fs::directory_iterator()) == 1);
}

TEST_CASE("outputs of a process with mounts are the machine's files, made as its user", "[process][mounts]") {
  if (!is_root()) return skip("mounts may be made by root only");
  World world;
  REQUIRE(::chown(world.dir.c_str(), 65534, 65534) == 0);
  LaunchPlan plan = world.script("a", "id -u; id -g; ls " + world.dir,
                                 {{.source = "tmpfs", .target = "/tmp", .type = "tmpfs"},
                                  world.bind(world.dir + "/in", world.dir, 0, Make::directory)});
  plan.user = "nobody";
  plan.working_directory = world.dir;
  CHECK(world.run("a", std::move(plan)) == "65534\n65534\nfile\n");
  struct stat status {};
  REQUIRE(::stat((world.dir + "/a.out").c_str(), &status) == 0);
  CHECK(status.st_uid == 65534);
  CHECK(status.st_gid == 65534);
  LaunchPlan forbidden = world.script("b", "true", {});
  forbidden.user = "nobody";
  forbidden.stdout_path = "/root-only";
  CHECK(world.harness.failure_of("b", std::move(forbidden)) ==
        "cannot run \"/bin/sh\": \"/root-only\": Permission denied");
}

TEST_CASE("plans of mounts that nobody could carry out are refused", "[process][mounts]") {
  World world;
  const auto failure = [&](const std::string& id, const PlannedMount& mount) {
    const std::string text = world.harness.failure_of(id, world.script(id, "true", {mount}));
    return text.substr(text.find(": ") + 2);
  };
  CHECK(failure("a", world.bind("/x", "relative")) ==
        "the target of a mount, \"relative\" is not an absolute path");
  CHECK(failure("b", world.bind("/x", "/a/../b")) ==
        "the target of a mount, \"/a/../b\" contains \"..\" or \".\"");
  CHECK(failure("c", world.bind("x", "/a")) == "the source of a bind mount, \"x\" is not an absolute path");
  CHECK(failure("d", world.bind("/x", "/a", MS_MANDLOCK)) ==
        "the bind mount on \"/a\" has flags that are not known: " + std::to_string(MS_MANDLOCK));
  LaunchPlan plan = world.harness.script("e", "true");
  plan.mounts = {world.bind("/x", "/a")};
  CHECK(world.harness.failure_of("e", std::move(plan)) ==
        "cannot run \"/bin/sh\": the mount on \"/a\" needs a mount namespace, which is not planned");
}
