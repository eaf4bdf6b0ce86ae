// A whole cluster in one program: a master, two agents, and a framework whose tasks are C++ callables.
#include <cstdio>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/mesoscore.hpp"
#include "mesoscore/transports/inproc.hpp"

using namespace mesoscore;

namespace {

constexpr int kTasks = 10;

// As many of the tasks that are left as fit into the offer.
std::vector<TaskInfo> tasks_for(const Offer& offer, int& launched) {
  std::vector<TaskInfo> tasks;
  Resources left = offer.resources;
  const Resources each = *Resources::parse("cpus:1;mem:64");
  for (; launched < kTasks && left.contains(each); left -= each, ++launched) {
    const std::string number = std::to_string(launched);
    tasks.push_back({.task_id = TaskId("task-" + number),
                     .agent_id = offer.agent_id,
                     .name = "square of " + number,
                     .resources = each,
                     .function = "square",
                     .data = number});
  }
  return tasks;
}

}  // namespace

int main() {
  asio::io_context io;  // everything runs here: the library starts no thread
  TransportSet transports;
  transports.add(transports::inproc());

  MasterServer master(io.get_executor(), transports, {.listen = {"inproc://master"}});

  FunctionSet functions;
  functions.add("square", [](FunctionTask task) {
    const int n = std::stoi(task.info().data);
    task.finish(std::to_string(n * n));
  });
  AgentServerConfig config{
      .master = "inproc://master", .resources = "cpus:2;mem:512", .functions = functions};
  config.hostname = "agent-1";
  AgentServer first(io.get_executor(), transports, config);
  config.hostname = "agent-2";
  AgentServer second(io.get_executor(), transports, config);

  SchedulerDriver driver(io.get_executor(), transports,
                         {.master = "inproc://master", .framework = {.name = "hello"}});
  int launched = 0, finished = 0, ended = 0;
  driver.on_offers([&](std::span<Offer> offers) {
    for (const Offer& offer : offers) driver.accept(offer, {launch(tasks_for(offer, launched))}, {});
  });
  driver.on_update([&](const TaskStatus& status) {
    if (!is_terminal(status.state)) return;
    std::printf("%s: %s %s%s\n", status.task_id.str().c_str(), std::string(to_string(status.state)).c_str(),
                status.data.c_str(), status.message.c_str());
    finished += status.state == TaskState::finished;
    if (++ended == kTasks) driver.async_teardown([&] { io.stop(); });
  });
  driver.on_error([&](const Error& error) {
    std::fprintf(stderr, "the master refused the framework: %s\n", error.message.c_str());
    io.stop();
  });

  for (const Status& started : {master.start(), first.start(), second.start(), driver.start()}) {
    if (started) continue;
    std::fprintf(stderr, "cannot start: %s\n", started.error().message.c_str());
    return 1;
  }
  io.run();
  return finished == kTasks ? 0 : 1;
}
