// Finds the sandboxes of containers that ended long ago, entry by entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mesoscore/ids.hpp"
#include "mesoscore/time.hpp"
#include "runtime/containers/directory.hpp"
#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::runtime {

// Of these many complaints about files are kept of one pass.
inline constexpr std::size_t kMostProblems = 10;

class OldSandboxes {
 public:
  using IsNeeded = std::function<bool(const ContainerId&)>;

  // What is at least so old is moved to the directory `trash`, under another name.
  OldSandboxes(const std::string& sandboxes, const std::string& trash, Duration age, IsNeeded is_needed);

  bool step();  // looks at one entry; false: there are no more
  std::size_t moved() const noexcept { return moved_; }
  const std::vector<std::string>& problems() const noexcept { return problems_; }  // the first few

 private:
  struct Level {
    DirectoryStream stream;
    std::string path;
    std::string name;  // in the level above
    int fd() const noexcept { return ::dirfd(stream.get()); }
  };

  void enter(const char* name);
  void leave();
  void consider(const char* name);
  bool is_old(const char* name) const;

  UniqueFd trash_;
  Duration age_;
  Duration now_;
  IsNeeded is_needed_;
  std::vector<Level> levels_;  // sandboxes, agent, framework, task or executor
  std::size_t moved_ = 0;
  std::uint64_t next_name_;
  std::vector<std::string> problems_;
};

}  // namespace mesoscore::runtime
