#include "isolators/process/launcher.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include <asio/post.hpp>

#include "isolators/process/failure_text.hpp"
#include "isolators/process/launch_message.hpp"
#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

constexpr std::size_t kMaxSpares = 64;

}  // namespace

ProcessLauncher::ProcessLauncher(LauncherOptions options) : options_(std::move(options)) {}

ProcessLauncher::~ProcessLauncher() { stop(); }

Status ProcessLauncher::start(asio::any_io_executor executor, std::string state_directory,
                              EventHandler on_event) {
  if (executor_)
    return fail(Errc::already_exists, "the process launcher was started before: one isolator per agent");
  executor_ = std::move(executor);
  state_directory_ = std::move(state_directory);
  boot_id_ = boot_id();
  enclosing_.emplace(state_directory_);
  on_event_ = std::move(on_event);
  remove_spare_records(state_directory_);
  // Not even a late supervisor of an earlier agent may have the same file in mind.
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  spare_prefix_ = state_directory_ + "/spare." + std::to_string(::getpid()) + "-" + std::to_string(now) + "-";
  return open_channel();
}

void ProcessLauncher::launch(const ContainerId& id, LaunchPlan plan, HoldHandler held) {
  if (stopped_) return;
  if (id.view().empty() || id.view().find('/') != std::string_view::npos) {
    return fail_launch(id,
                       cannot_run(plan, "the container id \"" + id.str() + "\" is not the name of a file"));
  }
  auto container = std::make_unique<Container>();
  container->id = id;
  container->serial = container->supervisor_serial = ++last_serial_;
  container->held = std::move(held);
  container->candidates = candidates(plan);
  container->parent = plan.parent;
  Result<UniqueFd> parent = enter(plan);
  if (!parent) return fail_launch(id, cannot_run(plan, parent.error().message));
  Result<UniqueFd> release = send(*container, plan, std::move(*parent));
  if (!release) return fail_launch(id, cannot_run(plan, release.error().message));
  container->release = std::move(*release);
  container->plan = std::make_unique<LaunchPlan>(std::move(plan));
  container->channel = channel_;
  serials_[id] = container->serial;
  if (!container->parent.empty()) nested_.emplace(container->parent, id);
  containers_[container->serial] = std::move(container);
}

// The end of the socket that releases the process, if it is to be held.
Result<UniqueFd> ProcessLauncher::send(Container& container, const LaunchPlan& plan, UniqueFd parent) {
  const bool held = static_cast<bool>(container.held);
  if (plan.program.empty()) return fail(Errc::launch_failed, "the command is empty");
  Result<std::optional<runtime::UserIds>> user = runtime::find_user(plan.user);
  if (!user) return fail(user.error());
  const Result<std::uint64_t> enclosing = enclosing_->keep(plan);
  if (!enclosing) return fail(enclosing.error());
  LaunchMessage message;
  message.serial = container.serial;
  message.enclosing = container.enclosing = *enclosing;
  message.held = held;
  message.spare_record = spare_record();
  message.records = record_paths(state_directory_, container.id.view());
  message.user = std::move(*user);
  Result<std::vector<char>> bytes = encode(message, plan, container.candidates);
  if (!bytes) return fail(bytes.error());
  if (!channel_) {
    if (Status opened = open_channel(); !opened) return fail(opened.error());
  }
  int ends[2] = {-1, -1};  // no pipe: to write to one whose reader was killed is a SIGPIPE for this program
  if (held && ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail(Errc::launch_failed, "socketpair: " + error_text(errno));
  }
  UniqueFd theirs(ends[0]), ours(ends[1]);
  if (Status sent = transmit({container.serial, std::move(*bytes), {std::move(theirs), std::move(parent)}});
      !sent) {
    return fail(sent.error());
  }
  return ours;
}

void ProcessLauncher::kill(const ContainerId& id, Duration grace) {
  const auto found = serials_.find(id);
  Container* container = found == serials_.end() ? nullptr : find(found->second);
  if (!container) return;
  container->killed = true;
  if (container->phase == Container::Phase::running) return signal(*container, grace);
  container->kill_requested = std::min(grace, container->kill_requested.value_or(grace));
}

