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

class Host {
 public:
  // `folder`: of an agent that has left.
  explicit Host(CgroupsOptions options = own_root(), std::shared_ptr<test::Folder> folder = nullptr);
  ~Host();

  CgroupsIsolator& cgroups() { return *cgroups_; }
  const control_groups::Subtree& subtree() const { return *cgroups_->subtree(); }
  const CgroupsOptions& options() const { return options_; }
  runtime::Containers& containers() { return *containers_; }
  asio::io_context& context() { return context_; }
  const std::vector<std::string>& log() const { return log_; }

  void launch(const std::string& id, const std::string& script,
              const std::string& resources = "cpus:1;mem:64",
              std::optional<TaskLimits> limits = std::nullopt);
  void update(const std::string& id, const std::string& resources);
  void kill(const std::string& id);
  void kill_all();
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
  // Ends all; afterwards no group of ours may be left.
  void close();

 private:
  CgroupsOptions options_;
  std::shared_ptr<test::Folder> folder_;
  asio::io_context context_;
  std::vector<std::string> known_;  // containers
  std::vector<ContainerEvent> events_;
  std::vector<std::string> log_;
  std::shared_ptr<CgroupsIsolator> cgroups_;
  std::unique_ptr<runtime::Containers> containers_;
};

}  // namespace cgroups_test
