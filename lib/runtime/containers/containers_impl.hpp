#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tsl/robin_map.h>
#include <asio/steady_timer.hpp>

#include "mesoscore/isolator.hpp"
#include "runtime/containers/containers.hpp"
#include "runtime/containers/garbage.hpp"
#include "runtime/containers/mailbox.hpp"
#include "runtime/containers/nested_commands.hpp"
#include "runtime/containers/nested_plan.hpp"
#include "runtime/containers/probes.hpp"
#include "runtime/containers/sandbox_files.hpp"
#include "runtime/containers/usage_sampler.hpp"
#include "runtime/containers/volume_eraser.hpp"
#include "runtime/function_state.hpp"

namespace mesoscore::runtime {

class Containers::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, ContainersConfig config, EventHandler on_event);

  // containers.cpp
  Status start();
  Status start(Launcher& launcher, const std::string& work_dir);
  Status start(Isolator& isolator, const std::string& work_dir);
  void set_agent_endpoint(std::string endpoint) { config_.agent_endpoint = std::move(endpoint); }
  void carry_out(ContainerCall& call);
  void carry_out(LaunchContainer&& call);
  void carry_out(const KillContainer& call);
  void carry_out(const UpdateContainer& call);
  void carry_out(RecoverContainers&& call);
  void carry_out(const ForgetContainer& call);
  void carry_out(ProbeContainer&& call);
  void carry_out(AskContainers&& call);
  void carry_out(const EraseVolumes& call);
  void expect(std::size_t calls) { called_.reserve(calls); }
  void call_functions();  // that carry_out() has made ready
  ContainerUsage usage(const ContainerId& id);
  std::string sandbox(const ContainerId& id) const;
  std::size_t size() const noexcept { return entries_.size(); }
  void stop();

 private:
  struct Process {
    LaunchContainer call;
    std::string sandbox;
    std::size_t prepared = 0;      // how many of the isolators, counted from the first, must clean up
    Launcher* launcher = nullptr;  // that has been asked to launch it

    ContainerInfo::Type type() const noexcept { return type_of(call); }
    bool fetching = false;  // its files are on the way, and it is not launched yet
    bool started = false;
    bool ended = false;  // its last event is on the way
    bool killed = false;
    std::string working_directory;                 // as its processes see it; empty: not known
    std::vector<EnvironmentVariable> environment;  // of its processes, if commands probe it
    std::optional<Limitation> limitation;
  };
  // It could not be made at once.
  struct Recovery {
    RecoverContainers call;
    std::vector<ContainerCall> calls;  // that have come since
    asio::steady_timer timer;
  };
  using Function = std::weak_ptr<FunctionTask::State>;
  using Entry = std::variant<Function, std::unique_ptr<Process>>;

  void deliver(std::span<ContainerEvent> events);
  void launch_function(LaunchContainer&& call);
  Process* find_process(const ContainerId& id) const;

  // processes.cpp
  void launch_process(LaunchContainer&& call);
  void launch(Process& process, LaunchPlan&& plan);
  Status prepare(Process& process, LaunchPlan& plan);
  Status run_prepare(Process& process, LaunchPlan& plan);
  Launcher::HoldHandler hold_handler(const ContainerId& id);
  Status isolate(const ContainerId& id, pid_t pid);
  void on_launcher_event(ContainerEvent event);
  void watch(const ContainerId& id);
  void on_limitation(const ContainerId& id, Limitation limitation);
  void update(Process& process, const Resources& resources);
  std::optional<Limitation> verdict(const Process& process, int wait_status);
  void end(Process& process, ContainerEvent event);
  void fail_launch(Process& process, const Error& error);

  // fetch.cpp
  Status start_fetcher(const std::string& work_dir);
  Status check_fetcher(const CommandInfo& command) const;
  void fetch(Process& process, LaunchPlan&& plan);
  void on_fetched(const ContainerId& id, Status status, LaunchPlan&& plan);
  void stop_fetching(Process& process);  // if it is: it is over then

  // probe_containers.cpp
  void start_probes();
  Status plan_probe(const Process& process, const ProbeContainer& call, LaunchPlan& plan);

  // recovery.cpp
  bool recover(const RecoverContainers& call);
  void try_again_later();
  Status ask_launchers(const RecoverContainers& call,
                       std::vector<std::optional<RecoveredContainer>>& answers);
  Status ask_launcher(Launcher& launcher, const RecoverContainers& call,
                      std::vector<std::optional<RecoveredContainer>>& answers);
  void recover_isolators(std::span<const LiveContainer> live);
  void take_over(const RecoverContainers::Known& known, const LiveContainer& live);

  // questions.cpp
  void start_answering();
  void start_collecting();
  void stop_answering();
  void answer(std::uint64_t number, Result<AgentReport> report);
  void respond(std::uint64_t number, const std::monostate& query);
  void respond(std::uint64_t number, const GetContainers& query);
  void respond(std::uint64_t number, const ListFiles& query);
  void respond(std::uint64_t number, const ReadFile& query);
  void respond(std::uint64_t number, const RunInContainer& query);
  void respond(std::uint64_t number, const WaitContainer& query);
  void respond(std::uint64_t number, const KillNestedContainer& query);
  std::vector<ContainerId> running() const;  // processes, ascending
  ContainerReport report_of(const ContainerId& id);
  SandboxFiles files() const;
  ContainerId running_of(std::string_view framework, std::string_view task) const;
  NestedContext nested_context(const Process& process) const;
  Status run_nested(std::uint64_t number, const RunInContainer& query);
  void learn(const AgentId& agent);

  asio::any_io_executor executor_;
  ContainersConfig config_;
  EventHandler on_event_;
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<const FunctionSet> functions_;
  std::string sandboxes_;  // absolute
  tsl::robin_map<ContainerId, Entry> entries_;
  std::vector<std::shared_ptr<FunctionTask::State>> called_;  // soon, on config_.function_executor
  std::unique_ptr<Recovery> recovery_;
  std::vector<Launcher*> launchers_;  // that have been started
  std::shared_ptr<Probes> probes_;
  bool fetcher_started_ = false;
  bool stopped_ = false;
  AgentId agent_id_;  // as soon as it is known
  bool recovered_ = false;
  std::shared_ptr<UsageSampler> sampler_;
  std::shared_ptr<NestedCommands> nested_;
  std::shared_ptr<Garbage> garbage_;
  std::shared_ptr<VolumeEraser> eraser_;  // none without a launcher: there are no volumes then
};

}  // namespace mesoscore::runtime
