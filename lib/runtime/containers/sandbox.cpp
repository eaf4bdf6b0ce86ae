#include "runtime/containers/sandbox.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace mesoscore::runtime {

namespace {

constexpr mode_t kSandboxMode = 0750;

Status failed(const std::string& what, const std::string& path, std::error_code code) {
  return fail(Error(code, what + " \"" + path + "\": " + code.message()));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

}  // namespace

std::string_view directory_id(const LaunchContainer& call) {
  if (call.kind == ContainerKind::executor && call.task.executor)
    return call.task.executor->executor_id.view();
  return call.task.task_id.view();
}

namespace {

using Part = std::pair<std::string_view, std::string_view>;  // an id, and what it is

Result<std::string> path_of(std::string_view sandboxes, std::initializer_list<Part> parts) {
  std::string path(sandboxes);
  for (const auto& [id, what] : parts) {
    if (Status valid = validate_id(id, what); !valid) return fail(valid.error());
    path.append("/").append(id);
  }
  return path;
}

std::string_view name_of(ContainerKind kind) {
  return kind == ContainerKind::executor ? "executor id" : "task id";
}

}  // namespace

Result<std::string> sandbox_path(std::string_view sandboxes, const LaunchContainer& call) {
  const std::string_view framework = call.framework ? call.framework->id.view() : std::string_view();
  return path_of(sandboxes, {{call.agent_id.view(), "agent id"},
                             {framework, "framework id"},
                             {directory_id(call), name_of(call.kind)},
                             {call.container_id.view(), "container id"}});
}

Result<std::string> sandbox_path(std::string_view sandboxes, const AgentId& agent,
                                 const RecoverContainers::Known& known) {
  return path_of(sandboxes, {{agent.view(), "agent id"},
                             {known.framework_id.view(), "framework id"},
                             {known.directory, name_of(known.kind)},
                             {known.container_id.view(), "container id"}});
}

Status make_directories(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  return code ? failed("cannot create the directory", path, code) : Status{};
}

void spread_directories_of(const std::string& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  int flags = 0;
  if (::ioctl(directory, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_TOPDIR_FL) == 0) {
    flags |= FS_TOPDIR_FL;
    ::ioctl(directory, FS_IOC_SETFLAGS, &flags);
  }
  ::close(directory);
}

UniqueFd make_directory_as(const struct stat& owner, int parent, const std::string& name) {
  constexpr mode_t kMode = 0755;
  const bool made = ::mkdirat(parent, name.c_str(), kMode) == 0;
  if (!made && errno != EEXIST) return {};
  UniqueFd fd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const bool ours = owner.st_uid == ::geteuid() && owner.st_gid == ::getegid();
  if (fd && made && !ours && ::fchown(fd.get(), owner.st_uid, owner.st_gid) != 0) return {};
  return fd;
}

Status make_sandbox(const std::string& path, const std::optional<UserIds>& user) {
  // The usual case is a new task in a framework that is known: one level up is enough, and it is missing.
  const std::string parent = path.substr(0, path.rfind('/'));
  if (::mkdir(parent.c_str(), 0755) != 0 && errno != EEXIST) {
    if (Status parents = make_directories(parent); !parents) return parents;
  }
  const int made = ::mkdir(path.c_str(), kSandboxMode);
  if (made != 0) return failed("cannot create the sandbox", path, last_error());
  if (user && ::chown(path.c_str(), user->uid, user->gid) != 0) {
    return failed("cannot hand over the sandbox", path, last_error());
  }
  return {};
}

}  // namespace mesoscore::runtime
