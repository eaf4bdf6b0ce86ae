// Nothing outside of our own groups is touched, whatever happens in ours.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "catch.hpp"
#include "harness.hpp"
#include "isolators/cgroups/files.hpp"
#include "isolators/cgroups/limits.hpp"

using namespace cgroups_test;
using control_groups::Part;

namespace {

// All groups that the machine has, but those of tests that run at the same time.
std::set<std::string> all_groups() {
  std::set<std::string> groups;
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  std::error_code ignored;
  for (std::filesystem::recursive_directory_iterator at("/sys/fs/cgroup", options, ignored), end; at != end;
       at.increment(ignored)) {
    const std::string name = at->path().filename().string();
    const bool of_a_test = name.starts_with("mesoscore") || name.starts_with("bench_");
    if (at->is_directory(ignored) && !of_a_test) groups.insert(at->path().string());
    if (of_a_test) at.disable_recursion_pending();
  }
  return groups;
}

using Contents = std::map<std::string, std::string>;

// What can be written to, and read, in a group. Averages of pressure change by themselves.
void add_contents(const std::string& group, Contents& contents) {
  for (const auto& entry : std::filesystem::directory_iterator(group)) {
    struct stat about {};
    const std::string file = entry.path().string();
    if (::stat(file.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) continue;
    if ((about.st_mode & 0222) == 0 || (about.st_mode & 0444) == 0) continue;
    std::string text = control_groups::read_all(AT_FDCWD, file.c_str());
    if (text.find("avg10=") == std::string::npos) contents[file] = std::move(text);
  }
}

// "file: before -> after"
std::vector<std::string> differences(Contents before, const Contents& after) {
  std::vector<std::string> found;
  for (const auto& [file, text] : after) before.try_emplace(file, "(none)");
  for (const auto& [file, text] : before) {
    const auto now = after.find(file);
    const std::string then = now == after.end() ? "(none)" : now->second;
    if (then != text) found.push_back(file + ": " + text + " -> " + then);
  }
  return found;
}

// Groups of somebody else beside ours, in the same hierarchies, with limits and a process.
class Foreign {
 public:
  explicit Foreign(const control_groups::Subtree& ours) {
    CgroupsOptions options;
    options.pids_max = 33;
    options.memory_high = 0.5;
    options.cpu_hard_limit = true;
    const auto limits = control_groups::limits_of(*Resources::parse("cpus:0.7;mem:96"), nullptr, options);
    REQUIRE(limits);
    for (const Part& part : ours.parts()) {
      groups_.push_back(part.path + "-foreign");
      REQUIRE(std::filesystem::create_directory(groups_.back()));
      for (const control_groups::Controller one : control_groups::kControllers) {
        if (!part.controllers.has(one)) continue;
        for (const auto& setting : settings_of(*limits, one, part.version, true)) {
          const std::string file = groups_.back() + "/" + setting.file;
          CHECK((control_groups::write_file(AT_FDCWD, file.c_str(), setting.text) == 0 || setting.optional));
        }
      }
    }
    pid_ = stranger(groups_);
  }
  Foreign(const Foreign&) = delete;
  Foreign& operator=(const Foreign&) = delete;
  ~Foreign() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    for (const std::string& group : groups_) ::rmdir(group.c_str());
  }

  Contents contents() const {
    Contents all;
    for (const std::string& group : groups_) add_contents(group, all);
    return all;
  }
  // Its process is where it will stay, and does nothing any more.
  bool is_settled() const {
    const auto is_in = [&](const std::string& group) {
      const auto pids = control_groups::processes_in(AT_FDCWD, (group + "/cgroup.procs").c_str());
      return pids == std::vector<pid_t>{pid_};
    };
    return std::all_of(groups_.begin(), groups_.end(), is_in) && state() == 'S';
  }
  char state() const {
    const std::string stat =
        control_groups::read_all(AT_FDCWD, ("/proc/" + std::to_string(pid_) + "/stat").c_str());
    const std::size_t at = stat.rfind(") ");
    return at == std::string::npos ? '?' : stat[at + 2];
  }
  bool is_alive() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }
  std::string some_file() const { return groups_.back() + "/cgroup.procs"; }

 private:
  std::vector<std::string> groups_;
  pid_t pid_ = -1;
};

// Launches, an end by memory, one by a kill, containers that go on under the next agent, orphans, a stop.
void live_busily(const CgroupsOptions& options, Machine machine) {
  std::shared_ptr<test::Folder> folder;
  {
    Host first(options, nullptr, machine);
    for (int i = 0; i < 3; ++i) first.launch("c" + std::to_string(i), "sleep 1000 & sleep 1000");
    first.launch("hog", "sleep 1000 & exec dd if=/dev/zero of=/dev/null bs=90M count=1", "cpus:1;mem:48");
    for (int i = 0; i < 3; ++i) first.wait_for("c" + std::to_string(i), Kind::started);
    CHECK(first.wait_for("hog", Kind::exited).reason == TaskReason::container_limitation_memory);
    first.update("c0", "cpus:2;mem:128");
    first.hide_kill_file("c1");
    first.kill("c1");
    first.wait_for("c1", Kind::exited);
    folder = first.leave();
  }
  Host second(options, folder, machine);
  second.recover({"c0"});
  CHECK(second.run_until([&] { return second.groups_left().size() == second.subtree().parts().size(); }));
  second.launch("late", "exit 3");
  second.wait_for("late", Kind::exited);
  second.close();
}

}  // namespace

TEST_CASE("groups of others are as they were", "[cgroups][foreign]") {
  if (cannot_run()) return;
  const Machine machine = GENERATE(from_range(by_kill()));
  const CgroupsOptions options = own_root();
  const std::set<std::string> before = all_groups();
  Host once(options, nullptr, machine);  // the group above ours hands on its controllers from now on
  const Foreign foreign(once.subtree());
  REQUIRE(once.run_until([&] { return foreign.is_settled(); }));
  once.close();
  const Contents contents = foreign.contents();
  REQUIRE(contents.contains(foreign.some_file()));
  REQUIRE(contents.size() > 10);
  live_busily(options, machine);
  CHECK(differences(contents, foreign.contents()) == std::vector<std::string>());
  CHECK(foreign.is_alive());
  CHECK(foreign.state() == 'S');
  CHECK(all_groups() == before);
}
