// The launcher of the docker isolator. Each container goes through
//   creating (and pulling, if its image is not there) -> starting -> running -> ending
// by requests to the engine, many containers at a time. Nothing is said of a container that is not known:
// while the engine is away its containers are as they were, and when it is back each is looked at.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <asio/steady_timer.hpp>

#include "isolators/docker/create_body.hpp"
#include "isolators/docker/engine.hpp"
#include "isolators/docker/execs.hpp"
#include "isolators/docker/log_files.hpp"
#include "isolators/docker/replies.hpp"
#include "mesoscore/isolator.hpp"

namespace mesoscore::docker {

using isolators::DockerOptions;

// What prepare() has seen of a launch.
struct Wanted {
  LaunchContainer call{};
  std::string sandbox{};
};

class DockerLauncher final : public Launcher, public std::enable_shared_from_this<DockerLauncher> {
 public:
  using UpdateHandler = std::function<void(const ContainerId&, Error)>;

  explicit DockerLauncher(DockerOptions options);
  ~DockerLauncher() override;

  bool handles(ContainerInfo::Type type) const noexcept override {
    return type == ContainerInfo::Type::docker;
  }
  std::string_view directory() const noexcept override { return "docker"; }
  Status start(asio::any_io_executor executor, std::string state_directory, EventHandler on_event) override;
  Result<std::vector<RecoveredContainer>> recover(std::span<const ContainerId> known) override;
  void launch(const ContainerId& id, LaunchPlan plan, HoldHandler held) override;
  void kill(const ContainerId& id, Duration grace) override;
  void forget(const ContainerId& id) override;
  pid_t pid_of(const ContainerId& id) const override;
  void stop() override;

  // For the isolator.
  void set_context(const IsolatorContext& context);
  void set_sandboxes(std::span<const LiveContainer> live);
  void expect(const ContainerSpec& spec);
  void unexpect(const ContainerId& id);
  void usage(const ContainerId& id, ContainerUsage& usage);
  void update(const ContainerId& id, const Resources& resources, UpdateHandler failed);
  std::optional<Limitation> verdict(const ContainerId& id, int wait_status) const;

  struct UsageLimits {
    EngineLimits engine{};
    double cpus = 0;
  };

 private:
  struct Container;
  struct Removal;
  using Clock = std::chrono::steady_clock;
  using Step = void (DockerLauncher::*)(Container& container);
  using Take = void (DockerLauncher::*)(Container& container, Answer answer);

  // launcher.cpp
  Container* find(const ContainerId& id);
  Result<Execs::Parent> parent_of(const ContainerId& id);
  Engine::Call ask(Container& container, EngineRequest request, Take take);
  std::function<void(const std::error_code&)> timed(const Container& container, Step step);
  void again(Container& container, Duration after, Step step);
  void emit(ContainerEvent event);
  void log(LogLevel level, std::string_view text) const;

  // launch.cpp
  void begin(Container& container);
  Status open_logs(Container& container);
  Status describe(Container& container);
  void create(Container& container);
  void on_created(Container& container, Answer answer);
  void on_name_taken(Container& container, Answer answer);
  void pull(Container& container);
  void on_pulled(Container& container, Answer answer);
  void start_container(Container& container);
  void try_start(Container& container);
  void on_started(Container& container, Answer answer);
  void wait_for_engine(Container& container, const Answer& answer, Step step);
  void fail_launch(Container& container, std::string message);
  void mark_started(const Container& container);

  // run.cpp
  void run(Container& container);
  void look(Container& container);
  void look_later(Container& container);
  void on_looked(Container& container, Answer answer);
  void take_look(Container& container, const ContainerReply& reply);
  bool tell_started(Container& container, const ContainerReply& reply);
  void wait(Container& container);
  void on_waited(Container& container, Answer answer);
  void reopen_logs(Container& container, const ContainerReply& reply);
  void follow_logs(Container& container);
  void watch_logs(Container& container);
  void logs_again(Container& container, Duration after, Step step);
  void on_logs_end(Container& container, Answer answer);
  void give_up_logs(Container& container);
  void ended(Container& container, int exit_code, std::string message);
  void lose(Container& container, std::string message);
  void finish(Container& container);

