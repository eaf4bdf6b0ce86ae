// One command inside of a container, as the machine of execs.hpp keeps it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <asio/steady_timer.hpp>

#include "isolators/docker/exec_processes.hpp"
#include "isolators/docker/execs.hpp"
#include "isolators/docker/frames.hpp"
#include "isolators/docker/log_files.hpp"

namespace mesoscore::docker {

inline constexpr const char* kKilledBefore = "it was killed before it was started";

struct Execs::Exec {
  Exec(ContainerId which, const asio::any_io_executor& executor)
      : id(std::move(which)), timer(executor), kill_timer(executor) {}

  ContainerId id;
  LaunchPlan plan;
  Result<Parent> parent;
  std::string engine_id;  // the engine's, of the command; empty: not known
  bool stray = false;     // of a program before: nothing is said of it

  Engine::Call step, stream;  // step: to create it, or to look at it
  asio::steady_timer timer, kill_timer;
  Duration delay{0};  // to the next look

  std::optional<ExecProcesses> processes;
  bool told = false;                         // that it runs
  std::optional<Clock::time_point> kill_at;  // of SIGKILL
  bool terminated = false, complained = false;

  LogFiles logs;
  std::unique_ptr<FrameReader> frames;
  std::string head;  // of the output: what is there instead, if it could not be started
  bool logs_failed = false, stream_ended = false;
  Clock::time_point start_until{};  // once the stream has ended
  std::optional<int> exit_code;
};

}  // namespace mesoscore::docker
