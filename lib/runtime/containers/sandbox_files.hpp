// Files of sandboxes, as ListFiles and ReadFile of agent_query.hpp see them. Not thread-safe; each call
// blocks for as long as the file system takes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mesoscore/agent_query.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/result.hpp"
#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::runtime {

class SandboxFiles {
 public:
  // The container of this task or executor that runs; empty: none.
  using Running = std::function<ContainerId(std::string_view framework, std::string_view task)>;

  // `directory`: <work_dir>/sandboxes/<agent id>. It need not exist yet; empty: there are no files.
  SandboxFiles(std::string directory, Running running);

  Result<AgentReport> list(const ListFiles& query) const;
  Result<AgentReport> read(const ReadFile& query) const;

 private:
  struct Place;
  Result<Place> locate(const std::string& path) const;
  std::string latest_of(int task_directory, const std::string& framework, const std::string& task) const;

  std::string directory_;
  Running running_;
};

}  // namespace mesoscore::runtime
