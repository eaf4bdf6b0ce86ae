// The part of an agent that isolators see: its containers, with isolators chosen by the test.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/isolator.hpp"
#include "runtime/containers/containers.hpp"

namespace isolator_test {

using namespace mesoscore;
using namespace std::chrono_literals;
using Kind = ContainerEvent::Kind;

// Passes all calls on, and writes them down as "name.call container" in a log that several can share.
class Spy : public Isolator {
 public:
  using Log = std::vector<std::string>;
  Spy(std::shared_ptr<Isolator> inner, std::shared_ptr<Log> log, std::string name)
      : inner_(std::move(inner)), log_(std::move(log)), name_(std::move(name)) {}

  std::string_view name() const noexcept override { return inner_->name(); }
  Status recover(std::span<const LiveContainer> live) override {
    for (const LiveContainer& container : live) note("recover", container.id);
    return inner_->recover(live);
  }
  bool handles(ContainerInfo::Type type) const noexcept override { return inner_->handles(type); }
  Status start(const IsolatorContext& context) override { return inner_->start(context); }
  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override {
    note("prepare", spec.call.container_id);
    return inner_->prepare(spec, plan);
  }
  Status isolate(const ContainerId& id, pid_t pid) override {
    note("isolate", id);
    return inner_->isolate(id, pid);
  }
  void watch(const ContainerId& id, LimitationHandler on_limitation) override {
    note("watch", id);
    inner_->watch(id, std::move(on_limitation));
  }
  Status update(const ContainerId& id, const Resources& resources) override {
    note("update", id);
    return inner_->update(id, resources);
  }
  void usage(const ContainerId& id, ContainerUsage& add_to) override { inner_->usage(id, add_to); }
  Status cleanup(const ContainerId& id) override {
    note("cleanup", id);
    return inner_->cleanup(id);
  }
  std::optional<Limitation> verdict(const ContainerId& id, int wait_status) override {
    return inner_->verdict(id, wait_status);
  }
  ContainerFeatures provides() const noexcept override { return inner_->provides(); }
  void stop() noexcept override { inner_->stop(); }
  std::shared_ptr<Launcher> launcher() override { return inner_->launcher(); }

 private:
  void note(const char* call, const ContainerId& id) { log_->push_back(name_ + "." + call + " " + id.str()); }

  std::shared_ptr<Isolator> inner_;
  std::shared_ptr<Log> log_;
  std::string name_;
};

// What a user might write: every step can be told to fail, and limitations are raised by hand.
class Obedient : public Isolator {
 public:
  std::string_view name() const noexcept override { return "obedient"; }
  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override;
  Status isolate(const ContainerId&, pid_t pid) override;
  void watch(const ContainerId& id, LimitationHandler on_limitation) override;
  Status update(const ContainerId& id, const Resources& resources) override;
  Status cleanup(const ContainerId& id) override;

  std::string fail_in;  // "prepare", "isolate", "update", "cleanup"
  std::string throw_in;
  std::vector<std::pair<ContainerId, LimitationHandler>> watched;
  std::vector<std::pair<std::string, pid_t>> isolated;  // the state of the process when it was shown to us

 private:
  Status step(const std::string& name);
};

class Agent {
 public:
  // `directory` is what leave() of another one has returned.
  explicit Agent(IsolatorSet isolators, FunctionSet functions = {}, std::string directory = {});
  ~Agent();

  runtime::Containers& containers() { return *containers_; }
  asio::io_context& context() { return context_; }
  const std::string& directory() const { return directory_; }
  std::string work_directory() const { return directory_ + "/work"; }
  void launch(const std::string& id, const std::string& script);
  void kill(const std::string& id, Duration grace);
  // Asks for these commands and waits for the end of the recovery.
  void recover(const std::vector<std::string>& ids);
  // Ends as an agent that is killed does: containers live on, and the directory stays.
  std::string leave();
  bool run_until(const std::function<bool()>& condition);
  const ContainerEvent* event(const std::string& id, Kind kind) const;
  ContainerEvent wait_for(const std::string& id, Kind kind);
  std::size_t count(const std::string& id, Kind kind) const;
  std::string sandbox(const std::string& id) const;

  bool durable = false;  // of the next launches

 private:
  std::string directory_;
  asio::io_context context_;
  std::vector<ContainerEvent> events_;
  std::unique_ptr<runtime::Containers> containers_;
};

}  // namespace isolator_test
