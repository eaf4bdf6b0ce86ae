// Deletes the data of persistent volumes that were destroyed.
//
// It is renamed at once, so that a volume of the same name is empty if it is used next, and then taken apart
// in slices, as old sandboxes are (garbage.hpp). No symbolic link is followed and no mount point crossed,
// also if tasks can write to the directories above a volume. Everything happens on the executor.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/log.hpp"
#include "mesoscore/resources.hpp"
#include "runtime/containers/persistent_directory.hpp"
#include "runtime/containers/shredder.hpp"
#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::runtime {

class VolumeEraser : public std::enable_shared_from_this<VolumeEraser> {
 public:
  VolumeEraser(const asio::any_io_executor& executor, std::string work_dir, Logger logger);

  // Goes on with what an earlier agent has left, on its disks as well.
  void start(const Resources& agent);
  void erase(const Resources& volumes);
  void stop();  // what is being taken apart stays for the next start
  bool busy() const noexcept { return shredding_ != nullptr || !trashes_.empty(); }

 private:
  Status erase(const PersistentDirectory& volume);
  Status erase_directory(const UniqueFd& top, const PersistentDirectory& volume);
  Status erase_contents(const UniqueFd& disk, const PersistentDirectory& volume);
  std::string fresh_name();
  void shred(const std::string& top, bool whole_disk);
  void wait();
  void slice();
  void begin();
  void finish();
  void log(LogLevel level, const std::string& line) const;

  struct Trash {
    std::string top{};
    bool whole_disk = false;
  };

  std::string work_dir_;
  Logger logger_;
  asio::steady_timer timer_;
  std::deque<Trash> trashes_;  // still to be emptied
  Trash current_;              // of `shredding_`
  std::unique_ptr<Shredder> shredding_;
  std::uint64_t next_name_;
  bool stopped_ = false;
};

}  // namespace mesoscore::runtime
