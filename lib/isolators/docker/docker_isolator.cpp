#include <memory>
#include <unordered_map>
#include <utility>

#include "core/text_cat.hpp"
#include "isolators/docker/launcher.hpp"
#include "isolators/docker/parameters.hpp"
#include "mesoscore/isolators/docker.hpp"

namespace mesoscore::docker {

namespace {

class DockerIsolator final : public Isolator {
 public:
  explicit DockerIsolator(DockerOptions options)
      : options_(options), launcher_(std::make_shared<DockerLauncher>(std::move(options))) {}

  std::string_view name() const noexcept override { return "docker"; }
  ContainerFeatures provides() const noexcept override {
    using Feature = ContainerFeature;
    return Feature::volumes | Feature::hostname | Feature::rlimits | Feature::capabilities |
           Feature::namespaces | Feature::limits;
  }
  bool handles(ContainerInfo::Type type) const noexcept override {
    return type == ContainerInfo::Type::docker;
  }
  std::shared_ptr<Launcher> launcher() override { return launcher_; }

  Status start(const IsolatorContext& context) override {
    if (options_.socket.empty())
      return fail(Errc::invalid_argument, "docker: the path of the engine's socket is empty");
    if (Status valid = check_owner(); !valid) return valid;
    for (const std::string& key : options_.allowed_parameters) {
      if (is_known_parameter(key)) continue;
      return fail(Errc::invalid_argument,
                  cat("docker: allowed_parameters has \"", key, "\", which is none of ", known_parameters()));
    }
    launcher_->set_context(context);
    return {};
  }
  Status recover(std::span<const LiveContainer> live) override {
    launcher_->set_sandboxes(live);
    return {};
  }
  Status prepare(const ContainerSpec& spec, LaunchPlan&) override {
    launcher_->expect(spec);
    return {};
  }
  void watch(const ContainerId& id, LimitationHandler on_limitation) override {
    watched_[id] = std::move(on_limitation);
  }
  Status update(const ContainerId& id, const Resources& resources) override {
    launcher_->update(id, resources, [this](const ContainerId& which, const Error& error) {
      const auto found = watched_.find(which);
      if (found == watched_.end()) return;
      const LimitationHandler handler = found->second;
      handler(which, {TaskReason::container_update_failed, error.message, {}});
    });
    return {};
  }
  void usage(const ContainerId& id, ContainerUsage& usage) override { launcher_->usage(id, usage); }
  std::optional<Limitation> verdict(const ContainerId& id, int wait_status) override {
    return launcher_->verdict(id, wait_status);
  }
  Status cleanup(const ContainerId& id) override {
    launcher_->unexpect(id);
    watched_.erase(id);
    return {};
  }
  void stop() noexcept override { watched_.clear(); }

 private:
  // It becomes a part of names and filters of the engine.
  Status check_owner() const {
    constexpr std::string_view kFit = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    const std::string& owner = options_.owner;
    const bool fit = !owner.empty() && owner.find_first_not_of(kFit) == std::string::npos &&
                     std::string_view("_.-").find(owner.front()) == std::string_view::npos;
    if (fit) return {};
    return fail(Errc::invalid_argument,
                cat("docker: the owner \"", owner,
                    "\" should be letters, digits, '_', '.' and '-', and begin with one of the "
                    "first two"));
  }

  DockerOptions options_;
  std::shared_ptr<DockerLauncher> launcher_;
  std::unordered_map<ContainerId, LimitationHandler> watched_;
};

}  // namespace

}  // namespace mesoscore::docker

namespace mesoscore::isolators {

std::shared_ptr<Isolator> docker(DockerOptions options) {
  return std::make_shared<mesoscore::docker::DockerIsolator>(std::move(options));
}

}  // namespace mesoscore::isolators
