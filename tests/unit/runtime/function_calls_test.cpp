// How functions share the executor of their agent with everything else on it.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "runtime/containers/containers.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using namespace std::chrono_literals;

namespace {

struct Trace {
  // Launches two containers at once, and then posts something else.
  void run(const std::string& function) {
    runtime::ContainersConfig config;
    config.functions.add("short", [this](FunctionTask task) {
      order += "s";
      task.finish();
    });
    config.functions.add("long", [this](FunctionTask task) {
      order += "l";
      std::this_thread::sleep_for(3ms);
      task.finish();
    });
    runtime::Containers containers(io.get_executor(), std::move(config),
                                   [this](std::span<ContainerEvent> events) {
                                     for (const ContainerEvent& event : events) kinds.push_back(event.kind);
                                   });
    REQUIRE(containers.start());
    std::vector<ContainerCall> calls;
    for (const char* id : {"c1", "c2"}) {
      LaunchContainer call;
      call.container_id = ContainerId(id);
      call.kind = ContainerKind::function;
      call.task.function = function;
      calls.emplace_back(std::move(call));
    }
    containers.apply(calls);
    asio::post(io, [this] { order += "-"; });
    CHECK(order.empty());  // never from within apply()
    io.run();
    CHECK(containers.size() == 0);
  }

  asio::io_context io;
  std::string order;
  std::vector<ContainerEvent::Kind> kinds;
};

}  // namespace

TEST_CASE("short functions that are launched together are called in a row") {
  Trace trace;
  trace.run("short");
  CHECK(trace.order == "ss-");
  CHECK(trace.kinds.size() == 4);
}

TEST_CASE("behind a long function others get their turn before the next") {
  Trace trace;
  trace.run("long");
  CHECK(trace.order == "l-l");
  CHECK(trace.kinds.size() == 4);
}