  // kill.cpp
  void send_kill(Container& container);
  void on_kill_sent(Container& container, Answer answer);
  void kill_later(Container& container, Duration after);
  void kill_now(Container& container);
  void abandon(Container& container);

  // removal.cpp
  void remove(const std::string& what, const ContainerId& id, bool uncertain);
  void try_removal(const std::string& what);
  EngineRequest removal_request(const std::string& what) const;
  void on_removed(const std::string& what, const Answer& answer);
  void finish_removals() const;
  EngineRequest list_request() const;
  void sweep();
  void sweep_away(const ContainerReply& container);
  void on_listed(const Answer& answer);
  std::string mark_of(const ContainerId& id) const;
  std::string progress_of(const ContainerId& id) const;

  // recover.cpp
  RecoveredContainer fate_of(const ContainerId& id, const std::vector<ContainerReply>* list);
  void adopt(const ContainerId& id, std::string engine_id);
  void forget_files();

  // usage.cpp
  void sample(Container& container);
  void on_sampled(Container& container, Answer answer);
  void send_update(Container& container);
  void on_updated(Container& container, Answer answer);

  DockerOptions options_;
  asio::any_io_executor executor_;
  std::string state_directory_;
  std::string work_dir_;
  std::string run_;  // tells our containers from those of programs before
  Logger logger_;
  EventHandler on_event_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Execs> execs_;  // commands inside of containers
  std::unordered_map<ContainerId, Wanted> expected_;
  std::unordered_map<ContainerId, std::unique_ptr<Container>> containers_;
  std::unordered_map<std::string, std::unique_ptr<Removal>> removals_;  // by name or id of the engine's
  std::unordered_set<ContainerId> asked_;                               // that the engine may have
  std::set<std::string> known_;  // of programs before, and not forgotten yet: not to be swept away
  Engine::Call sweep_;
  std::unique_ptr<asio::steady_timer> sweep_timer_;
  int sweeps_ = 0;
  bool stopped_ = false;
};

struct DockerLauncher::Container {
  enum class Phase { creating, pulling, starting, running };

  Container(ContainerId which, const asio::any_io_executor& executor)
      : id(std::move(which)), retry(executor), kill_timer(executor), logs_timer(executor) {}

  ContainerId id;
  Phase phase = Phase::creating;
  Wanted wanted;
  LaunchPlan plan;
  HoldHandler held;
  std::string name;       // ours
  std::string engine_id;  // empty: not known
  std::string body;       // of the create request
  Clock::time_point away_until{};
  Duration retry_delay{0};
  bool pulled = false;

  Engine::Call step, waiting, logging, killing, sampling, updating;
  asio::steady_timer retry, kill_timer, logs_timer;

  std::optional<Clock::time_point> kill_at;  // of SIGKILL
  bool terminated = false;                   // SIGTERM was taken
  bool insisted = false;                     // SIGKILL is what was sent last

  std::string image;
  std::unique_ptr<PullProgress> progress;
  std::string stop_signal;
  pid_t pid = 0;
  bool told = false;  // that it runs

  LogFiles logs;
  std::unique_ptr<FrameReader> frames;
  bool logs_done = false, logs_failed = false;
  Clock::time_point logs_until{};  // once it has ended

  std::optional<int> exit_code;
  std::string end_message;
  bool lost = false;
  bool end_known = false;  // whether memory was the reason, too
  bool oom_killed = false;

  EngineLimits limits;
  std::int64_t memory_limit = 0;  // as the engine says, in bytes
  bool update_pending = false;
  UpdateHandler update_failed;
  ContainerUsage last_usage;
  Clock::time_point sampled_at{};
  Resources resources;
};

// On its way out of the engine.
struct DockerLauncher::Removal {
  explicit Removal(const asio::any_io_executor& executor) : timer(executor) {}

  ContainerId id;  // empty: it was left behind
  int misses_left = 0;
  Duration delay{0};
  Engine::Call call;
  asio::steady_timer timer;
};

}  // namespace mesoscore::docker
