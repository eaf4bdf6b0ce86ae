// The launcher of the process isolator: containers under supervisors that outlive this program.
//
// One zygote at a time makes supervisors; all of them take launches from, and report to, one socket (a
// Channel). A supervisor has one container at a time and is used again after it: launching costs no fork of a
// supervisor then. If the zygote dies, its supervisors live on and go on reporting; from then on each is also
// watched by a pidfd, because nobody else would tell us of its death. Containers of an earlier agent have the
// pidfd and their record only (recover.cpp).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "isolators/process/enclosing.hpp"
#include "isolators/process/proc.hpp"
#include "isolators/process/records.hpp"
#include "isolators/process/supervisor/protocol.h"
#include "isolators/process/zygote.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/log.hpp"

namespace mesoscore::supervision {

struct LauncherOptions {
  ZygoteOptions zygote;
  Logger logger;
};

class ProcessLauncher final : public Launcher, public std::enable_shared_from_this<ProcessLauncher> {
 public:
  explicit ProcessLauncher(LauncherOptions options);
  ~ProcessLauncher() override;

  Status start(asio::any_io_executor executor, std::string state_directory, EventHandler on_event) override;
  Result<std::vector<RecoveredContainer>> recover(std::span<const ContainerId> known) override;
  void launch(const ContainerId& id, LaunchPlan plan, HoldHandler held) override;
  void kill(const ContainerId& id, Duration grace) override;
  void forget(const ContainerId& id) override;
  pid_t pid_of(const ContainerId& id) const override;
  void stop() override;

  void usage(const ContainerId& id, ContainerUsage& usage) const;
  pid_t zygote_pid() const noexcept;                           // 0: none
  ProcessIdentity supervisor_of(const ContainerId& id) const;  // pid 0: not known

 private:
  struct Channel;
  struct Container;
  struct Unsent;
  using Descriptor = asio::posix::stream_descriptor;

  // launcher.cpp
  Result<UniqueFd> send(Container& container, const LaunchPlan& plan, UniqueFd parent);
  void fail_launch(const ContainerId& id, std::string message);
  void emit(ContainerEvent event);
  Container* find(std::uint64_t serial);
  void erase(Container& container);
  void signal(const Container& container, Duration grace);
  std::string spare_record();

  // nested.cpp
  Result<UniqueFd> enter(LaunchPlan& plan);
  Status take_enclosing(const Container& parent, LaunchPlan& plan);
  void end_nested(const ContainerId& parent);
  void forget_nested(const Container& nested);

  // channel.cpp
  Status open_channel();
  Status transmit(Unsent launch);
  void balance(Channel& channel);
  void request_supervisors(Channel& channel);
  void flush(const std::shared_ptr<Channel>& channel);
  void wait_for_reports(const std::shared_ptr<Channel>& channel);
  void wait_for_zygote_end(const std::shared_ptr<Channel>& channel);
  bool read_reports(const std::shared_ptr<Channel>& channel, int at_most);
  void on_zygote_end(const std::shared_ptr<Channel>& channel);
  void hand_over(Channel& from);
  std::vector<std::uint64_t> serials_of(const Channel* channel) const;
  void close_channel(Channel& channel);

  // reports.cpp
  void on_report(Channel& channel, const MesoReport& report);
  void on_container_report(Container& container, const MesoReport& report);
  void on_supervisor_lost(Channel& channel, const MesoReport& report);
  void on_no_supervisor(Channel& channel, const MesoReport& report);
  void on_held(Container& container, const MesoReport& report);
  void on_started(Container& container, const MesoReport& report);
  void on_failed(Container& container, const MesoReport& report);
  void on_exited(Container& container, int wait_status);
  void on_lost(Container& container, const std::string& how);
  void on_dropped(Container& container);
  void drop_orphan(Container& container);

  // watch.cpp
  bool give_up(const ContainerId& id);
  void adopt_orphan(Container& container);
  void doubt_launches();
  void watch(Container& container);
  void watch(Container& container, UniqueFd process, bool unsure);
  void look_again_later();
  void wait_for_supervisor_end(Container& container);
  void on_supervisor_end(std::uint64_t serial);

  // recover.cpp
  Result<RecoveredContainer> look(const ContainerId& id);
  Container* adopt(const ContainerId& id, const Record& running);
  void end_orphan(const ContainerId& id);

  LauncherOptions options_;
  asio::any_io_executor executor_;
  std::string state_directory_;
  std::string boot_id_;
  std::optional<EnclosingFiles> enclosing_;
  EventHandler on_event_;
  bool stopped_ = false;
  std::uint64_t last_serial_ = 0;
  std::shared_ptr<Channel> channel_;  // the present one, if any
  std::vector<std::shared_ptr<Channel>>
      old_channels_;  // their zygotes are dead, their supervisors may still report
  std::unordered_map<ContainerId, std::uint64_t> serials_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Container>> containers_;
  std::unordered_multimap<ContainerId, ContainerId> nested_;  // by the one that they run in
  std::unordered_set<ContainerId> given_up_;  // their record files keep late supervisors from starting them
  std::unique_ptr<asio::steady_timer> doubt_, look_timer_;
  std::vector<std::uint64_t> unwatched_;  // live containers that are looked at from time to time
  std::string spare_prefix_;
  std::uint64_t last_spare_ = 0;
  std::vector<std::string> spares_;  // files of forgotten records, to be used again
};

struct ProcessLauncher::Unsent {
  std::uint64_t serial = 0;
  std::vector<char> message;
  LaunchDescriptors with;
};

struct ProcessLauncher::Channel {
  Channel(const asio::any_io_executor& executor, Zygote started);

  pid_t zygote_pid;
  Descriptor socket;
  UniqueFd control;
  Descriptor process;           // pidfd of the zygote; closed when that has ended
  std::deque<Unsent> unsent;    // the socket is full
  std::size_t supervisors = 0;  // that live or have been asked for
  std::size_t to_request = 0;   // of these, those that could not be asked for yet
  std::size_t busy = 0;         // launches that need one of them
};

struct ProcessLauncher::Container {
  enum class Phase : std::uint8_t { launching, running };

  ContainerId id;
  std::uint64_t serial = 0;
  Phase phase = Phase::launching;
  std::shared_ptr<Channel> channel;     // null: of an earlier agent
  std::unique_ptr<LaunchPlan> plan;     // while launching, for messages
  std::vector<std::string> candidates;  // the same
  HoldHandler held;
  UniqueFd release;     // the process waits at the other end
  std::string failure;  // why it was not released
  ProcessIdentity supervisor;
  pid_t main_pid = 0;                      // 0: not known
  std::uint64_t supervisor_serial = 0;     // how the supervisor knows the launch
  EarlierUsage earlier;                    // of the supervisor
  std::optional<Duration> kill_requested;  // before it was running
  ContainerId parent;                      // it runs in that one, and ends with it
  std::uint64_t enclosing = 0;             // see enclosing.hpp
  bool killed = false;
  bool orphan = false;                // nobody wants to hear of it
  std::unique_ptr<Descriptor> watch;  // pidfd of the supervisor
};

}  // namespace mesoscore::supervision
