// What a machine may lack or refuse: the agent does not start, says why, and leaves nothing behind.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>

#include "catch.hpp"
#include "harness.hpp"
#include "isolators/cgroups/group.hpp"
#include "support/skip.hpp"

using namespace cgroups_test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// The message of start(), or "" if it started.
std::string start(const CgroupsOptions& options, const test::Folder& folder, asio::io_context& context) {
  auto cgroups = std::make_shared<CgroupsIsolator>(options);
  const Status started =
      cgroups->start({.executor = context.get_executor(), .state_directory = folder.path().string()});
  cgroups->stop();
  return started ? "" : started.error().message;
}

std::string start(const CgroupsOptions& options) {
  const test::Folder folder;
  asio::io_context context;
  return start(options, folder, context);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Removes a group, as soon as the last process has left it: the child's runtime ends with the child, its
// zygote a moment after.
bool removes(const std::string& group) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (::rmdir(group.c_str()) != 0) {
    if (errno != EBUSY || std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

// Runs it in a process of its own and gives what it has written.
std::string in_child(const std::function<std::string()>& what) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::string text;
    try {
      text = what();
    } catch (const std::exception& thrown) {
      text = thrown.what();
    } catch (...) {  // a check that has failed; it has said so
      text = "failed";
    }
    [[maybe_unused]] const auto size = ::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t size; (size = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

// Directories of our name in all hierarchies.
std::vector<std::string> made_for(const std::string& root) {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator("/sys/fs/cgroup", ignored)) {
    if (entry.path().filename() == root) found.push_back(entry.path().string());
  }
  return found;
}

std::string read_only_start(const CgroupsOptions& options) {
  return in_child([&]() -> std::string {
    if (::unshare(CLONE_NEWNS) != 0) return "cannot unshare";
    ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    std::vector<std::string> points;
    for (const auto& one : control_groups::find_hierarchies(control_groups::proc_texts(), "/sys/fs/cgroup")) {
      points.push_back(one.mount_point);
    }
    for (const std::string& point : points) {
      ::mount(point.c_str(), point.c_str(), nullptr, MS_BIND, nullptr);
      if (::mount(nullptr, point.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0)
        return "no mount";
    }
    return start(options);
  });
}

constexpr uid_t kNobody = 65534;

// Gives groups to a user, as an operator does: the directory and what is in it.
void give_away(const std::string& path) {
  REQUIRE(::chown(path.c_str(), kNobody, kNobody) == 0);
  for (const auto& entry : fs::directory_iterator(path)) {
    REQUIRE(::chown(entry.path().c_str(), kNobody, kNobody) == 0);
  }
}

}  // namespace

TEST_CASE("a controller that is not there is named, and where it was looked for", "[cgroups][start]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.mount_point = "/sys/fs/cgroup/unified";  // on a machine with version 1: without memory
  if (!fs::exists(options.mount_point)) return test::skip("this machine has all controllers in version 2");
  const std::string message = start(options);
  INFO(message);
  CHECK(contains(message, "'cpu' is missing"));
  CHECK(contains(message, "/sys/fs/cgroup/unified/cgroup.controllers says"));
  CHECK(contains(message, "CgroupsOptions::require"));
  CHECK(made_for(options.root) == std::vector<std::string>());
}

TEST_CASE("control groups that are mounted read-only are told at the start", "[cgroups][start]") {
  if (cannot_run()) return;
  const CgroupsOptions options = own_root();
  const std::string message = read_only_start(options);
  INFO(message);
  CHECK(contains(message, "Read-only file system; control groups must be mounted read-write"));
  CHECK(contains(message, options.root));
  CHECK(made_for(options.root) == std::vector<std::string>());
}

TEST_CASE("a user without rights is told what to ask for", "[cgroups][start]") {
  if (cannot_run()) return;
  const CgroupsOptions options = own_root();
  const std::string message = in_child([&]() -> std::string {
    if (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) return "cannot become nobody";
    return start(options);
  });
  INFO(message);
  CHECK(contains(message, "Permission denied"));
  CHECK(contains(message, "Delegate=yes"));
  CHECK(made_for(options.root) == std::vector<std::string>());
}

TEST_CASE("groups of others are not taken over", "[cgroups][start]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  std::string theirs;
  {
    Host host(options);
    theirs = host.subtree().parts().back().path + "/theirs";
    host.close();
  }
  REQUIRE(fs::create_directories(theirs));
  const std::string message = start(options);
  INFO(message);
  CHECK(contains(message, "is in use by others (it has the group 'theirs')"));
  CHECK(fs::exists(theirs));
  CHECK(::rmdir(theirs.c_str()) == 0);
  CHECK(::rmdir(fs::path(theirs).parent_path().c_str()) == 0);
  CHECK(made_for(options.root) == std::vector<std::string>());
}

TEST_CASE("two agents cannot have the same groups", "[cgroups][start]") {
  if (cannot_run()) return;
  Host host;
  host.launch("a", "sleep 1000");
  host.wait_for("a", Kind::started);
  std::string message = start(host.options());
  INFO(message);
  CHECK((contains(message, "another agent has its control groups below") ||
         contains(message, "in use by others")));
  CHECK_FALSE(host.groups_left().empty());
  CHECK_FALSE(host.event("a", Kind::exited));
  host.close();
}

TEST_CASE("a group above ours that is missing is not made", "[cgroups][start]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.root = "/" + options.root + "/below";
  const std::string message = start(options);
  INFO(message);
  CHECK(contains(message, "must be there"));
  CHECK(made_for(options.root.substr(1, options.root.find("/below") - 1)) == std::vector<std::string>());
}

// Version 1 needs nothing but a group that belongs to the user; version 2 also that the agent itself is in
// one.
TEST_CASE("a user to whom groups were given works in them", "[cgroups][start]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  const std::string top = options.root;
  std::vector<std::string> tops;
  const bool v2_only =
      control_groups::find_hierarchies(control_groups::proc_texts(), "/sys/fs/cgroup").size() == 1;
  for (const auto& one : control_groups::find_hierarchies(control_groups::proc_texts(), "/sys/fs/cgroup")) {
    const std::string path = one.mount_point + "/" + top;
    tops.push_back(path);
    REQUIRE(fs::create_directory(path));
    if (v2_only) {
      REQUIRE(control_groups::write_file(AT_FDCWD, (one.mount_point + "/cgroup.subtree_control").c_str(),
                                         "+cpu +memory +pids") == 0);
      REQUIRE(control_groups::write_file(AT_FDCWD, (path + "/cgroup.subtree_control").c_str(),
                                         "+cpu +memory +pids") == 0);
      REQUIRE(fs::create_directory(path + "/agent"));
      give_away(path + "/agent");
    }
    give_away(path);
  }
  options.root = "/" + top + "/groups";
  const std::string message = in_child([&]() -> std::string {
    if (v2_only &&
        control_groups::write_file(AT_FDCWD, (tops[0] + "/agent/cgroup.procs").c_str(), "0") != 0) {
      return "cannot enter";
    }
    if (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) return "cannot become nobody";
    Host host(options);
    host.launch("a", "cat /proc/self/cgroup; id -u", "cpus:1;mem:64");
    host.launch("b", "exec dd if=/dev/zero of=/dev/null bs=100M count=1", "cpus:1;mem:48");
    host.wait_for("a", Kind::exited);
    const ContainerEvent hog = host.wait_for("b", Kind::exited);
    const std::string text = host.output("a") + hog.message;
    host.close();
    return text;
  });
  INFO(message);
  CHECK(contains(message, top + "/groups/a\n"));
  CHECK(contains(message, "\n65534\n"));
  CHECK(contains(message, "used 48 MiB of memory, the limit is 48 MiB"));
  for (const std::string& path : tops) {
    if (v2_only) CHECK(removes(path + "/agent"));
    CHECK(removes(path));
  }
}
