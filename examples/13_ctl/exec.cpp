#include "exec.hpp"

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>

#include <asio/signal_set.hpp>

#include "files.hpp"

namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 200ms;  // of one question about the end; outputs are shown in between
constexpr auto kGrace = 3s;

class Session {
 public:
  Session(Desk& desk, mesoscore::AgentId agent, mesoscore::ContainerId command, const std::string& directory)
      : desk_(desk),
        agent_(std::move(agent)),
        command_(std::move(command)),
        out_(directory + "/stdout"),
        err_(directory + "/stderr"),
        signals_(desk.context(), SIGINT, SIGTERM) {
    signals_.async_wait([this](std::error_code cancelled, int) { interrupted_ = !cancelled; });
  }

  int run() {
    for (;;) {
      const auto ended = desk_.ask(agent_, mesoscore::WaitContainer{command_, kPatience});
      if (const auto shown = show(); !shown) return fail_with(shown.error());
      if (!ended) return fail_with(ended.error());
      if (ended->wait_status) return exit_code(*ended->wait_status);
      if (std::exchange(interrupted_, false)) {
        signals_.clear();  // the next one is for us
        desk_.ask(agent_, mesoscore::KillNestedContainer{command_, kGrace});
      }
    }
  }

 private:
  mesoscore::Status show() {
    if (auto shown = copy_log(desk_, agent_, out_, std::cout); !shown) return shown;
    return copy_log(desk_, agent_, err_, std::cerr);
  }
  static int exit_code(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
  }

  Desk& desk_;
  mesoscore::AgentId agent_;
  mesoscore::ContainerId command_;
  LogCursor out_, err_;
  asio::signal_set signals_;
  bool interrupted_ = false;
};

}  // namespace

int run_inside(Desk& desk, const TaskWanted& wanted, const std::vector<std::string>& words) {
  const auto task = find_task(desk, wanted);
  if (!task) return fail_with(task.error());
  const auto container = container_of(desk, *task);
  if (!container) return fail_with(container.error());
  const auto sandbox = sandbox_of(desk, *task);
  if (!sandbox) return fail_with(sandbox.error());
  mesoscore::RunInContainer query;
  query.container_id = *container;
  query.command.shell = false;
  query.command.value = words.front();
  query.command.arguments = words;
  const auto started = desk.ask(task->agent_id, std::move(query));
  if (!started) return fail_with(started.error());
  const std::string directory = *sandbox + "/exec/" + started->container_id.str();
  return Session(desk, task->agent_id, started->container_id, directory).run();
}
