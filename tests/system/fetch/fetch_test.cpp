// The files of a command are there when it is launched; until then it is not.
#include <algorithm>
#include <deque>

#include <asio/io_context.hpp>

#include "catch.hpp"
#include "mesoscore/fetchers/curl.hpp"
#include "mesoscore/isolators/process.hpp"
#include "runtime/containers/containers.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Kind = ContainerEvent::Kind;

namespace {

// Ends a fetch when the test says so.
class HandFetcher : public Fetcher {
 public:
  Status start(asio::any_io_executor, std::string directory, Logger) override {
    cache = std::move(directory);
    return started;
  }
  void fetch(FetchRequest request, Handler done) override {
    requests.push_back(std::move(request));
    handlers.push_back(std::move(done));
  }
  void cancel(const ContainerId& id) override { cancelled.push_back(id); }
  void stop() override { ++stops; }

  Status started{};
  std::string cache;
  std::vector<FetchRequest> requests;
  std::vector<Handler> handlers;
  std::vector<ContainerId> cancelled;
  int stops = 0;
};

class Watcher : public Isolator {
 public:
  std::string_view name() const noexcept override { return "watcher"; }
  Status prepare(const ContainerSpec&, LaunchPlan&) override { return ++prepared, Status(); }
  Status update(const ContainerId&, const Resources&) override {
    return fail(Errc::io_error, "cannot update");
  }
  Status cleanup(const ContainerId&) override { return ++cleaned, Status(); }
  int prepared = 0, cleaned = 0;
};

class FetchingAgent {
 public:
  explicit FetchingAgent(std::shared_ptr<Fetcher> fetcher) {
    runtime::ContainersConfig config;
    config.work_dir = folder / "work";
    config.isolators.add(isolators::process()).add(watcher);
    config.fetcher = std::move(fetcher);
    containers = std::make_unique<runtime::Containers>(
        context.get_executor(), std::move(config),
        [this](std::span<ContainerEvent> some) { events.insert(events.end(), some.begin(), some.end()); });
    started = containers->start();
  }
  ~FetchingAgent() {
    containers->apply(KillContainer{"c", 0s});
    run_until([&] { return containers->size() == 0; });
    containers->stop();
  }

