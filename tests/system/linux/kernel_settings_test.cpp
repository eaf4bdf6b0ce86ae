// What a root task must not do to the machine by files of the kernel.
#include <filesystem>

#include "agent.hpp"
#include "catch.hpp"
#include "support/folder.hpp"

using namespace linux_test;

namespace {

const std::vector<Capability> kNone{};

// "no" for each that it could not open for writing.
std::string try_to_write(const std::vector<std::string>& paths) {
  std::string script;
  for (const std::string& path : paths)
    script += "(exec 2>/dev/null; true >> " + path + " && echo wrote " + path + " || echo no); ";
  return script;
}

std::vector<std::string> existing(std::vector<std::string> paths) {
  std::erase_if(paths, [](const std::string& path) { return !std::filesystem::exists(path); });
  return paths;
}

// Of every hierarchy that is mounted.
std::vector<std::string> control_groups() {
  std::vector<std::string> files;
  for (const auto& one : std::filesystem::directory_iterator("/sys/fs/cgroup"))
    files.push_back(one.path().string() + "/cgroup.procs");
  files.push_back("/sys/fs/cgroup/cgroup.procs");
  return existing(std::move(files));
}

std::string noes(std::size_t count) {
  std::string text;
  while (count-- > 0) text += "no\n";
  return text;
}

}  // namespace

TEST_CASE("a root task cannot change settings of the kernel, nor leave its control groups",
          "[linux][kernel]") {
  if (!is_root()) return skip("only root could, and only root may make mounts");
  const auto targets =
      existing({"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger",
                "/proc/irq/default_smp_affinity", "/sys/kernel/uevent_helper", "/sys/power/state",
                "/sys/module/kernel/parameters/panic", "/sys/kernel/mm/ksm/run"});
  REQUIRE(targets.size() > 2);
  const auto groups = control_groups();
  REQUIRE_FALSE(groups.empty());
  Agent bare({isolators::namespaces()});
  CHECK(bare.run(try_to_write({"/proc/sys/kernel/core_pattern"})) == "wrote /proc/sys/kernel/core_pattern\n");
  CHECK(bare.run(try_to_write({groups.front()})) == "wrote " + groups.front() + "\n");
  Agent agent(
      {isolators::namespaces(), isolators::kernel_settings(), isolators::capabilities({.bounding = kNone})});
  REQUIRE(agent.started());
  CHECK(agent.run(try_to_write(targets)) == noes(targets.size()));
  CHECK(agent.run(try_to_write(groups)) == noes(groups.size()));
  CHECK(agent.run("mount -o remount,rw /sys 2>/dev/null || echo no") == "no\n");
  CHECK(agent.run("umount /proc/sys 2>/dev/null || echo no") == "no\n");
  CHECK(agent.run("cat /proc/sys/kernel/ostype; ls -d /proc/self/status") == "Linux\n/proc/self/status\n");
}

TEST_CASE("what tells of the kernel's memory is hidden", "[linux][kernel]") {
  if (!is_root()) return skip("mounts may be made by root only");
  Agent agent({isolators::namespaces(), isolators::kernel_settings()});
  REQUIRE(agent.started());
  for (const std::string& path : existing({"/proc/kcore", "/proc/keys", "/proc/timer_list"}))
    CHECK(agent.run("wc -c < " + path) == "0\n");
  for (const std::string& path : existing({"/sys/firmware", "/sys/kernel/debug", "/sys/kernel/tracing"}))
    CHECK(agent.run("ls -A " + path + " | wc -l") == "0\n");
}

TEST_CASE("volumes lie upon what is read-only, and do not open it", "[linux][kernel]") {
  if (!is_root()) return skip("mounts may be made by root only");
  Agent agent({isolators::namespaces(), isolators::filesystem(), isolators::kernel_settings(),
               isolators::capabilities({.bounding = kNone})});
  REQUIRE(agent.started());
  const auto volume_at = [](std::string path) {
    return [path = std::move(path)](LaunchContainer& call) {
      container_of(call).volumes = {{.container_path = path, .sandbox_path = "mine"}};
    };
  };
  CHECK(agent.run("echo here > /sys/kernel/mine; cat /sys/kernel/mine; " +
                      try_to_write({"/sys/fs/cgroup/"
                                    "cgroup.procs",
                                    "/proc/sys/kernel/core_pattern"}),
                  volume_at("/sys/kernel")) == "here\nno\nno\n");
}

TEST_CASE("a root directory of the task's own has the same protection", "[linux][kernel]") {
  if (!is_root()) return skip("mounts may be made by root only");
  test::Folder images;
  const std::string root = images / "root";
  for (const char* folder : {"bin", "proc", "dev", "tmp", "mnt"})
    std::filesystem::create_directories(root + "/" + folder);
  if (!std::filesystem::exists("/bin/busybox")) return skip("there is no busybox to make a root of");
  std::filesystem::copy_file("/bin/busybox", root + "/bin/busybox");
  std::filesystem::create_symlink("busybox", root + "/bin/sh");
  Agent agent({isolators::namespaces(), isolators::filesystem({.image_roots = {images.path().string()}}),
               isolators::kernel_settings(), isolators::capabilities({.bounding = kNone})});
  REQUIRE(agent.started());
  const auto in_root = [&](LaunchContainer& call) { container_of(call).root_directory = root; };
  CHECK(agent.run(try_to_write({"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"}), in_root) ==
        "no\nno\n");
}
