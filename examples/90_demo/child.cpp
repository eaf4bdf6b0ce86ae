#include "child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include <asio/read_until.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

using mesoscore::Errc;
using mesoscore::Result;

extern char** environ;

namespace {

struct Pipe {
  int read = -1, write = -1;
};

mesoscore::Status open_pipe(Pipe& pipe) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return mesoscore::fail(
        mesoscore::Error(std::error_code(errno, std::generic_category()), "cannot make a pipe"));
  }
  pipe = {ends[0], ends[1]};
  return {};
}

// posix_spawn with the pipes as standard input and output, in a process group of its own: a ^C at the
// terminal is for this process, which then ends its children in good order.
int spawn_self(std::vector<std::string>& arguments, const Pipe& in, const Pipe& out, pid_t& pid) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  const int error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

Result<std::unique_ptr<Child>> Child::spawn(asio::io_context& io, std::vector<std::string> arguments) {
  Pipe in, out;
  for (Pipe* pipe : {&in, &out}) {
    if (auto opened = open_pipe(*pipe); !opened) return mesoscore::fail(opened.error());
  }
  arguments.insert(arguments.begin(), "mesoscore-demo");
  pid_t pid = -1;
  const int error = spawn_self(arguments, in, out, pid);
  close(in.read);
  close(out.write);
  if (error != 0) {
    close(in.write);
    close(out.read);
    return mesoscore::fail(
        mesoscore::Error(std::error_code(error, std::generic_category()), "cannot start " + arguments[1]));
  }
  return std::unique_ptr<Child>(new Child(io, pid, in.write, out.read));
}

Child::Child(asio::io_context& io, pid_t pid, int to_it, int from_it)
    : pid_(pid), to_it_(io, to_it), from_it_(io, from_it) {}

Child::~Child() {
  if (pid_ == -1) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

asio::awaitable<Result<std::string>> Child::expect(std::string word) {
  std::error_code error;
  const std::size_t length = co_await asio::async_read_until(
      from_it_, asio::dynamic_buffer(received_), '\n', asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return mesoscore::fail(Errc::launch_failed, "a child process ended before it was ready");
  std::string line = received_.substr(0, length - 1);
  received_.erase(0, length);
  if (line.compare(0, word.size() + 1, word + " ") != 0) {
    co_return mesoscore::fail(Errc::protocol_error, "a child process said '" + line + "', not " + word);
  }
  co_return line.substr(word.size() + 1);
}

bool Child::ended() {
  if (pid_ != -1 && waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = -1;
  return pid_ == -1;
}

asio::awaitable<void> Child::stop() {
  to_it_.close();
  asio::steady_timer timer(from_it_.get_executor());
  for (int checks = 0; !ended(); ++checks) {
    if (checks == 500) kill(pid_, SIGKILL);
    timer.expires_after(std::chrono::milliseconds(10));
    co_await timer.async_wait(asio::use_awaitable);
  }
}
