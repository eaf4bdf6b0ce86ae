#include "isolators/cgroups/oom_watch.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <vector>

#include "core/text_cat.hpp"

namespace mesoscore::control_groups {

namespace {

constexpr auto kWatchAfter = std::chrono::milliseconds(100);
// Version 1 tells when the limit is reached; the kernel kills some time later.
constexpr auto kLookAgainAfter = std::chrono::milliseconds(20);
constexpr int kLooks = 100;

}  // namespace

OomWatch::OomWatch(asio::any_io_executor executor, const Part& memory, Logger logger, Handler on_notice)
    : executor_(executor),
      memory_(memory),
      logger_(std::move(logger)),
      on_notice_(std::move(on_notice)),
      begin_(executor),
      again_(executor) {}

Status OomWatch::start() {
  if (memory_.version == 1) return {};
  UniqueFd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify) return fail(cannot("watch", memory_.path, errno));
  inotify_ = std::make_unique<Descriptor>(executor_, inotify.release());
  wait_v2();
  return {};
}

void OomWatch::watch(const ContainerId& id) {
  fresh_.push_back(id);
  if (fresh_.size() == 1) begin_later();
}

void OomWatch::begin_later() {
  if (!begin_) return;
  begin_->expires_after(kWatchAfter);
  begin_->async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    for (const ContainerId& id : std::exchange(self->fresh_, {})) self->begin(id);
  });
}

void OomWatch::begin(const ContainerId& id) {
  Watched& watched = watched_[id];
  const Status status = memory_.version == 1 ? watch_v1(id, watched) : watch_v2(id, watched);
  if (!status) logger_(LogLevel::warning, cat("cgroups: ", status.error().message));
  look(id);  // it may have happened already
}

void OomWatch::forget(const ContainerId& id) {
  std::erase(fresh_, id);
  const auto found = watched_.find(id);
  if (found == watched_.end()) return;
  if (found->second.number >= 0) {
    by_number_.erase(found->second.number);
    if (inotify_) ::inotify_rm_watch(inotify_->native_handle(), found->second.number);
  }
  watched_.erase(found);
}

void OomWatch::stop() noexcept {
  watched_.clear();
  by_number_.clear();
  fresh_.clear();
  inotify_.reset();
  begin_.reset();
  again_.reset();
}

// ---- version 1

Status OomWatch::watch_v1(const ContainerId& id, Watched& watched) {
  const std::string control = cat(id.view(), "/memory.oom_control");
  UniqueFd events(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  const UniqueFd oom(::openat(memory_.dir.get(), control.c_str(), O_RDONLY | O_CLOEXEC));
  if (!events || !oom) return fail(cannot("watch", cat(memory_.path, "/", control), errno));
  const std::string line = cat(events.get(), " ", oom.get());
  const int number = write_file(memory_.dir.get(), cat(id.view(), "/cgroup.event_control").c_str(), line);
  if (number != 0) return fail(cannot("watch", cat(memory_.path, "/", control), number));
  watched.events = std::make_unique<Descriptor>(executor_, events.release());
  wait_v1(id, *watched.events);
  return {};
}

void OomWatch::wait_v1(const ContainerId& id, Descriptor& events) {
  events.async_wait(Descriptor::wait_read, [weak = weak_from_this(), id](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    const auto found = self->watched_.find(id);
    if (found == self->watched_.end()) return;
    std::uint64_t count = 0;
    [[maybe_unused]] const auto size = ::read(found->second.events->native_handle(), &count, sizeof count);
    found->second.looks = kLooks;
    self->wait_v1(id, *found->second.events);
    self->look(id);
  });
}

void OomWatch::look(const ContainerId& id) {
  const bool done = on_notice_(id);
  const auto found = watched_.find(id);  // the handler may have forgotten it
  if (found == watched_.end()) return;
  if (done) found->second.looks = 0;
  if (found->second.looks > 0) look_again_later();
}

void OomWatch::look_again_later() {
  if (!again_ || std::exchange(waiting_, true)) return;
  again_->expires_after(kLookAgainAfter);
  again_->async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->waiting_ = false;
    std::vector<ContainerId> due;
    for (auto& [id, watched] : self->watched_) {
      if (watched.looks > 0 && watched.looks-- > 0) due.push_back(id);
    }
    for (const ContainerId& id : due) self->look(id);
  });
}

// ---- version 2

Status OomWatch::watch_v2(const ContainerId& id, Watched& watched) {
  const std::string path = cat(memory_.path, "/", id.view(), "/memory.events");
  const int number = ::inotify_add_watch(inotify_->native_handle(), path.c_str(), IN_MODIFY);
  if (number < 0) return fail(cannot("watch", path, errno));
  watched.number = number;
  by_number_[number] = id;
  return {};
}

void OomWatch::wait_v2() {
  inotify_->async_wait(Descriptor::wait_read, [weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || !self->inotify_) return;
    self->read_v2();
    if (self->inotify_) self->wait_v2();
  });
}

void OomWatch::read_v2() {
  alignas(inotify_event) char buffer[kFileBytes];
  const ssize_t size = ::read(inotify_->native_handle(), buffer, sizeof buffer);
  std::vector<ContainerId> noticed;
  for (ssize_t at = 0; at < size;) {
    const auto& event = *reinterpret_cast<const inotify_event*>(buffer + at);
    const auto found = by_number_.find(event.wd);
    if (found != by_number_.end() && (event.mask & IN_MODIFY) != 0) noticed.push_back(found->second);
    at += static_cast<ssize_t>(sizeof event + event.len);
  }
  for (const ContainerId& id : noticed) look(id);
}

}  // namespace mesoscore::control_groups
