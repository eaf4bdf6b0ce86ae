#include "uml.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <thread>

#include "support/folder.hpp"
#include "support/skip.hpp"

namespace uml_test {

namespace {

using mesoscore::test::Folder;
using Clock = std::chrono::steady_clock;

constexpr const char* kKernel = "/usr/bin/linux.uml";
constexpr std::uintmax_t kDiskBytes = 64 << 20;  // it has no blocks but those that are written to
constexpr const char* kExitLine = "\numl: exit code ";

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

// The first process of that kernel. What it writes to its output is a file of this machine.
std::string init_script(const std::string& output, const std::vector<std::string>& argv,
                        const std::vector<std::string>& environment) {
  std::string script = "#!/bin/sh\nexec >" + quoted(output) + " 2>&1\n";
  script += "export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp\n";
  script +=
      "mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t cgroup2 none /sys/fs/cgroup &&\n";
  script += "  mount -t tmpfs -o mode=1777 tmpfs /tmp && cd /tmp || echo 'uml: cannot mount'\n";
  script += "mknod /tmp/disk b $(tr : ' ' </sys/block/ubda/dev) && export MESOSCORE_TEST_DISK=/tmp/disk\n";
  for (const std::string& one : environment) script += "export " + quoted(one) + "\n";
  for (const std::string& one : argv) script += quoted(one) + " ";
  return script +
         "\ncode=$?; echo; echo \"uml: exit code $code\"\nsync\necho o >/proc/sysrq-trigger\nsleep 10\n";
}

pid_t boot(const std::string& home, const std::string& init, const std::string& disk,
           const std::string& console) {
  std::vector<std::string> argv = {
      kKernel,        "mem=512M",     "root=/dev/root", "rootfstype=hostfs", "rootflags=/",    "rw",
      "init=" + init, "ubd0=" + disk, "con=null",       "con0=null,fd:1",    "con1=null,fd:1", "quiet"};
  std::vector<char*> pointers;
  for (std::string& one : argv) pointers.push_back(one.data());
  pointers.push_back(nullptr);
  // The memory of that kernel is a file that has been deleted; in its home it keeps a socket.
  std::string memory = "TMPDIR=/dev/shm", path = "PATH=/usr/bin:/bin", own = "HOME=" + home;
  char* variables[] = {memory.data(), path.data(), own.data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, console.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, kKernel, &actions, &attributes, pointers.data(), variables);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::runtime_error("cannot start " + std::string(kKernel));
  return pid;
}

// False if it had to be killed.
bool wait_for_end(pid_t pid, Clock::time_point deadline) {
  while (::waitpid(pid, nullptr, WNOHANG) == 0) {
    if (Clock::now() >= deadline) {
      ::kill(-pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ::kill(-pid, SIGKILL);  // its helpers
  return true;
}

}  // namespace

bool cannot_boot() {
  if (::access(kKernel, X_OK) == 0) return false;
  mesoscore::test::skip(std::string("User-mode Linux is not installed (") + kKernel +
                        "): apt-get install user-mode-linux");
  return true;
}

Outcome run_in_uml(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                   std::chrono::seconds patience) {
  const Folder folder;
  const std::string init = folder / "init", output = folder / "output", console = folder / "console",
                    disk = folder / "disk";
  mesoscore::test::write_bytes(init, init_script(output, argv, environment));
  ::chmod(init.c_str(), 0755);
  mesoscore::test::write_bytes(disk, "");
  std::filesystem::resize_file(disk, kDiskBytes);
  Outcome outcome;
  const bool ended = wait_for_end(boot(folder.path().string(), init, disk, console), Clock::now() + patience);
  outcome.output = mesoscore::test::bytes_of(output);
  outcome.console = mesoscore::test::bytes_of(console);
  const std::size_t at = outcome.output.rfind(kExitLine);
  if (ended && at != std::string::npos) {
    outcome.exit_code = std::stoi(outcome.output.substr(at + std::string(kExitLine).size()));
    outcome.output.resize(at);
  }
  return outcome;
}

}  // namespace uml_test
