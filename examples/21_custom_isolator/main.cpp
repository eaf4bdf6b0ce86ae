// Runs one command on a cluster in this process whose agent has an isolator of its own, and shows what the
// command found.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <asio/io_context.hpp>

#include "mesoscore/agent_server.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "polite.hpp"

using namespace mesoscore;

namespace {

constexpr const char* kCommand =
    "echo threads: $OMP_NUM_THREADS; echo nice level: $(nice); echo memory limit in KB: $(ulimit -d)";

TaskInfo task_for(const Offer& offer) {
  TaskInfo task{
      .task_id = "polite", .agent_id = offer.agent_id, .resources = *Resources::parse("cpus:2;mem:64")};
  task.command.emplace().value = kCommand;  // a line for /bin/sh
  return task;
}

// Ends with 0 when the task finished, else says why not.
int run(const std::string& work_dir) {
  asio::io_context io;
  TransportSet transports;
  transports.add(transports::inproc());

  MasterServer master(io.get_executor(), transports, {.listen = {"inproc://master"}});

  // Isolators work in the order in which they are added; the process isolator also brings the launcher.
  auto polite = std::make_shared<PoliteIsolator>(5);
  AgentServerConfig config{.master = "inproc://master", .resources = "cpus:4;mem:512", .work_dir = work_dir};
  config.isolators.add(isolators::process()).add(polite);
  AgentServer agent(io.get_executor(), transports, std::move(config));

  SchedulerDriver driver(io.get_executor(), transports,
                         {.master = "inproc://master", .framework = {.name = "custom-isolator"}});
  bool launched = false;
  TaskStatus last;
  driver.on_offers([&](std::span<Offer> offers) {
    for (const Offer& offer : offers) {
      if (std::exchange(launched, true)) {
        driver.decline(offer);
      } else {
        driver.accept(offer, {launch({task_for(offer)})});
      }
    }
  });
  driver.on_update([&](const TaskStatus& status) {
    std::cout << to_string(status.state) << ' ' << status.message << '\n';
    last = status;
    if (is_terminal(status.state)) driver.async_teardown([&] { agent.async_stop([&] { io.stop(); }); });
  });

  for (const Status& started : {master.start(), agent.start(), driver.start()}) {
    if (!started) {
      std::cerr << "cannot start: " << started.error().message << '\n';
      return 1;
    }
  }
  io.run();

  for (const PoliteIsolator::Record& record : polite->records()) {
    std::cout << "task " << record.task_id << " lived for " << record.seconds << " s and wrote:\n"
              << std::ifstream(record.sandbox + "/stdout").rdbuf();
  }
  return last.state == TaskState::finished ? 0 : 1;
}

}  // namespace

int main() {
  std::string work_dir = (std::filesystem::temp_directory_path() / "mesoscore-isolator-XXXXXX").string();
  if (mkdtemp(work_dir.data()) == nullptr) {
    std::cerr << "cannot create " << work_dir << '\n';
    return 1;
  }
  const int exit_code = run(work_dir);
  std::error_code ignored;
  std::filesystem::remove_all(work_dir, ignored);
  return exit_code;
}
