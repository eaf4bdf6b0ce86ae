// Commands that run inside of containers, by the engine's exec. Each goes through
//   creating -> starting -> running -> ending
// and is reported like a container: started and exited, or launch_failed. It ends with its container, or when
// it is killed: the engine has no call for that, so its processes are signalled from here.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <asio/any_io_executor.hpp>

#include "isolators/docker/engine.hpp"
#include "isolators/docker/replies.hpp"
#include "mesoscore/container.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/launch_plan.hpp"
#include "mesoscore/log.hpp"

namespace mesoscore::docker {

class Execs : public std::enable_shared_from_this<Execs> {
 public:
  // The container that a command runs in.
  struct Parent {
    ContainerId id{};
    std::string engine_id{};
    pid_t pid = 0;
    std::string sandbox{};
  };
  struct Context {
    asio::any_io_executor executor{};
    Engine* engine = nullptr;       // outlives this
    std::string state_directory{};  // remembers commands for a program that comes after this one
    Duration request_timeout{0};
    std::function<void(ContainerEvent)> emit{};
    std::function<void(LogLevel, std::string_view)> log{};
  };

  explicit Execs(Context context);
  ~Execs();

  void launch(const ContainerId& id, LaunchPlan plan, Result<Parent> parent);
  bool has(const ContainerId& id) const { return execs_.contains(id); }
  void kill(const ContainerId& id, Duration grace);
  pid_t pid_of(const ContainerId& id) const;
  // Those of a program before are ended; nothing is said of them.
  void end_strays();
  void stop();

  static bool is_mark(std::string_view file_name) { return file_name.ends_with(".exec"); }

 private:
  struct Exec;
  using Clock = std::chrono::steady_clock;
  using Step = void (Execs::*)(Exec& exec);
  using Take = void (Execs::*)(Exec& exec, Answer answer);

  Exec* find(const ContainerId& id);
  Engine::Call ask(Exec& exec, EngineRequest request, Take take);
  void after(Exec& exec, Duration time, Step step);
  void kill_after(Exec& exec, Duration time);

  void begin(Exec& exec);
  Status describe(Exec& exec);
  void on_created(Exec& exec, Answer answer);
  void start(Exec& exec);
  void on_stream_end(Exec& exec, Answer answer);

  void look(Exec& exec);
  void look_later(Exec& exec);
  void on_looked(Exec& exec, Answer answer);
  void take_look(Exec& exec, const ExecReply& reply);
  void runs(Exec& exec, pid_t pid);
  void watch(Exec& exec);
  void wait_for_start(Exec& exec);

  void send_kill(Exec& exec);
  void signal(Exec& exec, int number);
  void ended(Exec& exec, int exit_code);
  void lose(Exec& exec);
  void finish(Exec& exec);
  void fail_launch(Exec& exec, std::string message);
  bool tell_started(Exec& exec);
  ContainerEvent event_of(const Exec& exec, ContainerEvent::Kind kind) const;

  std::string mark_of(const Exec& exec) const;
  void mark(const Exec& exec) const;

  Context context_;
  std::unordered_map<ContainerId, std::unique_ptr<Exec>> execs_;
  std::size_t strays_ = 0;
  bool stopped_ = false;
};

}  // namespace mesoscore::docker
