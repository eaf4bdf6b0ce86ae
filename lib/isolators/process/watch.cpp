// Supervisors without a zygote: it has died, or they were started by an earlier agent.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <limits>
#include <vector>

#include <asio/post.hpp>

#include "isolators/process/launcher.hpp"
#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

constexpr auto kDoubtAfter = std::chrono::seconds(10);
constexpr auto kLookEvery = std::chrono::seconds(1);

// Others in this program need descriptors, too. Processes are watched without one then.
bool are_scarce(int descriptor) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  return static_cast<rlim_t>(descriptor) > limit.rlim_cur / 2;
}

}  // namespace

// Whoever creates the record of a container first decides whether it will ever run: a supervisor that finds
// it there does not start it. True: that is us.
bool ProcessLauncher::give_up(const ContainerId& id) {
  const RecordPaths paths = record_paths(state_directory_, id.view());
  const UniqueFd ours(::open(paths.run.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!ours && errno == EEXIST) return false;
  given_up_.insert(id);
  return true;
}

// Nobody will tell us of the death of its supervisor, if it has one at all.
void ProcessLauncher::adopt_orphan(Container& container) {
  if (container.supervisor.pid != 0) return watch(container);
  if (give_up(container.id)) return on_lost(container, "killed");
  const auto record = read_record(record_paths(state_directory_, container.id.view()).run);
  if (!record) return;  // a launch that was given up before
  container.supervisor = record->supervisor;
  watch(container);
}

// A supervisor was killed, and perhaps it had just taken one of the launches that nothing has been heard of.
void ProcessLauncher::doubt_launches() {
  doubt_ = std::make_unique<asio::steady_timer>(executor_, kDoubtAfter);
  doubt_->async_wait([weak = weak_from_this(), last = last_serial_](const std::error_code& error) {
    auto self = weak.lock();
    if (!self || error) return;
    std::vector<std::uint64_t> doubtful;
    for (const auto& [serial, container] : self->containers_) {
      if (serial <= last && container->supervisor.pid == 0) doubtful.push_back(serial);
    }
    for (std::uint64_t serial : doubtful) {
      if (Container* container = self->find(serial)) self->adopt_orphan(*container);
    }
  });
}

void ProcessLauncher::watch(Container& container) {
  bool unsure = false;
  UniqueFd process = open_process(container.supervisor, &unsure);
  watch(container, std::move(process), unsure);
}

// `unsure`: there is no descriptor of the process, and that is not because it is gone.
void ProcessLauncher::watch(Container& container, UniqueFd process, bool unsure) {
  const std::uint64_t serial = container.serial;
  if (unsure || (process && are_scarce(process.get()))) {
    unwatched_.push_back(serial);
    if (!look_timer_) look_again_later();
    return;
  }
  if (!process) {
    // Not from here: the caller may be in the middle of something.
    asio::post(executor_, [weak = weak_from_this(), serial] {
      if (auto self = weak.lock()) self->on_supervisor_end(serial);
    });
    return;
  }
  container.watch = std::make_unique<Descriptor>(executor_, process.release());
  wait_for_supervisor_end(container);
}

void ProcessLauncher::look_again_later() {
  look_timer_ = std::make_unique<asio::steady_timer>(executor_, kLookEvery);
  look_timer_->async_wait([weak = weak_from_this()](const std::error_code& error) {
    auto self = weak.lock();
    if (!self || error) return;
    self->look_timer_.reset();
    for (const std::uint64_t serial : std::exchange(self->unwatched_, {})) {
      if (Container* container = self->find(serial)) self->watch(*container);
    }
  });
}

void ProcessLauncher::wait_for_supervisor_end(Container& container) {
  const std::uint64_t serial = container.serial;
  container.watch->async_wait(Descriptor::wait_read,
                              [weak = weak_from_this(), serial](const std::error_code& error) {
                                auto self = weak.lock();
                                Container* found = self && !error ? self->find(serial) : nullptr;
                                if (!found) return;
                                if (!has_ended(found->watch->native_handle()))
                                  return self->wait_for_supervisor_end(*found);
                                self->on_supervisor_end(serial);
                              });
}

// Its last report, if it made one, is in the socket; if nobody was there to hear it, it is in the record.
void ProcessLauncher::on_supervisor_end(std::uint64_t serial) {
  Container* container = find(serial);
  if (!container) return;
  if (const std::shared_ptr<Channel> channel = container->channel) {
    read_reports(channel, std::numeric_limits<int>::max());
    if ((container = find(serial)) == nullptr) return;
  }
  const RecordPaths paths = record_paths(state_directory_, container->id.view());
  const auto record = read_record(paths.exit);
  if (record && record->exit) return on_exited(*container, record->exit->wait_status);
  if (!container->channel && ::access(paths.run.c_str(), F_OK) != 0) return on_dropped(*container);
  on_lost(*container, "killed, or the machine was restarted");
}

}  // namespace mesoscore::supervision
