#include "isolators/process/launcher.hpp"
#include "mesoscore/isolators/process.hpp"

namespace mesoscore::isolators {

namespace {

class ProcessIsolator final : public Isolator {
 public:
  explicit ProcessIsolator(ProcessOptions options)
      : launcher_(std::make_shared<supervision::ProcessLauncher>(supervision::LauncherOptions{
            {std::move(options.supervisor_path), true}, std::move(options.logger)})) {}

  std::string_view name() const noexcept override { return "process"; }
  void usage(const ContainerId& id, ContainerUsage& add_to) override { launcher_->usage(id, add_to); }
  std::shared_ptr<Launcher> launcher() override { return launcher_; }

 private:
  std::shared_ptr<supervision::ProcessLauncher> launcher_;
};

}  // namespace

std::shared_ptr<Isolator> process(ProcessOptions options) {
  return std::make_shared<ProcessIsolator>(std::move(options));
}

}  // namespace mesoscore::isolators
