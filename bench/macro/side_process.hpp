// A second process of the same benchmark, which can be asked for its CPU time.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read.hpp>

extern char** environ;

namespace mesoscore::bench {

inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The parent's end: a byte asks, eight bytes answer; closing ends the child.
class SideProcess {
 public:
  explicit SideProcess(std::vector<std::string> args) {
    int ask[2];
    int answer[2];
    if (pipe2(ask, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0) fail("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ask[0], 0);
    posix_spawn_file_actions_adddup2(&actions, answer[1], 1);
    std::string self = std::filesystem::read_symlink("/proc/self/exe").string();  // under valgrind too
    std::vector<char*> argv = {self.data()};
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, self.c_str(), &actions, nullptr, argv.data(), environ) != 0) fail("posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(ask[0]);
    close(answer[1]);
    ask_ = ask[1];
    answer_ = answer[0];
    cpu_seconds();  // waits until it serves
  }
  ~SideProcess() {
    close(ask_);
    close(answer_);
    waitpid(pid_, nullptr, 0);
  }
  SideProcess(const SideProcess&) = delete;
  SideProcess& operator=(const SideProcess&) = delete;

  double cpu_seconds() {
    double seconds = 0;
    if (write(ask_, "?", 1) != 1 || read(answer_, &seconds, sizeof seconds) != sizeof seconds)
      fail("side process");
    return seconds;
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    std::perror(what);
    std::exit(1);
  }
  pid_t pid_ = 0;
  int ask_ = -1;
  int answer_ = -1;
};

// The child's end: runs `io` and answers until the parent closes.
inline int serve_parent(asio::io_context& io) {
  asio::posix::stream_descriptor asked(io, dup(0));
  char byte = 0;
  std::function<void()> next = [&] {
    asio::async_read(asked, asio::buffer(&byte, 1), [&](asio::error_code error, std::size_t) {
      if (error) return io.stop();
      const double seconds = cpu_seconds();
      if (write(1, &seconds, sizeof seconds) != sizeof seconds) return io.stop();
      next();
    });
  };
  next();
  io.run();
  return 0;
}

}  // namespace mesoscore::bench
