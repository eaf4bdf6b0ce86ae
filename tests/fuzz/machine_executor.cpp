// components: wire
//
// An executor under any order of events: an agent and an application that mostly make sense.
// machine_driver.hpp says what is checked; besides, updates that are kept are bounded.
#include "machine_driver.hpp"
#include "mesoscore/executor.hpp"

using namespace mesoscore;
using namespace mesoscore::fuzz;

namespace {

ExecutorOptions options_of(Input& input) {
  ExecutorOptions out;
  out.framework_id = "f";
  out.executor_id = "e";
  out.max_unacknowledged = 4;
  if (input.one_in(2)) out.recovery_timeout = std::chrono::seconds(5);
  return out;
}

class ExecutorFuzz {
 public:
  explicit ExecutorFuzz(Input& input)
      : input_(input), driver_(input, Executor{options_of(input), Rng(input.byte()), kStart}, false) {}

  void run() {
    driver_.advance(std::chrono::seconds(1));
    for (int i = 0; i < kMostActions && !input_.done(); ++i) {
      act();
      follow();
    }
    driver_.advance(std::chrono::hours(1));
    follow();
  }

 private:
  static constexpr int kMostActions = 1000;

  void act() {
    switch (input_.below(8)) {
      case 0:
        if (input_.one_in(3)) driver_.disconnect(driver_.any_peer(PeerRole::agent));
        break;
      case 1:
        driver_.advance(duration(input_));
        break;
      case 2:
      case 3:
        update();
        break;
      case 4:
        driver_.add(
            Submitted{input_.one_in(4) ? raw_message(input_) : Message(msg::ExecutorMessage{"data"})});
        if (input_.one_in(64)) driver_.add(Stop{});
        break;
      default:
        agent_says();
    }
  }
  void answer_dial() {
    if (dials_ == 0) return driver_.advance(std::chrono::milliseconds(100));
    --dials_;
    if (input_.one_in(4)) return driver_.add(DialFailed{"fuzz"});
    driver_.connect(PeerRole::agent);
  }
  void update() {
    const TaskStatus what = status(input_, driver_.known());
    terminal_ += is_terminal(what.state);
    driver_.add(Submitted{msg::ExecutorUpdate{what}});
  }

  void agent_says() {
    const PeerId agent = driver_.any_peer(PeerRole::agent);
    if (agent == PeerId{}) return answer_dial();
    const SeenUpdate update = driver_.known().updates.any(input_);
    switch (input_.below(10)) {
      case 0:
      case 1:
        return subscribed(agent);
      case 2:
      case 3:
        return launch(agent);
      case 4:
        return driver_.receive(agent, msg::ExecutorAcknowledged{update.task, update.uuid});
      case 5:
        return driver_.receive(agent, msg::ExecutorKill{TaskId(name(input_, 't')), {}});
      case 6:
        return driver_.receive(agent, msg::ExecutorMessage{"data"});
      case 7:
        return driver_.receive(agent, raw_message(input_));
      case 8:
        return launch_group(agent);
      default:
        if (!input_.one_in(4)) return;
        driver_.receive(
            agent, input_.one_in(2) ? Message(msg::ExecutorShutdown{}) : Message(msg::ErrorMessage{"fuzz"}));
    }
  }
  void subscribed(PeerId agent) {
    auto info = std::make_shared<FrameworkInfo>(framework(input_, driver_.known()));
    info->id = "f";
    msg::ExecutorSubscribed answer{{}, std::move(info), std::make_shared<AgentInfo>(), "c"};
    answer.executor.executor_id = "e";
    driver_.receive(agent, std::move(answer));
  }
  void launch(PeerId agent) {
    const TaskInfo what = task(input_, driver_.known(), {});
    driver_.known().tasks.add(what);
    driver_.receive(agent, msg::LaunchTask{what});
  }
  void launch_group(PeerId agent) {
    const LaunchGroupOperation what = group(input_, driver_.known(), {});
    for (const TaskInfo& task : what.tasks) driver_.known().tasks.add(task);
    driver_.receive(agent, msg::LaunchTaskGroup{what.tasks});
  }

  void follow() {
    dials_ += driver_.take_happened().dials;
    expect(driver_.machine().unacknowledged() <= 4 + terminal_);
    if (driver_.machine().ended()) expect(!driver_.machine().subscribed());
  }

  Input& input_;
  Driver<Executor> driver_;
  std::size_t dials_ = 0, terminal_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  ExecutorFuzz(input).run();
  return 0;
}
