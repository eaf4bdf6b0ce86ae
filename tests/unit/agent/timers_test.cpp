#include <deque>
#include <map>

#include "agent/timers.hpp"
#include "mesoscore/rng.hpp"
#include "support/catch.hpp"

namespace mesoscore::agent_detail {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kZero{};

}  // namespace

TEST_CASE("timers come in the order of their deadlines, then of their arming") {
  TimerQueue queue;
  Timer a{Timer::Kind::link}, b{Timer::Kind::link}, c{Timer::Kind::link};
  queue.arm(a, kZero + 2s);
  queue.arm(b, kZero + 1s);
  queue.arm(c, kZero + 2s);
  CHECK(queue.next() == kZero + 1s);
  const auto mark = queue.mark();
  CHECK(queue.pop_due(kZero + 500ms, mark) == nullptr);
  CHECK(queue.pop_due(kZero + 2s, mark) == &b);
  CHECK(queue.pop_due(kZero + 2s, mark) == &a);
  queue.arm(a, kZero + 2s);  // for the next tick
  CHECK(queue.pop_due(kZero + 2s, mark) == &c);
  CHECK(queue.pop_due(kZero + 2s, mark) == nullptr);
  CHECK(queue.pop_due(kZero + 2s, queue.mark()) == &a);
  CHECK(queue.next() == kNever);
}

TEST_CASE("a timer that is armed again has one deadline, and never is none") {
  TimerQueue queue;
  Timer a{Timer::Kind::link};
  queue.arm(a, kZero + 5s);
  queue.arm(a, kZero + 1s);
  CHECK(queue.next() == kZero + 1s);
  queue.arm(a, kNever);
  CHECK_FALSE(a.armed());
  CHECK(queue.next() == kNever);
  queue.disarm(a);
}

TEST_CASE("random arming and disarming agrees with a sorted map") {
  Rng rng(5);
  TimerQueue queue;
  std::deque<Timer> timers(64, Timer{Timer::Kind::link});
  std::multimap<TimePoint, Timer*> model;
  const auto drop = [&](Timer* timer) {
    std::erase_if(model, [&](const auto& at) { return at.second == timer; });
  };
  for (int i = 0; i < 20'000; ++i) {
    Timer& timer = timers[rng.below(timers.size())];
    drop(&timer);
    if (rng.below(3) == 0) {
      queue.disarm(timer);
    } else {
      const TimePoint at = kZero + Duration(static_cast<Duration::rep>(rng.below(50)));
      queue.arm(timer, at);
      model.emplace(at, &timer);  // equal deadlines stay in the order of arming
    }
    if (rng.below(10) == 0) {
      const TimePoint now = kZero + Duration(static_cast<Duration::rep>(rng.below(50)));
      Timer* due = queue.pop_due(now, queue.mark());
      REQUIRE(due == (!model.empty() && model.begin()->first <= now ? model.begin()->second : nullptr));
      if (due != nullptr) model.erase(model.begin());
    }
    REQUIRE(queue.next() == (model.empty() ? kNever : model.begin()->first));
  }
}

}  // namespace mesoscore::agent_detail
