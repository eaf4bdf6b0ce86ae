#include "runtime/containers/garbage.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "core/text_cat.hpp"

namespace mesoscore::runtime {

namespace {

constexpr auto kSliceOfGarbage = std::chrono::milliseconds(1);
constexpr auto kPauseOfGarbage = std::chrono::milliseconds(4);
// In the same file system as what is renamed into it. No agent has an id like that.
constexpr const char* kTrash = "/.garbage";

double used_part_of(const std::string& path) {
  struct statvfs disk {};
  if (::statvfs(path.c_str(), &disk) != 0 || disk.f_blocks == 0) return 0;
  return static_cast<double>(disk.f_blocks - disk.f_bfree) / static_cast<double>(disk.f_blocks);
}

}  // namespace

void mark_ended(const std::string& sandbox) {
  ::utimensat(AT_FDCWD, sandbox.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

Garbage::Garbage(const asio::any_io_executor& executor, GarbageConfig config)
    : config_(std::move(config)), timer_(executor) {
  if (!config_.used) config_.used = [path = config_.sandboxes] { return used_part_of(path); };
}

void Garbage::start() { wait(config_.options.gc_interval); }

void Garbage::stop() {
  stopped_ = true;
  timer_.cancel();
  phase_ = Phase::waiting;
  looking_.reset();
  shredding_.reset();
}

void Garbage::wait(Duration delay) {
  timer_.expires_after(delay);
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->stopped_) return;
    self->busy() ? self->slice() : self->collect();
  });
}

Duration Garbage::oldest_kept() const {
  const double part = std::max(0.0, 1 - config_.options.disk_headroom - config_.used());
  return from_seconds(to_seconds(config_.options.gc_after) * part);
}

void Garbage::collect() {
  if (stopped_ || busy()) return;
  const std::string trash = config_.sandboxes + kTrash;
  if (::mkdir(trash.c_str(), 0700) != 0 && errno != EEXIST) {
    log(LogLevel::warning, cat("cannot create ", trash, ": ", std::generic_category().message(errno)));
    return wait(config_.options.gc_interval);
  }
  phase_ = Phase::looking;
  looking_ = std::make_unique<OldSandboxes>(config_.sandboxes, trash, oldest_kept(), config_.is_needed);
  shredding_ = std::make_unique<Shredder>(trash);
  slice();
}

void Garbage::slice() {
  const auto until = std::chrono::steady_clock::now() + kSliceOfGarbage;
  while (busy() && std::chrono::steady_clock::now() < until) {
    if (step()) continue;
    phase_ = phase_ == Phase::looking ? Phase::shredding : Phase::waiting;
  }
  if (busy()) return wait(kPauseOfGarbage);
  if (looking_->moved() > 0) log(LogLevel::info, cat("removed ", looking_->moved(), " old sandboxes"));
  for (const std::string& problem : looking_->problems()) log(LogLevel::warning, problem);
  for (const std::string& problem : shredding_->problems()) log(LogLevel::warning, problem);
  looking_.reset();
  shredding_.reset();
  wait(config_.options.gc_interval);
}

// One entry of a directory.
bool Garbage::step() { return phase_ == Phase::looking ? looking_->step() : shredding_->step(); }

void Garbage::log(LogLevel level, const std::string& line) const {
  if (config_.logger.enabled(level)) config_.logger(level, "garbage: " + line);
}

}  // namespace mesoscore::runtime
