// Namespaces and a /tmp of one's own.
#include <filesystem>

#include "agent.hpp"
#include "catch.hpp"

using namespace linux_test;
using isolators::NamespaceOptions;
using IpcMode = LinuxInfo::IpcMode;

namespace {

Agent::Edit edit_linux(std::function<void(LinuxInfo&)> change) {
  return [change = std::move(change)](LaunchContainer& call) { change(linux_of(call)); };
}

Agent::Edit hostname(std::string name) {
  return [name = std::move(name)](LaunchContainer& call) { container_of(call).hostname = name; };
}

std::string inode_of(const char* type) {
  return std::filesystem::read_symlink(std::string("/proc/self/ns/") + type).string() + "\n";
}

}  // namespace

TEST_CASE("a task sees its own processes and its own shared memory", "[linux][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Agent agent({isolators::namespaces({.shm_size_mb = 2})});
  REQUIRE(agent.started());
  CHECK(agent.run("ls -d /proc/[0-9]* | wc -l | awk '{print $1 < 10}'; cat /proc/1/comm") ==
        "1\nmesoscore-init\n");
  CHECK(agent.run("touch /dev/shm/mine; ls /dev/shm; df -m /dev/shm | tail -1 | awk '{print $2}'") ==
        "mine\n2\n");
  CHECK_FALSE(std::filesystem::exists("/dev/shm/mine"));
  CHECK(agent.run("df -m /dev/shm | tail -1 | awk '{print $2}'",
                  edit_linux([](LinuxInfo& info) { info.shm_size_mb = 3; })) == "3\n");
  CHECK(agent.run("readlink /proc/self/ns/ipc") != inode_of("ipc"));
  CHECK(agent.run("hostname") == read_file("/proc/sys/kernel/hostname"));
  CHECK(agent.run("hostname", hostname("my-task")) == "my-task\n");
  CHECK(agent.failure("true", hostname("my task")) ==
        "isolator namespaces: the host name 'my task' is not at most 64 letters, digits, dots and dashes");
}

TEST_CASE("a task shares namespaces of the agent if that lets it", "[linux][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  const auto pid = edit_linux([](LinuxInfo& info) { info.share_pid_namespace = true; });
  const auto ipc = edit_linux([](LinuxInfo& info) { info.ipc_mode = IpcMode::share_parent; });
  Agent strict({isolators::namespaces()});
  CHECK(strict.failure("true", pid) ==
        "isolator namespaces: this agent does not let tasks share its pid namespace");
  CHECK(strict.failure("true", ipc) ==
        "isolator namespaces: this agent does not let tasks share its ipc namespace");
  Agent lenient({isolators::namespaces({.allow_share_pid = true, .allow_share_ipc = true})});
  CHECK(lenient.run("readlink /proc/self/ns/pid", pid) == inode_of("pid"));
  CHECK(lenient.run("readlink /proc/self/ns/ipc", ipc) == inode_of("ipc"));
  CHECK(lenient.failure("true", edit_linux([](LinuxInfo& info) {
                          info.ipc_mode = IpcMode::share_parent;
                          info.shm_size_mb = 5;
                        })) ==
        "isolator namespaces: shm_size_mb 5 needs an ipc namespace of the task's own (ipc_mode PRIVATE)");
  Agent none({isolators::namespaces({.pid = false, .ipc = false, .uts = false})});
  CHECK(none.run("readlink /proc/self/ns/pid /proc/self/ns/ipc") == inode_of("pid") + inode_of("ipc"));
  CHECK(none.run("readlink /proc/self/ns/ipc",
                 edit_linux([](LinuxInfo& info) { info.ipc_mode = IpcMode::private_; })) != inode_of("ipc"));
  CHECK(none.failure("true", hostname("x")) ==
        "isolator namespaces: this agent gives no host names to tasks");
}

TEST_CASE("each task has a /tmp of its own, in its sandbox", "[linux][private_tmp]") {
  if (!is_root()) return skip("mounts may be made by root only");
  Agent agent({isolators::private_tmp()});  // its work directory is below /tmp
  REQUIRE(agent.started());
  const auto as_nobody = [](LaunchContainer& call) { call.task.command->user = "nobody"; };
  const std::string tell =
      "echo a > /tmp/mine; echo b > /var/tmp/mine; ls /tmp /var/tmp; pwd; echo c > here; ls -d "
      "/tmp/mesoscore-*";
  const std::string output = agent.run(tell, as_nobody);
  const std::string sandbox = agent.last_sandbox();
  CHECK(output.find("/tmp:\nmesoscore-linux") != std::string::npos);
  CHECK(output.find("/var/tmp:\nmine\n" + sandbox + "\n") != std::string::npos);
  CHECK(read_file(sandbox + "/.tmp/mine") == "a\n");
  CHECK(read_file(sandbox + "/.var_tmp/mine") == "b\n");
  CHECK(read_file(sandbox + "/here") == "c\n");
  CHECK_FALSE(std::filesystem::exists("/tmp/mine"));
  CHECK(agent.run("ls /var/tmp; stat -c %a /tmp") == "1777\n");
}

TEST_CASE("each task has a /tmp of its own, in memory and of a bounded size", "[linux][private_tmp]") {
  if (!is_root()) return skip("mounts may be made by root only");
  Agent agent({isolators::private_tmp({.tmpfs_size_mb = 2})});
  CHECK(
      agent.run(
          "dd if=/dev/zero of=/tmp/big bs=1M count=3 2>/dev/null || stat -c %s /tmp/big; stat -c %a /tmp") ==
      "2097152\n1777\n");
  CHECK_FALSE(std::filesystem::exists("/tmp/big"));
  CHECK_FALSE(std::filesystem::exists(agent.last_sandbox() + "/.tmp"));
}
