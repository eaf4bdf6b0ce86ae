// An agent with a storage in a process of its own, so that it can be killed and its work be told from that of
// others. It writes "registered <wall seconds> <cpu seconds>" when it is; it stops for good when its standard
// input ends.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

extern char** environ;

namespace mesoscore::bench {

class AgentProcess {
 public:
  AgentProcess(std::string master, std::string directory) {
    int input[2];
    int output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) fail("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], 0);
    posix_spawn_file_actions_adddup2(&actions, output[1], 1);
    std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    std::string mode = "--agent";
    char* argv[] = {self.data(), mode.data(), master.data(), directory.data(), nullptr};
    if (posix_spawn(&pid_, self.c_str(), &actions, nullptr, argv, environ) != 0) fail("posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    output_ = output[0];
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
  }
  ~AgentProcess() {
    ::close(input_);
    ::waitpid(pid_, nullptr, 0);
    ::close(output_);
  }
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;

  void kill() { ::kill(pid_, SIGKILL); }

  struct Registered {
    double wall = 0, cpu = 0;  // seconds since just before start()
  };
  std::optional<Registered> registered() {
    char text[128] = {};
    const ssize_t size = ::read(output_, text, sizeof text - 1);
    if (size == 0) fail("the agent has ended");
    Registered result;
    if (size < 0 || std::sscanf(text, "registered %lf %lf", &result.wall, &result.cpu) != 2)
      return std::nullopt;
    return result;
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    std::perror(what);
    std::exit(1);
  }
  pid_t pid_ = 0;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace mesoscore::bench
