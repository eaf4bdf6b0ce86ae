// The codec: the messages that a function task is made of, as frames and back. Nanoseconds per message, the
// best of many short rounds; the memory of a connection is warm, as after its first tasks. The baseline is a
// copy of the frame, which is what nobody can do without.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "mesoscore/message.hpp"
#include "support/report.hpp"
#include "wire/codec.hpp"
#include "wire/remembered.hpp"

namespace mesoscore::bench {
namespace {

using Steady = std::chrono::steady_clock;
constexpr int kMessages = 64;  // of a round: as many as are in flight on some connections
constexpr int kRounds = 2000;

// The best time of one of `count` things that `round` does.
template <class Round>
double best_ns(int count, Round&& round) {
  auto best = Steady::duration::max();
  for (int i = 0; i < kRounds; ++i) {
    const auto begin = Steady::now();
    round();
    best = std::min(best, Steady::now() - begin);
  }
  return static_cast<double>(std::chrono::nanoseconds(best).count()) / count;
}

TaskInfo task(int n) {
  TaskInfo task;
  task.task_id = TaskId("task-" + std::to_string(1000 + n));
  task.agent_id = AgentId("0b9b7d0c-6a1e-4f0e-9d0c-6b1f5a1c2d3e-S7");
  task.resources = Resources::parse("cpus:1;mem:64").value();
  task.function = "noop";
  return task;
}

TaskStatus status(int n) {
  TaskStatus status;
  status.task_id = TaskId("task-" + std::to_string(1000 + n));
  status.state = TaskState::running;
  status.source = TaskSource::executor;
  status.agent_id = AgentId("0b9b7d0c-6a1e-4f0e-9d0c-6b1f5a1c2d3e-S7");
  status.uuid = Uuid::from_random(0x9e3779b97f4a7c15, static_cast<std::uint64_t>(n));
  status.timestamp = 1.7e9 + n;
  return status;
}

const FrameworkId kFramework("0b9b7d0c-6a1e-4f0e-9d0c-6b1f5a1c2d3e-0001");

Message run_task(int n) {
  static const auto framework = [] {
    auto info = std::make_shared<FrameworkInfo>();
    info->name = "bench";
    info->user = "nobody";
    info->id = kFramework;
    return info;
  }();
  msg::RunTask run;
  run.framework = framework;
  run.role = "*";
  run.task = task(n);
  return run;
}
Message agent_update(int n) { return msg::AgentUpdate{kFramework, status(n), TaskState::finished}; }
Message update(int n) { return msg::Update{status(n)}; }
Message acknowledged(int n) {
  return msg::UpdateAcknowledged{kFramework, TaskId("task-" + std::to_string(1000 + n)),
                                 Uuid::from_random(1, static_cast<std::uint64_t>(n))};
}

void measure(Report& report, const std::string& name, Message (*make)(int)) {
  std::vector<Message> messages;
  for (int i = 0; i < kMessages; ++i) messages.push_back(make(i));
  wire::Remembered sent, received;
  std::vector<std::string> frames(kMessages);
  for (int i = 0; i < kMessages; ++i)
    wire::encode(messages[static_cast<std::size_t>(i)], frames[static_cast<std::size_t>(i)], &sent);

  std::string out;
  const double copy = best_ns(kMessages, [&] {
    out.clear();
    for (const std::string& frame : frames) out += frame;
  });
  const double encode = best_ns(kMessages, [&] {
    out.clear();
    for (const Message& message : messages) wire::encode(message, out, &sent);
  });
  std::vector<Message> decoded;
  bool ok = true;
  const double decode = best_ns(kMessages, [&] {
    decoded.clear();
    for (const std::string& frame : frames) ok &= wire::decode(frame, decoded, &received).has_value();
  });
  if (!ok) std::exit(1);
  report.add("wire." + name + ".bytes", static_cast<double>(frames.front().size()), "bytes");
  report.add("wire." + name + ".encode", encode, "ns", copy, encode / copy);
  report.add("wire." + name + ".decode", decode, "ns", copy, decode / copy);
}

}  // namespace
}  // namespace mesoscore::bench

int main() {
  using namespace mesoscore::bench;
  Report report;
  measure(report, "run_task", run_task);
  measure(report, "agent_update", agent_update);
  measure(report, "update", update);
  measure(report, "update_acknowledged", acknowledged);
  return 0;
}
