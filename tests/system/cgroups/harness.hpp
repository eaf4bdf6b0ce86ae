// The containers of an agent, with the isolators process and cgroups, in groups of the test's own. The same
// tests run on whatever the machine has: version 1, version 2 or both.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "isolators/cgroups/cgroups_isolator.hpp"
#include "mesoscore/isolator.hpp"
#include "runtime/containers/containers.hpp"
#include "support/folder.hpp"

namespace cgroups_test {

using namespace mesoscore;
using namespace std::chrono_literals;
using control_groups::CgroupsIsolator;
using isolators::CgroupsOptions;
using Kind = ContainerEvent::Kind;

inline constexpr auto kPatience = 60s;

// A root that nobody else has.
CgroupsOptions own_root();
// Why the tests cannot run here, if they cannot; said aloud.
bool cannot_run();
bool is_root();

// What the isolator finds of this machine: all; only its version 1; all, but no cgroup.kill that could be
// written to (older kernels have none).
enum class Machine { whole, version_1, no_kill_file };
std::string missing_for(Machine machine);  // why this machine cannot be tried as that one; "": it can
std::vector<Machine> by_version();         // those of whole and version_1 that can be tried
std::vector<Machine> by_kill();            // of all

// Something on a disk of at least 64 MiB to read and write: a file in the folder, or a whole disk that was
// named by $MESOSCORE_TEST_DISK. "": the folder is in memory, and there is no such disk.
std::string place_on_disk(const test::Folder& folder);

// A process of the test in groups that nobody else has put it into, for ever; it ignores SIGTERM.
pid_t stranger(const std::vector<std::string>& groups);

class Host {
 public:
  // `folder`: of an agent that has left. `block`: where the disks are found.
  explicit Host(CgroupsOptions options = own_root(), std::shared_ptr<test::Folder> folder = nullptr,
                Machine machine = Machine::whole, std::string block = "/sys/block");
  explicit Host(Machine machine) : Host(own_root(), nullptr, machine) {}
  ~Host();

  CgroupsIsolator& cgroups() { return *cgroups_; }
  const control_groups::Subtree& subtree() const { return *cgroups_->subtree(); }
  const CgroupsOptions& options() const { return options_; }
  runtime::Containers& containers() { return *containers_; }
  asio::io_context& context() { return context_; }
  const std::vector<std::string>& log() const { return log_; }
  const test::Folder& folder() const { return *folder_; }

  void launch(const std::string& id, const std::string& script,
              const std::string& resources = "cpus:1;mem:64",
              std::optional<TaskLimits> limits = std::nullopt);
  void prepare(const std::string& id, const std::string& resources = "cpus:1;mem:64");  // its groups alone
  void update(const std::string& id, const std::string& resources);
  void kill(const std::string& id);
  void hide_kill_file(const std::string& id);  // on a machine without it, before the container is to end
  ContainerUsage usage(const std::string& id) { return containers_->usage(ContainerId(id)); }
  double cpu_seconds(const std::string& id);

  bool run_until(const std::function<bool()>& condition);
  void run_for(std::chrono::milliseconds time);
  const ContainerEvent* event(const std::string& id, Kind kind) const;
  ContainerEvent wait_for(const std::string& id, Kind kind);  // fails the test if it does not come
  std::string output(const std::string& id) const;
  bool wait_for_output(const std::string& id, const std::string& text);

  // Of the container's group, as the kernel tells it; `v1` in version 1.
  std::string read(control_groups::Controller controller, const std::string& id, const std::string& v2,
                   const std::string& v1) const;
  std::vector<std::string> groups_left() const;  // below our roots
  // As an agent ends that is killed: containers live on.
  std::shared_ptr<test::Folder> leave();
  void recover(const std::vector<std::string>& ids, const std::string& resources = "cpus:1;mem:64");
  // Ends all, also what was only prepared; afterwards no group of ours may be left.
  void close();

 private:
  void end_all();

  CgroupsOptions options_;
  std::shared_ptr<test::Folder> folder_;
  Machine machine_;
  bool powerless_ = false;  // the test has given up what lets root write to every file
  asio::io_context context_;
  std::vector<std::string> known_;     // containers
  std::vector<std::string> prepared_;  // groups without one
  std::vector<ContainerEvent> events_;
  std::vector<std::string> log_;
  std::shared_ptr<CgroupsIsolator> cgroups_;
  std::unique_ptr<runtime::Containers> containers_;
};

}  // namespace cgroups_test