// If it is gone its end is on its way to us.
void ProcessLauncher::signal(const Container& container, Duration grace) {
  signal_supervisor(container.supervisor, container.supervisor_serial, grace);
}

// A file for the next record. Files are not deleted and created for each container but renamed: on most file
// systems that is cheaper, and on some (ext4 without a journal) it is a hundred times cheaper.
std::string ProcessLauncher::spare_record() {
  if (spares_.empty()) return spare_prefix_ + std::to_string(++last_spare_);
  std::string spare = std::move(spares_.back());
  spares_.pop_back();
  return spare;
}

void ProcessLauncher::forget(const ContainerId& id) {
  if (given_up_.contains(id)) return;
  const RecordPaths paths = record_paths(state_directory_, id.view());
  if (spares_.size() < kMaxSpares) {
    std::string spare = spare_prefix_ + std::to_string(++last_spare_);
    if (::rename(paths.exit.c_str(), spare.c_str()) == 0) return spares_.push_back(std::move(spare));
  }
  if (::unlink(paths.exit.c_str()) != 0) ::unlink(paths.run.c_str());
}

void ProcessLauncher::stop() {
  stopped_ = true;
  doubt_.reset();
  look_timer_.reset();
  serials_.clear();
  containers_.clear();
  nested_.clear();
  if (channel_) {
    channel_->control.reset();  // the zygote ends
    reap_zygote(channel_->zygote_pid, channel_->process.native_handle());
    close_channel(*channel_);
  }
  for (const auto& channel : old_channels_) close_channel(*channel);
  channel_.reset();
  old_channels_.clear();
}

// A walk through /proc is not worth its cost where control groups have told already.
void ProcessLauncher::usage(const ContainerId& id, ContainerUsage& usage) const {
  if (usage.cpus_user_time_secs && usage.mem_rss_bytes && usage.processes) return;
  const auto found = serials_.find(id);
  if (found == serials_.end()) return;
  const Container& container = *containers_.at(found->second);
  if (container.phase == Container::Phase::running)
    measure_usage(container.supervisor.pid, container.earlier, usage);
}

pid_t ProcessLauncher::pid_of(const ContainerId& id) const {
  const auto found = serials_.find(id);
  if (found == serials_.end()) return 0;
  const Container& container = *containers_.at(found->second);
  // Of an earlier agent: it is the oldest child of its supervisor, as long as there is one.
  if (container.main_pid == 0 && !container.channel) return oldest_child_of(container.supervisor);
  return container.main_pid;
}

pid_t ProcessLauncher::zygote_pid() const noexcept { return channel_ ? channel_->zygote_pid : 0; }

ProcessIdentity ProcessLauncher::supervisor_of(const ContainerId& id) const {
  const auto found = serials_.find(id);
  return found == serials_.end() ? ProcessIdentity{} : containers_.at(found->second)->supervisor;
}

ProcessLauncher::Container* ProcessLauncher::find(std::uint64_t serial) {
  const auto found = containers_.find(serial);
  return found == containers_.end() ? nullptr : found->second.get();
}

void ProcessLauncher::erase(Container& container) {
  const std::uint64_t serial = container.serial;
  const std::shared_ptr<Channel> channel = std::move(container.channel);
  const ContainerId id = container.id;
  if (!container.parent.empty()) forget_nested(container);
  serials_.erase(id);
  containers_.erase(serial);
  end_nested(id);
  if (!channel) return;
  --channel->busy;
  balance(*channel);
}

void ProcessLauncher::emit(ContainerEvent event) {
  if (!stopped_ && on_event_) on_event_(std::move(event));
}

// Never from within launch(): the caller may not be ready for it.
void ProcessLauncher::fail_launch(const ContainerId& id, std::string message) {
  ContainerEvent event;
  event.container_id = id;
  event.kind = ContainerEvent::Kind::launch_failed;
  event.message = std::move(message);
  asio::post(executor_, [self = weak_from_this(), event = std::move(event)]() mutable {
    if (auto launcher = self.lock()) launcher->emit(std::move(event));
  });
}

}  // namespace mesoscore::supervision
