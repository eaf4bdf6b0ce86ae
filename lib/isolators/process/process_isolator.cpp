#include "isolators/process/launcher.hpp"
#include "mesoscore/isolators/process.hpp"

namespace mesoscore::isolators {

namespace {

class ProcessIsolator final : public Isolator {
 public:
  explicit ProcessIsolator(ProcessOptions options)
      : no_new_privileges_(options.no_new_privileges),
        launcher_(std::make_shared<supervision::ProcessLauncher>(supervision::LauncherOptions{
            {std::move(options.supervisor_path), true}, std::move(options.logger)})) {}

  std::string_view name() const noexcept override { return "process"; }
  Status prepare(const ContainerSpec& /*spec*/, LaunchPlan& plan) override {
    if (no_new_privileges_) plan.no_new_privileges = true;
    return {};
  }
  void usage(const ContainerId& id, ContainerUsage& usage) override { launcher_->usage(id, usage); }
  std::shared_ptr<Launcher> launcher() override { return launcher_; }

 private:
  bool no_new_privileges_;
  std::shared_ptr<supervision::ProcessLauncher> launcher_;
};

}  // namespace

std::shared_ptr<Isolator> process(ProcessOptions options) {
  return std::make_shared<ProcessIsolator>(std::move(options));
}

}  // namespace mesoscore::isolators
