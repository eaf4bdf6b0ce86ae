// The directory of one container.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>

#include "mesoscore/container.hpp"
#include "mesoscore/result.hpp"
#include "runtime/containers/unique_fd.hpp"
#include "runtime/containers/user.hpp"

namespace mesoscore::runtime {

// The id that the container's directory is named after: of the executor or of the task.
std::string_view directory_id(const LaunchContainer& call);

// <sandboxes>/<agent id>/<framework id>/<task or executor id>/<container id>. Refuses ids that are not fit
// for a path.
Result<std::string> sandbox_path(std::string_view sandboxes, const LaunchContainer& call);
// The same of a container of before.
Result<std::string> sandbox_path(std::string_view sandboxes, const AgentId& agent,
                                 const RecoverContainers::Known& known);

// Makes it, for the given user if there is one; it must not exist yet.
Status make_sandbox(const std::string& path, const std::optional<UserIds>& user);

// A directory in one that belongs to a stranger, made as his. What is there already is taken if it is a
// directory; a link is never followed. Empty after an error, which is in errno.
UniqueFd make_directory_as(const struct stat& owner, int parent, const std::string& name);

// mkdir -p
Status make_directories(const std::string& path);

// Asks the file system to put each directory that is made in this one, with all below it, where there is
// room, and not beside its parent ("chattr +T"; ext4 has it). Without a journal, ext4 looks at every inode
// that was freed in the last minutes before it gives out a new one: beside the temporary files of others a
// sandbox can take a millisecond instead of a tenth. A hint: file systems that do not know it are left as
// they are.
void spread_directories_of(const std::string& path);

}  // namespace mesoscore::runtime
