// Containers that an earlier agent has started, as the agent after it sees them.
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "agent.hpp"
#include "catch.hpp"
#include "mesoscore/isolators/process.hpp"

using namespace isolator_test;

namespace {

IsolatorSet set_of(std::shared_ptr<Isolator> isolator) {
  IsolatorSet set;
  set.add(std::move(isolator));
  return set;
}

// A launcher whose recovery the test plays; it has nothing else to do.
class Forgetful : public Launcher {
 public:
  Status start(asio::any_io_executor, std::string, EventHandler) override { return {}; }
  Result<std::vector<RecoveredContainer>> recover(std::span<const ContainerId> known) override {
    ++asked;
    if (broken) return fail(Errc::io_error, "too many open files");
    return Launcher::recover(known);
  }
  void launch(const ContainerId& id, LaunchPlan, HoldHandler) override {
    calls.push_back("launch " + id.str());
  }
  void kill(const ContainerId& id, Duration) override { calls.push_back("kill " + id.str()); }
  void forget(const ContainerId& id) override { calls.push_back("forget " + id.str()); }
  void stop() override {}

  bool broken = false;
  int asked = 0;
  std::vector<std::string> calls;
};

class BringsLauncher : public Isolator {
 public:
  explicit BringsLauncher(std::shared_ptr<Launcher> launcher) : launcher_(std::move(launcher)) {}
  std::string_view name() const noexcept override { return "brings a launcher"; }
  Status recover(std::span<const LiveContainer>) override { throw std::runtime_error("cannot recover"); }
  std::shared_ptr<Launcher> launcher() override { return launcher_; }

 private:
  std::shared_ptr<Launcher> launcher_;
};

RecoverContainers::Known known(const std::string& id, ContainerKind kind = ContainerKind::command) {
  return {.container_id = ContainerId(id), .kind = kind};
}

bool has_record(const Agent& agent, const std::string& id) {
  return std::filesystem::exists(agent.work_directory() + "/containers/" + id + ".exit");
}

}  // namespace

TEST_CASE("the end of a durable container is kept until it is forgotten", "[isolator]") {
  Agent agent(set_of(isolators::process()));
  agent.launch("plain", "exit 1");
  agent.durable = true;
  agent.launch("durable", "exit 1");
  agent.wait_for("plain", Kind::exited);
  agent.wait_for("durable", Kind::exited);
  CHECK_FALSE(has_record(agent, "plain"));
  CHECK(has_record(agent, "durable"));
  agent.containers().apply(ForgetContainer{ContainerId("durable")});
  CHECK_FALSE(has_record(agent, "durable"));
}

TEST_CASE("functions have ended with their agent", "[isolator]") {
  Agent agent(IsolatorSet{});
  agent.containers().apply(RecoverContainers{{}, {known("f", ContainerKind::function), known("p")}});
  REQUIRE(agent.run_until([&] { return agent.event("", Kind::recovered); }));
  const ContainerEvent function = agent.wait_for("f", Kind::exited);
  CHECK(function.state == TaskState::failed);
  CHECK(function.message == "the process of the agent that ran it has ended");
  const ContainerEvent process = agent.wait_for("p", Kind::exited);
  CHECK(process.state == TaskState::failed);
  CHECK(process.message == "this agent has no launcher any more that could know of it");
}

TEST_CASE("what a launcher or an isolator cannot recover is said", "[isolator]") {
  Agent agent(set_of(std::make_shared<BringsLauncher>(std::make_shared<Forgetful>())));
  agent.recover({"a"});
  const ContainerEvent lost = agent.wait_for("a", Kind::exited);
  CHECK(lost.state == TaskState::failed);
  CHECK(lost.wait_status == 9);
  CHECK(lost.message == "its launcher does not recover containers");
}

TEST_CASE("calls wait for a recovery that cannot be made at once", "[isolator]") {
  const auto launcher = std::make_shared<Forgetful>();
  launcher->broken = true;
  Agent agent(set_of(std::make_shared<BringsLauncher>(launcher)));
  std::vector<ContainerCall> calls;
  calls.emplace_back(RecoverContainers{{}, {known("a")}});
  calls.emplace_back(ForgetContainer{ContainerId("a")});
  agent.containers().apply(calls);
  agent.launch("b", "true");
  REQUIRE(agent.run_until([&] { return launcher->asked == 2; }));
  CHECK_FALSE(agent.event("a", Kind::exited));
  CHECK(launcher->calls.empty());
  launcher->broken = false;
  agent.wait_for("a", Kind::exited);
  CHECK(launcher->calls == std::vector<std::string>{"forget a", "launch b"});
}
