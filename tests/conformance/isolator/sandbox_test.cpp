// The directories in which containers run: how they are made, and where.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agent.hpp"
#include "catch.hpp"
#include "mesoscore/isolators/process.hpp"
#include "runtime/containers/sandbox.hpp"

using namespace isolator_test;

namespace {

IsolatorSet process_only() {
  IsolatorSet set;
  set.add(isolators::process());
  return set;
}

int flags_of(int directory) {
  int flags = 0;
  return ::ioctl(directory, FS_IOC_GETFLAGS, &flags) == 0 ? flags : 0;
}

bool is_spread(const std::string& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(directory >= 0);
  const bool spread = (flags_of(directory) & FS_TOPDIR_FL) != 0;
  ::close(directory);
  return spread;
}

// Whether the file system of the directory takes the hint at all.
bool can_be_spread(const std::string& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(directory >= 0);
  int flags = flags_of(directory) | FS_TOPDIR_FL;
  const bool taken = ::ioctl(directory, FS_IOC_SETFLAGS, &flags) == 0;
  ::close(directory);
  return taken && is_spread(path);
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("sandboxes are put where the disk has room, if the file system can", "[isolator]") {
  Agent agent(process_only());
  const std::string sandboxes = agent.work_directory() + "/sandboxes";
  std::filesystem::create_directories(agent.directory() + "/other");
  CHECK(is_spread(sandboxes) == can_be_spread(agent.directory() + "/other"));
  CHECK_FALSE(is_spread(agent.work_directory() + "/containers"));
  agent.launch("a", "true");
  agent.wait_for("a", Kind::exited);
  CHECK_FALSE(is_spread(agent.sandbox("a")));
}

TEST_CASE("a sandbox is made with the directories above it, and only once", "[isolator]") {
  Agent agent(process_only());
  const std::string task = agent.directory() + "/agent/framework/task";
  for (const char* name : {"/first", "/second"}) {
    REQUIRE(runtime::make_sandbox(task + name, std::nullopt));
    CHECK(mode_of(task + name) == 0750);
  }
  const Status again = runtime::make_sandbox(task + "/first", std::nullopt);
  REQUIRE_FALSE(again);
  CHECK(again.error().message == "cannot create the sandbox \"" + task + "/first\": File exists");
}

TEST_CASE("a sandbox that cannot be made is named", "[isolator]") {
  Agent agent(process_only());
  const std::string file = agent.directory() + "/file";
  std::ofstream(file) << "no directory";
  for (const std::string& path : {file + "/container", file + "/task/container"}) {
    const Status made = runtime::make_sandbox(path, std::nullopt);
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find(file) != std::string::npos);
    CHECK(made.error().message.find("Not a directory") != std::string::npos);
  }
}
