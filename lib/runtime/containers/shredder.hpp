// Deletes everything in a directory, however deep, entry by entry.
//
// It never goes down: a directory inside a directory is moved up into the trash and has its turn there. So
// two open directories are enough for trees of any depth.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/containers/old_sandboxes.hpp"
#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::runtime {

class Shredder {
 public:
  explicit Shredder(std::string trash);
  Shredder(UniqueFd trash, std::string path);  // `path`: for people

  bool step();  // deletes or moves one entry; false: there is nothing left that could be deleted
  const std::vector<std::string>& problems() const noexcept { return problems_; }  // the first few

 private:
  void open(const char* name);
  void remove_entry(const char* name);
  bool unlink(const char* name);
  bool lift(const char* name);
  void finish_directory();
  void complain(const std::string& name, int error);

  std::string path_;
  DirectoryStream trash_;
  DirectoryStream current_{nullptr, ::closedir};  // a directory of the trash
  std::string current_name_;
  std::uint64_t next_name_;
  bool progress_ = false;  // in this pass over the trash
  std::vector<std::string> problems_;
};

}  // namespace mesoscore::runtime
