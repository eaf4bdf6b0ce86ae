// A pod: a server and its sidecar, which start together on one agent and share one fate. First the sidecar
// finishes, which leaves the server alone; then, in another pod, it fails, and the server is killed with it.
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

#include <asio/io_context.hpp>

#include "mesoscore/agent_server.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/transports/inproc.hpp"

using namespace mesoscore;

namespace {

TaskInfo command(const Offer& offer, std::string id, std::string line) {
  TaskInfo task{
      .task_id = TaskId(id), .agent_id = offer.agent_id, .resources = *Resources::parse("cpus:1;mem:64")};
  task.name = std::move(id);
  task.command.emplace().value = std::move(line);  // for /bin/sh
  return task;
}

// The executor of type DEFAULT is the agent itself; with it the group is one LAUNCH_GROUP.
Operation pod(const Offer& offer, const std::string& name, const std::string& sidecar,
              const std::string& server) {
  return launch_group(default_executor(ExecutorId(name)),
                      {command(offer, name + "-server", server), command(offer, name + "-sidecar", sidecar)});
}

using Ends = std::map<std::string, TaskState>;

// How each task has ended; none if the cluster could not be started.
Ends run(const std::string& work_dir) {
  asio::io_context io;
  TransportSet transports;
  transports.add(transports::inproc());

  MasterServer master(io.get_executor(), transports, {.listen = {"inproc://master"}});
  AgentServerConfig config{
      .master = "inproc://master", .resources = "cpus:8;mem:1024;disk:1024", .work_dir = work_dir};
  config.isolators.add(isolators::process());
  AgentServer agent(io.get_executor(), transports, std::move(config));
  SchedulerDriver driver(io.get_executor(), transports,
                         {.master = "inproc://master", .framework = {.name = "pods"}});

  bool launched = false;
  driver.on_offers([&](std::span<Offer> offers) {
    for (const Offer& offer : offers) {
      if (std::exchange(launched, true)) {
        driver.decline(offer);
        continue;
      }
      driver.accept(offer,
                    {pod(offer, "well", "exit 0", "sleep 1"), pod(offer, "ill", "exit 3", "sleep 1000")});
    }
  });
  Ends ends;
  driver.on_update([&](const TaskStatus& status) {
    std::cout << status.task_id << ' ' << to_string(status.state) << (status.message.empty() ? "" : ": ")
              << status.message << '\n';
    if (!is_terminal(status.state)) return;
    ends[status.task_id.str()] = status.state;
    if (ends.size() == 4) driver.async_teardown([&] { agent.async_stop([&] { io.stop(); }); });
  });

  for (const Status& started : {master.start(), agent.start(), driver.start()}) {
    if (started) continue;
    std::cerr << "cannot start: " << started.error().message << '\n';
    return ends;
  }
  io.run();
  return ends;
}

}  // namespace

int main() {
  std::string work_dir = (std::filesystem::temp_directory_path() / "mesoscore-pod-XXXXXX").string();
  if (mkdtemp(work_dir.data()) == nullptr) {
    std::cerr << "cannot create " << work_dir << '\n';
    return 1;
  }
  const Ends ends = run(work_dir);
  std::error_code ignored;
  std::filesystem::remove_all(work_dir, ignored);
  const Ends expected{{"ill-server", TaskState::killed},
                      {"ill-sidecar", TaskState::failed},
                      {"well-server", TaskState::finished},
                      {"well-sidecar", TaskState::finished}};
  return ends == expected ? 0 : 1;
}
