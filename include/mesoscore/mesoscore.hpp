// The whole public interface of the components core and runtime, and the tour. A cluster in one program:
//
//     #include <asio/io_context.hpp>
//     #include <mesoscore/mesoscore.hpp>
//     #include <mesoscore/transports/inproc.hpp>
//     using namespace mesoscore;
//
//     int main() {
//       asio::io_context io;  // yours: the library runs on it and starts no thread
//       TransportSet transports;
//       transports.add(transports::inproc());  // or tcp(), unix_socket(): what is linked is there
//
//       MasterServer master(io.get_executor(), transports, {.listen = {"inproc://master"}});
//
//       FunctionSet functions;  // tasks may be C++ callables, commands or custom executors
//       functions.add("greet", [](FunctionTask task) { task.finish("hello " + task.info().data); });
//       AgentServer agent(io.get_executor(), transports,
//                         {.master = "inproc://master",
//                          .resources = "cpus:4;mem:1024",
//                          .functions = functions});
//
//       SchedulerDriver driver(io.get_executor(), transports,
//                              {.master = "inproc://master", .framework = {.name = "tour"}});
//       // An offer: resources of one agent, yours until you answer.
//       driver.on_offers([&](std::span<Offer> offers) {
//         for (const Offer& offer : offers) {
//           TaskInfo task{.task_id = "t1",
//                         .agent_id = offer.agent_id,
//                         .name = "greeting",
//                         .resources = *Resources::parse("cpus:1;mem:32"),
//                         .function = "greet",
//                         .data = "world"};
//           driver.accept(offer, {launch({task})});
//         }
//       });
//       driver.on_update([&](const TaskStatus& status) {
//         if (is_terminal(status.state)) driver.async_teardown([&] { io.stop(); });
//       });
//       if (!master.start() || !agent.start() || !driver.start()) return 1;
//       io.run();
//     }
//
// Each of the four has a state machine without I/O inside (Master, Agent, Scheduler, Executor): drive it from
// your own event loop or simulator, see outbox.hpp. Executors that are programs of their own use
// ExecutorDriver. Replace parts through the contracts in transport.hpp, isolator.hpp and policy.hpp.
#pragma once

// Values.
#include "mesoscore/agent_info.hpp"
#include "mesoscore/attributes.hpp"
#include "mesoscore/box.hpp"
#include "mesoscore/constraints.hpp"
#include "mesoscore/demand.hpp"
#include "mesoscore/explanation.hpp"
#include "mesoscore/framework.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/labels.hpp"
#include "mesoscore/limits.hpp"
#include "mesoscore/message.hpp"
#include "mesoscore/offer.hpp"
#include "mesoscore/operator.hpp"
#include "mesoscore/quota.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/roles.hpp"
#include "mesoscore/small_vector.hpp"
#include "mesoscore/task.hpp"
#include "mesoscore/text.hpp"
#include "mesoscore/time.hpp"
#include "mesoscore/version.hpp"

// The state machines, and what goes in and out.
#include "mesoscore/agent.hpp"
#include "mesoscore/allocator.hpp"
#include "mesoscore/assert.hpp"
#include "mesoscore/container.hpp"
#include "mesoscore/executor.hpp"
#include "mesoscore/master.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/policies/drf.hpp"
#include "mesoscore/policies/fair.hpp"
#include "mesoscore/policies/fifo.hpp"
#include "mesoscore/policies/priority.hpp"
#include "mesoscore/policies/random.hpp"
#include "mesoscore/policy.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/scheduler.hpp"

// The same on your executor.
#include "mesoscore/agent_server.hpp"
#include "mesoscore/clock.hpp"
#include "mesoscore/endpoint.hpp"
#include "mesoscore/executor_driver.hpp"
#include "mesoscore/function.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/log.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/operator_client.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/transport.hpp"
