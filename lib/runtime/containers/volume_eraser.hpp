// Deletes the data of persistent volumes that were destroyed.
//
// It goes to the trash at once, so that a volume of the same name is empty if it is used next, and is taken
// apart in slices, as old sandboxes are (garbage.hpp). What cannot go there is tried again when a container
// wants such a volume, and until then none gets it. Everything happens on the executor.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/log.hpp"
#include "mesoscore/resources.hpp"
#include "runtime/containers/persistent_directory.hpp"
#include "runtime/containers/shredder.hpp"
#include "runtime/containers/volume_trash.hpp"

namespace mesoscore::runtime {

class VolumeEraser : public std::enable_shared_from_this<VolumeEraser> {
 public:
  VolumeEraser(const asio::any_io_executor& executor, std::string work_dir, Logger logger);

  // Goes on with what an earlier agent has left, on its disks as well.
  void start(const Resources& agent);
  void erase(const Resources& volumes);
  // Of a container that is to have these. An error says which data of before is still there, and why.
  Status check(const Resources& resources);
  void stop();  // what is being taken apart stays for the next start
  bool busy() const noexcept { return shredding_ != nullptr || !trashes_.empty(); }

 private:
  Status erase(const PersistentDirectory& volume);
  Status check_alone(const std::string& disk) const;
  void shred(Trash trash);
  void wait();
  void slice();
  void begin();
  void finish();
  void log(LogLevel level, const std::string& line) const;

  std::string work_dir_;
  Logger logger_;
  asio::steady_timer timer_;
  std::vector<std::string> roots_;                     // of the agent's disks
  std::map<std::string, PersistentDirectory> failed_;  // by path
  std::deque<Trash> trashes_;                          // still to be emptied
  Trash current_;                                      // of `shredding_`
  std::unique_ptr<Shredder> shredding_;
  bool stopped_ = false;
};

}  // namespace mesoscore::runtime
