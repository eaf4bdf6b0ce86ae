// Checks with random parameters, and probes that find random things after random times or are lost: when what
// is probed, what is told and what is killed is compared with a slow reference, which looks at all that has
// been found so far each time. A failure names its seed.
#include <algorithm>
#include <map>

#include "checks_under_test.hpp"

namespace mesoscore::test {
namespace {

constexpr Duration kLost = 5s;

struct Found {  // by one probe
  TimePoint at;
  std::size_t checker;
  std::optional<bool> result;  // none: it could not be made, or was lost
};

struct Told {
  TaskState state;
  std::optional<TaskReason> reason;
  std::optional<bool> healthy;
  std::vector<std::optional<bool>> checks;
  friend bool operator==(const Told&, const Told&) = default;
};

std::ostream& operator<<(std::ostream& out, const Told& told) {
  const auto text = [](const std::optional<bool>& value) { return !value ? "none" : *value ? "yes" : "no"; };
  out << to_string(told.state) << " " << (told.reason ? to_string(*told.reason) : "") << " "
      << text(told.healthy);
  for (const auto& check : told.checks) out << " " << text(check);
  return out;
}

// The rules, from the log of all that was found.
class Reference {
 public:
  Reference(const TaskInfo& task, TimePoint running) : task_(task), running_(running) {}

  std::size_t size() const { return task_.health_checks.size() + task_.checks.size(); }
  bool is_health(std::size_t checker) const { return checker < task_.health_checks.size(); }

  // What is told of the last that was found, if anything; `kill`: and the task is killed.
  std::optional<Told> last(const std::vector<Found>& log, bool& kill) const {
    const std::vector<Found> before(log.begin(), std::prev(log.end()));
    const std::size_t checker = log.back().checker;
    if (!is_health(checker)) {
      if (value(log, checker) == value(before, checker)) return std::nullopt;
      return told(log, TaskReason::task_check_status_updated);
    }
    const bool good = log.back().result == true;
    if (good && healthy(before, checker) == true) return std::nullopt;
    if (!good && !counts(log, log.size() - 1)) return std::nullopt;
    kill = !good && failures(log, checker) >= task_.health_checks[checker].consecutive_failures;
    return told(log, TaskReason::task_health_check_status_updated);
  }

  Told told(const std::vector<Found>& log, std::optional<TaskReason> reason) const {
    Told all{TaskState::running, reason, {}, {}};
    for (std::size_t i = 0; i < size(); ++i) {
      if (!is_health(i)) {
        all.checks.push_back(value(log, i));
      } else if (const auto one = healthy(log, i)) {
        all.healthy = all.healthy.value_or(true) && *one;
      }
    }
    return all;
  }

 private:
  static std::optional<bool> value(const std::vector<Found>& log, std::size_t checker) {
    std::optional<bool> last;
    for (const Found& found : log) {
      if (found.checker == checker) last = found.result;
    }
    return last;
  }
  // A failure does unless it is in the grace period and nothing has succeeded before.
  bool counts(const std::vector<Found>& log, std::size_t index) const {
    const std::size_t checker = log[index].checker;
    const Duration grace = task_.health_checks[checker].grace_period;
    if (grace == 0s || log[index].at > running_ + grace) return true;
    return std::any_of(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(index),
                       [&](const Found& found) { return found.checker == checker && found.result == true; });
  }
  std::optional<bool> healthy(const std::vector<Found>& log, std::size_t checker) const {
    std::optional<bool> last;
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i].checker != checker) continue;
      if (log[i].result == true) last = true;
      if (log[i].result != true && counts(log, i)) last = false;
    }
    return last;
  }
  std::uint32_t failures(const std::vector<Found>& log, std::size_t checker) const {
    std::uint32_t row = 0;
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i].checker != checker) continue;
      if (log[i].result == true) row = 0;
      if (log[i].result != true && counts(log, i)) ++row;
    }
    return row;
  }

  const TaskInfo& task_;
  TimePoint running_;
};

