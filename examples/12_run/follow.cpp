#include "follow.hpp"

#include <array>
#include <chrono>
#include <iostream>
#include <utility>

#include <asio/steady_timer.hpp>

#include "../support/log_cursor.hpp"

namespace {

constexpr auto kPoll = std::chrono::milliseconds(200);
constexpr std::size_t kMostFollowed = 32;  // at a time

}  // namespace

struct Follower::Output {
  LogCursor cursor;
  std::ostream& to;
  std::string begun;  // a line that has not ended, if lines are prefixed
};

struct Follower::Task {
  Task(asio::io_context& io, mesoscore::TaskId its_id, mesoscore::AgentId its_agent,
       const std::string& sandbox)
      : id(std::move(its_id)),
        agent(std::move(its_agent)),
        prefix("[" + id.str().substr(0, id.str().find('.')) + "] "),
        outputs{{{LogCursor(sandbox + "/stdout"), std::cout, {}},
                 {LogCursor(sandbox + "/stderr"), std::cerr, {}}}},
        timer(io) {}

  mesoscore::TaskId id;
  mesoscore::AgentId agent;
  std::string prefix;
  std::array<Output, 2> outputs;
  asio::steady_timer timer;
  bool ended = false;
  bool last_round = false;  // it had ended before this one began
};

Follower::Follower(asio::io_context& io, mesoscore::TransportSet transports,
                   mesoscore::OperatorClientConfig config, bool prefixed, Complain complain)
    : io_(io),
      client_(io.get_executor(), std::move(transports), std::move(config)),
      prefixed_(prefixed),
      complain_(std::move(complain)) {}

Follower::~Follower() = default;

void Follower::check(std::function<void(mesoscore::Status)> done) {
  client_.async_call(mesoscore::ListRoles{}, [done = std::move(done)](const auto& answer) {
    done(answer ? mesoscore::Status() : mesoscore::fail(answer.error()));
  });
}

void Follower::follow(const mesoscore::FrameworkId& framework, const mesoscore::TaskId& task,
                      const mesoscore::AgentId& agent) {
  if (tasks_.count(task) > 0) return;
  const std::string sandbox = framework.str() + "/" + task.str() + "/latest";
  const auto followed = std::make_shared<Task>(io_, task, agent, sandbox);
  tasks_.emplace(task, followed);
  waiting_.push_back(followed);
  begin();
}

void Follower::begin() {
  while (followed_ < kMostFollowed && !waiting_.empty()) {
    const auto task = std::move(waiting_.front());
    waiting_.pop_front();
    ++followed_;
    task->last_round = task->ended;
    read(task, 0);
  }
}

void Follower::ended(const mesoscore::TaskId& task) {
  const auto found = tasks_.find(task);
  if (found == tasks_.end()) return;
  found->second->ended = true;
  found->second->timer.cancel();  // do not wait for the next round
}

void Follower::when_done(std::function<void()> then) {
  then_ = std::move(then);
  if (tasks_.empty()) std::exchange(then_, nullptr)();
}

void Follower::read(const std::shared_ptr<Task>& task, std::size_t output) {
  client_.async_call(mesoscore::AskAgent{task->agent, task->outputs[output].cursor.next()},
                     [this, task, output](mesoscore::Result<mesoscore::msg::OperatorAnswer> answer) {
                       take(task, output, std::move(answer));
                     });
}

void Follower::take(const std::shared_ptr<Task>& task, std::size_t output,
                    mesoscore::Result<mesoscore::msg::OperatorAnswer> answer) {
  Output& taken = task->outputs[output];
  mesoscore::Result<mesoscore::AgentReport> report;
  if (!answer) {
    report = mesoscore::fail(std::move(answer.error()));
  } else if (answer->report) {
    report = std::move(*answer->report);
  }
  const auto text = taken.cursor.take(std::move(report));
  if (!text) {
    complain_("cannot follow task " + task->id.str() + ": " + text.error().message);
    return finish(task);
  }
  show(taken, *text, task->prefix);
  if (!taken.cursor.at_end()) return read(task, output);
  if (output + 1 < task->outputs.size()) return read(task, output + 1);
  task->last_round ? finish(task) : rest(task);
}

// It may write once more between the last look and its end.
void Follower::rest(const std::shared_ptr<Task>& task) {
  task->timer.expires_after(task->ended ? std::chrono::milliseconds(0) : kPoll);
  task->timer.async_wait([this, task](std::error_code) {
    task->last_round = task->ended;
    read(task, 0);
  });
}

void Follower::finish(const std::shared_ptr<Task>& task) {
  for (Output& output : task->outputs) {
    if (!output.begun.empty()) output.to << task->prefix << output.begun << std::endl;
  }
  tasks_.erase(task->id);
  --followed_;
  begin();
  if (tasks_.empty() && then_) std::exchange(then_, nullptr)();
}

void Follower::show(Output& output, const std::string& text, const std::string& prefix) const {
  if (text.empty()) return;
  if (!prefixed_) {
    output.to << text << std::flush;
    return;
  }
  output.begun += text;
  std::size_t from = 0;
  for (std::size_t end = 0; (end = output.begun.find('\n', from)) != std::string::npos; from = end + 1) {
    output.to << prefix << std::string_view(output.begun).substr(from, end + 1 - from);
  }
  output.begun.erase(0, from);
  output.to.flush();
}
