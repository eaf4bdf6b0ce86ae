// The isolator of control groups: see include/mesoscore/isolators/cgroups.hpp and docs/isolators/cgroups.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "isolators/cgroups/oom_watch.hpp"
#include "isolators/cgroups/remover.hpp"
#include "isolators/cgroups/sampler.hpp"
#include "isolators/cgroups/spares.hpp"
#include "isolators/cgroups/subtree.hpp"
#include "mesoscore/isolator.hpp"

namespace mesoscore::control_groups {

class CgroupsIsolator final : public Isolator, public std::enable_shared_from_this<CgroupsIsolator> {
 public:
  // `texts` and `block` (/sys/block) can be those of a test.
  explicit CgroupsIsolator(CgroupsOptions options, std::function<ProcTexts()> texts = proc_texts,
                           std::string block = "/sys/block");

  std::string_view name() const noexcept override { return "cgroups"; }
  ContainerFeatures provides() const noexcept override {
    return static_cast<ContainerFeatures>(ContainerFeature::limits);
  }
  Status start(const IsolatorContext& context) override;
  Status recover(std::span<const LiveContainer> live) override;
  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override;
  Status isolate(const ContainerId& id, pid_t pid) override;
  void watch(const ContainerId& id, LimitationHandler on_limitation) override;
  Status update(const ContainerId& id, const Resources& resources) override;
  void usage(const ContainerId& id, ContainerUsage& usage) override;
  std::optional<Limitation> verdict(const ContainerId& id, int wait_status) override;
  Status cleanup(const ContainerId& id) override;
  void stop() noexcept override;

  const Subtree* subtree() const noexcept { return subtree_ ? &*subtree_ : nullptr; }
  // That are being removed, or are spare.
  std::size_t groups_left() const noexcept { return remover_ ? remover_->left() + spares_->size() : 0; }

 private:
  struct Container {
    Limits limits{};
    std::optional<TaskLimits> task{};
    std::optional<std::uint64_t> memory_max{};  // as the kernel has it
    LimitationHandler on_limitation{};
    bool limited = false;  // and said so
    Sampler sampler{};
  };

  Status watch_memory();
  Status adopt(const LiveContainer& live);
  Status remove_orphans();
  bool on_memory_notice(const ContainerId& id);
  std::optional<Limitation> memory_verdict(const ContainerId& id) const;

  CgroupsOptions options_;
  std::function<ProcTexts()> texts_;
  std::string block_;
  IsolatorContext context_{};
  std::optional<Subtree> subtree_;
  std::vector<std::string> disks_;
  std::unordered_map<ContainerId, Container> containers_;
  std::shared_ptr<OomWatch> oom_watch_;  // none without the controller
  std::shared_ptr<Remover> remover_;
  std::shared_ptr<Spares> spares_;  // there is one when there is a remover
  bool recovered_ = false;
};

}  // namespace mesoscore::control_groups
