// Random events in, invariants out: whatever peers send, nothing is counted twice or lost and nothing
// crashes.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

class RandomCluster {
 public:
  explicit RandomCluster(std::uint64_t seed) : rng_(seed), c_(quick()) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      one_step();
      check();
    }
  }

 private:
  static MasterOptions quick() {
    MasterOptions options;
    options.offer_timeout = 20s;
    options.agent_reregister_timeout = 30s;
    options.ping_interval = 5s;
    options.ping_misses = 3;
    options.limits.max_completed_frameworks = 3;
    options.limits.max_completed_tasks_per_framework = 5;
    options.limits.max_unreachable_tasks_per_framework = 4;
    return options;
  }

  void one_step() {
    switch (rng_.below(14)) {
      case 0:
        return add_agent();
      case 1:
        return add_framework();
      case 2:
        return drop_agent();
      case 3:
        return drop_framework();
      case 4:
        return c_.advance(std::chrono::milliseconds(rng_.below(8000)));
      case 5:
      case 6:
      case 7:
        return accept();
      case 8:
        return decline();
      case 9:
      case 10:
        return update();
      case 11:
        return pong();
      case 12:
        return call();
      default:
        return acknowledge();
    }
  }

  void add_agent() {
    if (agents_.size() >= 6) return;
    if (!lost_.empty() && rng_.below(2) == 0) return return_agent();
    agents_.push_back(c_.add_agent("h" + std::to_string(rng_.below(100)), "cpus:4;mem:512;ports:[1-9]"));
    collect();
  }
  void return_agent() {
    auto agent = lost_.back();
    lost_.pop_back();
    agent.peer = c_.connect(PeerRole::agent);
    std::vector<Task> reported;
    for (const auto& f : frameworks_) {
      for (const Task& task : c_.master.tasks(f.id)) {
        if (task.agent_id == agent.id && rng_.below(3) != 0) reported.push_back(task);
      }
    }
    c_.send(agent.peer, msg::ReregisterAgent{agent.info, reported, {}, infos()});
    collect();
    agents_.push_back(agent);
  }
  std::vector<msg::FrameworkPtr> infos() const {
    std::vector<msg::FrameworkPtr> all;
    for (const auto& f : frameworks_) all.push_back(f.info);
    return all;
  }
  void add_framework() {
    if (frameworks_.size() >= 4) return;
    auto info = framework_info("f", {"a", "b/c"});
    info->failover_timeout = std::chrono::seconds(rng_.below(20));
    frameworks_.push_back(c_.add_framework(info));
    collect();
  }
  void drop_agent() {
    if (agents_.empty()) return;
    const std::size_t i = rng_.below(agents_.size());
    if (rng_.below(4) == 0) {
      c_.send(agents_[i].peer, msg::UnregisterAgent{});
    } else {
      c_.disconnect(agents_[i].peer);
      lost_.push_back(agents_[i]);
    }
    collect();
    agents_.erase(agents_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  void drop_framework() {
    if (frameworks_.empty()) return;
    const std::size_t i = rng_.below(frameworks_.size());
    if (rng_.below(2) == 0) {
      c_.disconnect(frameworks_[i].peer);
    } else {
      c_.send(frameworks_[i].peer, msg::Teardown{});
    }
    collect();
    frameworks_.erase(frameworks_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  void accept() {
    if (offers_.empty() || frameworks_.empty()) return;
    const Offer offer = offers_[rng_.below(offers_.size())];
    const auto& f = frameworks_[rng_.below(frameworks_.size())];
    std::vector<TaskInfo> tasks;
    for (std::uint64_t n = rng_.below(4); n > 0; --n) {
      tasks.push_back(
          task("t" + std::to_string(rng_.below(40)), offer, rng_.below(5) == 0 ? "cpus:99" : "cpus:1"));
    }
    c_.launch(f, offer, std::move(tasks), {std::chrono::seconds(rng_.below(10))});
    collect();
  }
  void decline() {
    if (offers_.empty() || frameworks_.empty()) return;
    const Offer offer = offers_[rng_.below(offers_.size())];
    c_.send(frameworks_[rng_.below(frameworks_.size())].peer,
            msg::Decline{{offer.id}, {std::chrono::seconds(rng_.below(10))}});
    collect();
  }
  void update() {
    if (agents_.empty() || frameworks_.empty()) return;
    const auto& f = frameworks_[rng_.below(frameworks_.size())];
    constexpr TaskState states[] = {TaskState::running, TaskState::finished, TaskState::failed,
                                    TaskState::killed};
    const auto tasks = c_.master.tasks(f.id);
    if (tasks.empty()) return;
    const Task& task = tasks[rng_.below(tasks.size())];
    c_.update(agents_[rng_.below(agents_.size())], f, task.task_id.str(), states[rng_.below(4)]);
    collect();
  }
  void acknowledge() {
    if (frameworks_.empty()) return;
    const auto& f = frameworks_[rng_.below(frameworks_.size())];
    for (const Task& task : c_.master.tasks(f.id)) {
      if (task.status_update_uuid) {
        c_.send(f.peer, msg::Acknowledge{task.agent_id, task.task_id, *task.status_update_uuid});
      }
    }
    collect();
  }
  void pong() {
    for (const auto& agent : agents_) {
      if (rng_.below(3) != 0) c_.send(agent.peer, msg::Pong{});
    }
  }
  void call() {
    if (frameworks_.empty()) return;
    const PeerId peer = frameworks_[rng_.below(frameworks_.size())].peer;
    switch (rng_.below(5)) {
      case 0:
        c_.send(peer, msg::Suppress{{"a"}});
        break;
      case 1:
        c_.send(peer, msg::Revive{});
        break;
      case 2:
        c_.send(peer, msg::Reconcile{});
        break;
      case 3:
        c_.send(peer, msg::Kill{TaskId("t1"), {}, std::nullopt});
        break;
      default:
        c_.step(SetWeight{"b", static_cast<double>(rng_.below(5))});
        break;
    }
    collect();
  }

  void collect() {
    for (const Envelope& envelope : c_.sent) {
      if (const auto* made = std::get_if<msg::OfferMade>(&envelope.message)) offers_.push_back(made->offer);
    }
    if (offers_.size() > 20) offers_.erase(offers_.begin(), offers_.end() - 20);
  }

  void check() {
    const MasterView view = c_.view();
    for (const auto& agent : view.agents) {
      INFO("agent " << agent.info.id.str() << " used " << agent.used.str() << " offered "
                    << agent.offered.str());
      REQUIRE(agent.info.resources.contains(agent.used + agent.offered));
    }
    std::uint32_t tasks = 0;
    for (const auto& f : view.frameworks) {
      REQUIRE(f.dominant_share >= 0);
      REQUIRE(f.dominant_share <= 1.0 + 1e-9);
      REQUIRE((f.connected || f.offers == 0));
      tasks += f.tasks;
    }
    REQUIRE(tasks == view.tasks);
    REQUIRE(view.completed_frameworks.size() <= 3);
    REQUIRE(c_.master.next_deadline() > c_.now - 1s);
  }

  Rng rng_;
  Cluster c_;
  std::vector<Cluster::AgentPeer> agents_, lost_;
  std::vector<Cluster::FrameworkPeer> frameworks_;
  std::vector<Offer> offers_;
};

}  // namespace

TEST_CASE("random events keep the books straight") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    RandomCluster(seed).run(400);
  }
}

}  // namespace mesoscore::test
