// Probes of containers: TCP and HTTP by way of the prober, commands as processes inside of the container.
// Everything happens on the executor.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <tsl/robin_map.h>
#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/container.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/prober.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::runtime {

// Names what of the task's checks this agent cannot make.
Status check_probes(const TaskInfo& task, const Prober* prober);
bool has_command_probes(const TaskInfo& task);

class Probes : public std::enable_shared_from_this<Probes> {
 public:
  using Answer = std::function<void(ContainerEvent)>;

  // `prober` may be null.
  Probes(asio::any_io_executor executor, std::shared_ptr<Prober> prober, Answer answer);

  void start();
  // TCP or HTTP; `pid` of a process of the container, 0 = not known.
  void probe(const ProbeContainer& call, pid_t pid);
  // A command, as the plan says.
  void run(const ProbeContainer& call, Launcher& launcher, LaunchPlan plan);
  // It could not be made.
  void fail(const ProbeContainer& call, std::string why);
  // True: it is about one of our commands, and dealt with.
  bool on_event(const ContainerEvent& event);
  // Its commands end, and nothing more is said of it.
  void drop(const ContainerId& container);
  void stop();

 private:
  struct Command {
    ContainerId container;
    std::uint64_t number = 0;
    Launcher* launcher = nullptr;
    std::unique_ptr<asio::steady_timer> timer;  // null: no timeout
    bool answered = false;                      // or nobody waits for it
  };

  void overdue(const ContainerId& id, Duration timeout);
  void answer(const ContainerId& container, std::uint64_t number, Result<ProbeResult> result);
  void answer(Command& command, Result<ProbeResult> result);

  asio::any_io_executor executor_;
  std::shared_ptr<Prober> prober_;
  Answer answer_;
  bool stopped_ = false;
  tsl::robin_map<ContainerId, Command> commands_;  // that have not ended, by their own ids
};

}  // namespace mesoscore::runtime
