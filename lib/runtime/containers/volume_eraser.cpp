#include "runtime/containers/volume_eraser.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/text_cat.hpp"

namespace mesoscore::runtime {

namespace {

constexpr auto kSlice = std::chrono::milliseconds(1);
constexpr auto kPause = std::chrono::milliseconds(4);

std::string path_of(const PersistentDirectory& volume) {
  return volume.below.empty() ? volume.top : cat(volume.top, "/", volume.below);
}

// Or the same. True if that is not to be found out.
bool is_below(const std::string& directory, const std::string& top) {
  std::error_code code;
  const auto inner = std::filesystem::weakly_canonical(directory, code);
  if (code) return true;
  const auto outer = std::filesystem::weakly_canonical(top, code);
  const auto differ = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return code || differ.first == outer.end();
}

bool is_volume(const Resource& resource) {
  const auto& disk = resource.traits().disk;
  return disk && disk->persistent();
}

}  // namespace

VolumeEraser::VolumeEraser(const asio::any_io_executor& executor, std::string work_dir, Logger logger)
    : work_dir_(std::move(work_dir)), logger_(std::move(logger)), timer_(executor) {}

void VolumeEraser::start(const Resources& agent) {
  shred({work_dir_, false});
  for (const Resource& resource : agent) {
    const auto& disk = resource.traits().disk;
    if (!disk || disk->source_root.empty()) continue;
    roots_.push_back(disk->source_root);
    if (disk->source == DiskInfo::SourceType::path) shred({disk->source_root, false});
    if (disk->source == DiskInfo::SourceType::mount) shred({disk->source_root, true});
  }
}

void VolumeEraser::erase(const Resources& volumes) {
  for (const Resource& volume : volumes) {
    if (!is_volume(volume)) continue;
    auto directory = persistent_directory(volume, work_dir_);
    Status erased = directory ? erase(*directory) : Status(fail(directory.error()));
    if (erased) continue;
    log(LogLevel::error, erased.error().message);
    if (directory) failed_.insert_or_assign(path_of(*directory), *directory);
  }
}

Status VolumeEraser::check(const Resources& resources) {
  if (failed_.empty()) return {};
  for (const Resource& resource : resources) {
    if (!is_volume(resource)) continue;
    const auto directory = persistent_directory(resource, work_dir_);
    const auto found = directory ? failed_.find(path_of(*directory)) : failed_.end();
    if (found == failed_.end()) continue;
    if (Status erased = erase(found->second); !erased) {
      return fail(Errc::launch_failed, cat("the volume ", resource.traits().disk->persistence_id,
                                           " has data of one of before: ", erased.error().message));
    }
    failed_.erase(found);
  }
  return {};
}

Status VolumeEraser::erase(const PersistentDirectory& volume) {
  const bool whole_disk = volume.below.empty();
  if (whole_disk) MESOSCORE_TRY(check_alone(volume.top));
  const auto moved = move_to_trash(volume);
  shred({volume.top, whole_disk});
  if (!moved) return fail(moved.error());
  if (*moved) log(LogLevel::info, cat("erased ", path_of(volume)));
  return {};
}

Status VolumeEraser::check_alone(const std::string& disk) const {
  const auto refuse = [&](std::string_view what) {
    return fail(Errc::invalid_argument, cat("did not erase the disk ", disk, ": ", what, " is on it"));
  };
  if (is_below(work_dir_, disk)) return refuse("the work directory of the agent");
  for (const std::string& other : roots_) {
    if (other != disk && is_below(other, disk)) return refuse(cat("the disk ", other));
  }
  return {};
}

// ---- taking apart
// ---------------------------------------------------------------------------------------------------------

void VolumeEraser::shred(Trash trash) {
  if (stopped_) return;
  const bool was_busy = busy();
  trashes_.push_back(std::move(trash));
  if (!was_busy) wait();
}

void VolumeEraser::wait() {
  timer_.expires_after(kPause);
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (!error && self && !self->stopped_) self->slice();
  });
}

void VolumeEraser::slice() {
  const auto until = std::chrono::steady_clock::now() + kSlice;
  while (busy() && std::chrono::steady_clock::now() < until) {
    if (!shredding_) {
      begin();
    } else if (!shredding_->step()) {
      finish();
    }
  }
  if (busy()) wait();
}

void VolumeEraser::begin() {
  current_ = std::move(trashes_.front());
  trashes_.pop_front();
  auto trash = open_trash(current_);
  if (!trash) return log(LogLevel::warning, trash.error().message);
  if (*trash) shredding_ = std::make_unique<Shredder>(std::move(*trash), current_.path());
}

void VolumeEraser::finish() {
  for (const std::string& problem : shredding_->problems()) log(LogLevel::warning, problem);
  shredding_.reset();
  remove_trash(current_);
}

void VolumeEraser::stop() {
  stopped_ = true;
  timer_.cancel();
  trashes_.clear();
  shredding_.reset();
}

void VolumeEraser::log(LogLevel level, const std::string& line) const {
  if (logger_.enabled(level)) logger_(level, "volumes: " + line);
}

}  // namespace mesoscore::runtime