class CheckWorld {
 public:
  explicit CheckWorld(std::uint64_t seed)
      : rng_(seed), task_(random_task()), agent_(TaskInfo(task_)), reference_(task_, agent_.now()) {
    const std::size_t all = reference_.size();
    for (std::size_t i = 0; i < all; ++i) due_[i] = agent_.now() + delay(i);
    agent_.started();
    gather();
    expected_.push_back(reference_.told({}, {}));
    compare();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !killed_; ++i) act();
    if (!killed_) {
      agent_.kill("t");
      killed_ = true;
      gather();
    }
    for (const Answer& answer : answers_) give(answer);
    told_.clear();
    agent_.advance(1h);
    CHECK(agent_.quiet());
  }

 private:
  struct Answer {
    TimePoint at;
    std::uint64_t number;
    std::size_t checker;
    std::optional<bool> result;
  };
  struct Probing {
    std::uint64_t number;
    TimePoint lost_at;
  };

  bool chance(double probability) { return rng_.uniform() < probability; }
  Duration some(Duration most) {
    return std::chrono::milliseconds(rng_.below(static_cast<std::uint64_t>(most / 1ms) + 1));
  }

  template <class Check>
  Check with_times(Check check, std::uint32_t number) {
    check.probe = TcpProbe{.port = number};
    check.name = "c" + std::to_string(number);
    check.delay = chance(0.2) ? 0s : some(5s);
    check.interval = 1ms + some(5s);
    check.timeout = chance(0.2) ? 0s : 1ms + some(3s);
    return check;
  }
  TaskInfo random_task() {
    TaskInfo task = command_task("t");
    std::uint32_t number = 0;
    for (std::uint64_t i = rng_.below(4); i > 0; --i) {
      HealthCheck check = with_times(HealthCheck(), ++number);
      check.grace_period = chance(0.3) ? 0s : some(20s);
      check.consecutive_failures = static_cast<std::uint32_t>(1 + rng_.below(4));
      task.health_checks.push_back(std::move(check));
    }
    for (std::uint64_t i = rng_.below(3) + (number == 0 ? 1 : 0); i > 0; --i)
      task.checks.push_back(with_times(CheckInfo(), ++number));
    return task;
  }

  template <class F>
  auto ask(std::size_t checker, F&& f) const {
    return reference_.is_health(checker) ? f(task_.health_checks[checker])
                                         : f(task_.checks[checker - task_.health_checks.size()]);
  }
  Duration delay(std::size_t checker) const {
    return ask(checker, [](const auto& check) { return check.delay; });
  }
  Duration interval(std::size_t checker) const {
    return ask(checker, [](const auto& check) { return check.interval; });
  }

  // Either an answer comes, or the agent wants to do something.
  void act() {
    const auto first = std::min_element(answers_.begin(), answers_.end(),
                                        [](const Answer& a, const Answer& b) { return a.at < b.at; });
    if (first != answers_.end() && first->at <= agent_.machine().next_deadline()) {
      const Answer answer = *first;
      answers_.erase(first);
      agent_.sleep(answer.at - agent_.now());
      note(answer);
      give(answer);
    } else {
      REQUIRE(agent_.machine().next_deadline() != kNever);
      const TimePoint at = agent_.machine().next_deadline();
      for (auto each = probing_.begin(); each != probing_.end();) {
        const bool lost = each->second.lost_at <= at;
        if (lost) lost_.emplace_back(each->second.number, each->first);
        each = lost ? probing_.erase(each) : std::next(each);
      }
      std::sort(lost_.begin(), lost_.end());
      for (const auto& lost : lost_) conclude(at, lost.second, std::nullopt);
      lost_.clear();
      REQUIRE(agent_.tick());
      gather();
    }
    compare();
  }

  void give(const Answer& answer) {
    if (answer.result) {
      agent_.answer(answer.number, tcp_result(*answer.result));
    } else {
      agent_.no_answer(answer.number, "it could not be made");
    }
    gather();
  }

  // The answer counts if it is still waited for.
  void note(const Answer& answer) {
    const auto found = probing_.find(answer.checker);
    if (found == probing_.end() || found->second.number != answer.number) return;
    probing_.erase(found);
    conclude(answer.at, answer.checker, answer.result);
  }

  void conclude(TimePoint at, std::size_t checker, std::optional<bool> result) {
    if (kill_expected_) return;
    log_.push_back({at, checker, result});
    due_[checker] = at + interval(checker);
    if (const auto told = reference_.last(log_, kill_expected_)) expected_.push_back(*told);
    if (!kill_expected_) return;
    Told killing = reference_.told(log_, {});
    killing.state = TaskState::killing;
    expected_.push_back(killing);
  }

  // What the agent has said, and what it wants to be probed.
  void gather() {
    for (const auto* call : agent_.calls<ProbeContainer>()) probe(*call);
    killed_ = killed_ || !agent_.calls<KillContainer>().empty();
    const auto sent = agent_.sent<msg::AgentUpdate>();
    if (sent.empty()) return;
    REQUIRE(sent.size() == 1);
    const TaskStatus status = sent.front()->status;
    Told told{status.state, status.reason, status.healthy, {}};
    for (const CheckStatus& check : status.check_status) told.checks.push_back(check.succeeded);
    told_.push_back(std::move(told));
    agent_.acknowledge("t", *status.uuid);
    gather();
  }

  void probe(const ProbeContainer& call) {
    const std::size_t checker = std::get<TcpProbe>(call.probe).port - 1;
    CHECK(due_.at(checker) == agent_.now());
    CHECK_FALSE(killed_);
    due_.erase(checker);
    const TimePoint lost_at = call.timeout == 0s ? kNever : agent_.now() + call.timeout + kLost;
    CHECK(probing_.emplace(checker, Probing{call.number, lost_at}).second);
    if (lost_at != kNever && chance(0.1)) return;  // no answer
    const Duration takes = chance(0.8) ? some(call.timeout) : some(call.timeout + 10s);
    std::optional<bool> result;
    if (chance(0.9)) result = chance(0.6);
    answers_.push_back({agent_.now() + takes, call.number, checker, result});
  }

  void compare() {
    CHECK(told_ == expected_);
    CHECK(killed_ == kill_expected_);
    told_.clear();
    expected_.clear();
    for (const auto& [checker, at] : due_) CHECK((at >= agent_.now() || killed_));  // none is forgotten
  }

  Rng rng_;
  TaskInfo task_;
  CheckedAgent agent_;
  Reference reference_;
  std::vector<Found> log_;
  std::map<std::size_t, TimePoint> due_;
  std::map<std::size_t, Probing> probing_;
  std::vector<Answer> answers_;
  std::vector<std::pair<std::uint64_t, std::size_t>> lost_;
  std::vector<Told> told_, expected_;
  bool killed_ = false, kill_expected_ = false;
};

}  // namespace

TEST_CASE("checks by random, against a reference") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    INFO("seed " << seed);
    CheckWorld(seed).run(200);
  }
}

}  // namespace mesoscore::test
