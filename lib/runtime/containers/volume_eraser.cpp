#include "runtime/containers/volume_eraser.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "runtime/containers/beneath.hpp"
#include "runtime/containers/directory.hpp"

namespace mesoscore::runtime {

namespace {

constexpr auto kSlice = std::chrono::milliseconds(1);
constexpr auto kPause = std::chrono::milliseconds(4);
constexpr const char* kVolumes = "volumes";
// In the same file system as what is renamed into it.
constexpr const char* kTrash = "volumes/.erased";
constexpr const char* kTrashOfDisk = ".mesoscore-erased";  // where the whole disk is the volume
constexpr const char* kLostAndFound = "lost+found";        // of the file system, not of the volume

constexpr int kDirectory = O_RDONLY | O_DIRECTORY;
constexpr std::uint64_t kInside = kBeneath | kNoSymlinks;

UniqueFd open_top(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

const char* trash_of(bool whole_disk) { return whole_disk ? kTrashOfDisk : kTrash; }

// Whatever a task has put there instead is data, too, and goes.
UniqueFd make_trash(int top, bool whole_disk) {
  const char* const name = trash_of(whole_disk);
  if (!whole_disk && !open_beneath(top, kVolumes, kDirectory, kInside)) return {};
  if (::mkdirat(top, name, 0700) != 0 && errno != EEXIST) return {};
  UniqueFd trash = open_beneath(top, name, kDirectory, kInside);
  if (trash || ::unlinkat(top, name, 0) != 0 || ::mkdirat(top, name, 0700) != 0) return trash;
  return open_beneath(top, name, kDirectory, kInside);
}

std::vector<std::string> names_in(const UniqueFd& directory) {
  std::vector<std::string> names;
  const DirectoryStream stream = read_directory(reopen(directory.get(), kDirectory | O_CLOEXEC));
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (!is_dots(name) && name != kTrashOfDisk && name != kLostAndFound) names.emplace_back(name);
  }
  return names;
}

bool is_below(const std::string& directory, const std::string& top) {
  std::error_code code;
  const auto inner = std::filesystem::weakly_canonical(directory, code);
  if (code) return true;
  const auto outer = std::filesystem::weakly_canonical(top, code);
  const auto differ = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return code || differ.first == outer.end();
}

tl::unexpected<Error> failed(std::string_view what, const std::string& path) {
  const std::error_code code(errno, std::generic_category());
  return fail(Error(code, cat("cannot ", what, " ", path, ": ", code.message())));
}

}  // namespace

VolumeEraser::VolumeEraser(const asio::any_io_executor& executor, std::string work_dir, Logger logger)
    : work_dir_(std::move(work_dir)),
      logger_(std::move(logger)),
      timer_(executor),
      next_name_(static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())) {}

void VolumeEraser::start(const Resources& agent) {
  shred(work_dir_, false);
  for (const Resource& resource : agent) {
    const auto& disk = resource.traits().disk;
    if (!disk || disk->source_root.empty()) continue;
    if (disk->source == DiskInfo::SourceType::path) shred(disk->source_root, false);
    if (disk->source == DiskInfo::SourceType::mount) shred(disk->source_root, true);
  }
}

void VolumeEraser::erase(const Resources& volumes) {
  for (const Resource& volume : volumes) {
    if (!volume.traits().disk || !volume.traits().disk->persistent()) continue;
    auto directory = persistent_directory(volume, work_dir_);
    Status erased = directory ? erase(*directory) : Status(fail(directory.error()));
    if (!erased) log(LogLevel::error, erased.error().message);
  }
}

Status VolumeEraser::erase(const PersistentDirectory& volume) {
  const UniqueFd top = open_top(volume.top);
  if (!top) return errno == ENOENT ? Status() : Status(failed("open", volume.top));
  const bool whole_disk = volume.below.empty();
  if (whole_disk && is_below(work_dir_, volume.top)) {
    return fail(Errc::invalid_argument,
                cat("did not erase the disk ", volume.top, ": the work directory of ", "the agent is on it"));
  }
  Status erased = whole_disk ? erase_contents(top, volume) : erase_directory(top, volume);
  if (erased) log(LogLevel::info, cat("erased ", volume.top, whole_disk ? "" : "/", volume.below));
  shred(volume.top, whole_disk);
  return erased;
}

Status VolumeEraser::erase_directory(const UniqueFd& top, const PersistentDirectory& volume) {
  const std::string path = cat(volume.top, "/", volume.below);
  const std::size_t name = volume.below.rfind('/') + 1;
  const UniqueFd above = open_beneath(top.get(), volume.below.substr(0, name), kDirectory, kInside);
  if (!above) return errno == ENOENT ? Status() : Status(failed("erase the volume", path));
  const UniqueFd trash = make_trash(top.get(), false);
  if (!trash) return failed("make", cat(volume.top, "/", kTrash));
  const bool moved =
      ::renameat(above.get(), volume.below.c_str() + name, trash.get(), fresh_name().c_str()) == 0;
  return moved || errno == ENOENT ? Status() : Status(failed("erase the volume", path));
}

Status VolumeEraser::erase_contents(const UniqueFd& disk, const PersistentDirectory& volume) {
  const UniqueFd trash = make_trash(disk.get(), true);
  if (!trash) return failed("make", cat(volume.top, "/", kTrashOfDisk));
  Status all;
  for (const std::string& name : names_in(disk)) {
    const bool moved = ::renameat(disk.get(), name.c_str(), trash.get(), fresh_name().c_str()) == 0;
    if (!moved && errno != ENOENT) all = failed("erase", cat(volume.top, "/", name));
  }
  return all;
}

std::string VolumeEraser::fresh_name() { return std::to_string(next_name_++); }

// ---- taking apart
// ---------------------------------------------------------------------------------------------------------

void VolumeEraser::shred(const std::string& top, bool whole_disk) {
  if (stopped_) return;
  const bool was_busy = busy();
  trashes_.push_back({top, whole_disk});
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
  const UniqueFd top = open_top(current_.top);
  const char* const name = trash_of(current_.whole_disk);
  UniqueFd trash = top ? open_beneath(top.get(), name, kDirectory, kInside) : UniqueFd();
  if (trash) shredding_ = std::make_unique<Shredder>(std::move(trash), cat(current_.top, "/", name));
}

void VolumeEraser::finish() {
  for (const std::string& problem : shredding_->problems()) log(LogLevel::warning, problem);
  shredding_.reset();
  if (const UniqueFd top = open_top(current_.top))  // if it is empty
    ::unlinkat(top.get(), trash_of(current_.whole_disk), AT_REMOVEDIR);
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
