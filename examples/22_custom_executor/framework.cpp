// The framework of the custom executor: sends twelve numbers and prints what comes back. To be one program,
// it brings its master and agent along; the executor is a process of its own, started by the agent.
//
//     mesoscore-custom-executor [unix|tcp]      how the executor reaches its agent; default: unix
#include <filesystem>
#include <iostream>
#include <string>

#include <asio/io_context.hpp>

#include "mesoscore/agent_server.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"

using namespace mesoscore;

namespace {

constexpr unsigned kTasks = 12;

// All tasks name the same executor: it is started with the first of them and used by the others.
ExecutorInfo prime_executor() {
  ExecutorInfo executor;
  executor.executor_id = "primes";
  executor.name = "counts primes";
  executor.resources = *Resources::parse("cpus:0.1;mem:32");
  executor.command.shell = false;
  executor.command.value =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "mesoscore-prime-executor";
  return executor;
}

class PrimeFramework {
 public:
  PrimeFramework(SchedulerDriver& driver, std::function<void()> done)
      : driver_(driver), done_(std::move(done)) {
    driver_.on_offers([this](std::span<Offer> offers) {
      for (const Offer& offer : offers) answer(offer);
    });
    driver_.on_update([this](const TaskStatus& status) { on_update(status); });
  }
  bool all_finished() const { return finished_ == kTasks; }

 private:
  void answer(const Offer& offer) {
    // The executor uses resources too, unless it already runs on that agent.
    Resources left = offer.resources;
    if (offer.executor_ids.empty()) {
      const ExecutorInfo executor = prime_executor();
      if (!left.contains(executor.resources)) return driver_.decline(offer);
      left -= executor.resources;
    }
    const Resources each = *Resources::parse("cpus:0.5;mem:16");
    std::vector<TaskInfo> tasks;
    for (; launched_ < kTasks && left.contains(each); left -= each) {
      TaskInfo task;
      task.task_id = "count-" + std::to_string(++launched_);
      task.agent_id = offer.agent_id;
      task.resources = each;
      task.executor = prime_executor();
      task.data = std::to_string(launched_ * 10'000);
      tasks.push_back(std::move(task));
    }
    if (tasks.empty()) return driver_.decline(offer);
    driver_.accept(offer, {launch(std::move(tasks))});
  }

  void on_update(const TaskStatus& status) {
    if (!is_terminal(status.state)) return;
    ++ended_;
    if (status.state == TaskState::finished) {
      ++finished_;
      std::cout << status.task_id << ": " << status.data << '\n';
    } else {
      std::cout << status.task_id << ": " << to_string(status.state) << ' ' << status.message << '\n';
    }
    if (ended_ == kTasks) done_();
  }

  SchedulerDriver& driver_;
  std::function<void()> done_;
  unsigned launched_ = 0, ended_ = 0, finished_ = 0;
};

int run(const std::string& work_dir, const std::string& executor_listen) {
  asio::io_context io;
  TransportSet transports;
  transports.add(transports::inproc()).add(transports::tcp()).add(transports::unix_socket());

  MasterServer master(io.get_executor(), transports, {.listen = {"inproc://master"}});

  AgentServerConfig config{.master = "inproc://master",
                           .resources = "cpus:2;mem:512",
                           .work_dir = work_dir,
                           .executor_listen = executor_listen};
  config.isolators.add(isolators::process());
  AgentServer agent(io.get_executor(), transports, std::move(config));

  SchedulerDriver driver(io.get_executor(), transports,
                         {.master = "inproc://master", .framework = {.name = "custom-executor"}});
  PrimeFramework framework(driver,
                           [&] { driver.async_teardown([&] { agent.async_stop([&] { io.stop(); }); }); });

  for (const Status& started : {master.start(), agent.start(), driver.start()}) {
    if (!started) {
      std::cerr << "cannot start: " << started.error().message << '\n';
      return 1;
    }
  }
  io.run();
  return framework.all_finished() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string transport = argc > 1 ? argv[1] : "unix";
  if (transport != "unix" && transport != "tcp") {
    std::cerr << "usage: mesoscore-custom-executor [unix|tcp], not '" << transport << "'\n";
    return 2;
  }
  std::string work_dir = (std::filesystem::temp_directory_path() / "mesoscore-executor-XXXXXX").string();
  if (mkdtemp(work_dir.data()) == nullptr) {
    std::cerr << "cannot create " << work_dir << '\n';
    return 1;
  }
  const int exit_code =
      run(work_dir, transport == "tcp" ? "tcp://127.0.0.1:0" : "unix://" + work_dir + "/executors");
  std::error_code ignored;
  std::filesystem::remove_all(work_dir, ignored);
  return exit_code;
}