  void launch(const std::string& script, std::vector<CommandUri> uris) {
    auto framework = std::make_shared<FrameworkInfo>();
    framework->id = "f";
    LaunchContainer call;
    call.container_id = "c";
    call.framework = std::move(framework);
    call.agent_id = "a";
    call.task.task_id = "t";
    call.task.command = CommandInfo{.value = script, .uris = std::move(uris)};
    containers->apply(std::move(call));
  }
  bool run_until(const std::function<bool()>& over) {
    context.restart();
    for (int i = 0; i < 20'000 && !over(); ++i) context.run_one_for(1ms);
    return over();
  }
  const ContainerEvent* event(Kind kind) const {
    const auto found = std::find_if(events.begin(), events.end(),
                                    [&](const ContainerEvent& event) { return event.kind == kind; });
    return found == events.end() ? nullptr : &*found;
  }
  std::string message_of(Kind kind) {
    REQUIRE(run_until([&] { return event(kind) != nullptr; }));
    return event(kind)->message;
  }

  test::Folder folder;
  asio::io_context context;
  std::vector<ContainerEvent> events;
  std::shared_ptr<Watcher> watcher = std::make_shared<Watcher>();
  std::unique_ptr<runtime::Containers> containers;
  Status started;
};

}  // namespace

TEST_CASE("a command starts when its files are there, and not before", "[process]") {
  const auto fetcher = std::make_shared<HandFetcher>();
  FetchingAgent agent(fetcher);
  REQUIRE(agent.started);
  CHECK(std::filesystem::is_directory(fetcher->cache));
  agent.launch("test \"$(cat data)\" = fetched", {{.value = "/x/data", .cache = true}});
  REQUIRE(fetcher->requests.size() == 1);
  const FetchRequest& request = fetcher->requests[0];
  CHECK(request.container_id == "c");
  CHECK(request.uris == std::vector<CommandUri>{{.value = "/x/data", .cache = true}});
  CHECK(request.framework_id == "f");
  CHECK(request.user.empty());
  CHECK(request.sandbox == agent.containers->sandbox("c"));
  REQUIRE(std::filesystem::is_directory(request.sandbox));
  CHECK(agent.watcher->prepared == 1);
  agent.context.run_for(50ms);
  CHECK(agent.events.empty());

  test::write_bytes(request.sandbox + "/data", "fetched");
  fetcher->handlers[0]({});
  REQUIRE(agent.run_until([&] { return agent.event(Kind::exited) != nullptr; }));
  CHECK(agent.event(Kind::exited)->wait_status == 0);
  CHECK(agent.event(Kind::started) != nullptr);
  CHECK(agent.watcher->cleaned == 1);
}

TEST_CASE("a fetch that fails is a launch that failed, and says why", "[process]") {
  const auto fetcher = std::make_shared<HandFetcher>();
  FetchingAgent agent(fetcher);
  agent.launch("true", {{.value = "http://h/x"}});
  fetcher->handlers.at(0)(fail(Errc::not_found, "uri 'http://h/x': the server answers with status 404"));
  CHECK(agent.message_of(Kind::launch_failed) == "uri 'http://h/x': the server answers with status 404");
  CHECK(agent.events.size() == 1);
  CHECK(agent.watcher->cleaned == 1);
  CHECK(agent.containers->size() == 0);
  CHECK(fetcher->cancelled.empty());
}

TEST_CASE("a kill while files are fetched cancels that, and nothing is started", "[process]") {
  const auto fetcher = std::make_shared<HandFetcher>();
  FetchingAgent agent(fetcher);
  agent.launch("true", {{.value = "http://h/x"}});
  agent.containers->apply(KillContainer{"c", 5s});
  CHECK(fetcher->cancelled == std::vector<ContainerId>{"c"});
  CHECK_THAT(agent.message_of(Kind::launch_failed), Contains("while its files were being fetched"));
  fetcher->handlers.at(0)({});  // a fetcher that is late changes nothing
  agent.context.restart();
  agent.context.run_for(50ms);
  CHECK(agent.events.size() == 1);
  CHECK(agent.watcher->cleaned == 1);
}

TEST_CASE("a limit that is crossed while files are fetched ends the container", "[process]") {
  const auto fetcher = std::make_shared<HandFetcher>();
  FetchingAgent agent(fetcher);
  agent.launch("true", {{.value = "http://h/x"}});
  agent.containers->apply(UpdateContainer{"c", *Resources::parse("cpus:1")});
  CHECK(fetcher->cancelled == std::vector<ContainerId>{"c"});
  CHECK_THAT(agent.message_of(Kind::launch_failed), Contains("cannot update"));
  CHECK(agent.event(Kind::launch_failed)->reason == TaskReason::container_update_failed);
}

TEST_CASE("without a fetcher no command with files is run, and one that cannot start is an error",
          "[process]") {
  FetchingAgent none(nullptr);
  REQUIRE(none.started);
  none.launch("true", {{.value = "http://h/x"}});
  CHECK_THAT(none.message_of(Kind::launch_failed),
             Contains("the task has the uri 'http://h/x', but this agent fetches none"));
  const auto broken = std::make_shared<HandFetcher>();
  broken->started = fail(Errc::io_error, "no room");
  {
    FetchingAgent agent(broken);
    REQUIRE_FALSE(agent.started);
    CHECK(agent.started.error().message == "no room");
  }
  CHECK(broken->stops == 0);
}

TEST_CASE("a file of the machine runs as a command", "[process]") {
  test::Folder files;
  test::write_bytes(files / "tool", "#!/bin/sh\nexit 7\n");
  FetchingAgent agent(fetchers::curl({.file_roots = {files.path()}}));
  REQUIRE(agent.started);
  agent.launch("./bin/tool", {{.value = files / "tool", .executable = true, .output_file = "bin/tool"}});
  REQUIRE(agent.run_until([&] { return agent.event(Kind::exited) != nullptr; }));
  CHECK(agent.event(Kind::exited)->wait_status == 7 << 8);
}
