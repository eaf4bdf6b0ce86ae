// Questions about containers: who may ask what, and who hears the answer.
#include "agent_under_test.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

constexpr std::uint64_t kId = 77;

ContainerEvent answer_to(std::uint64_t number) {
  ContainerEvent event;
  event.kind = ContainerEvent::Kind::answered;
  event.number = number;
  return event;
}

ContainerEvent report_of(std::uint64_t number, std::vector<ContainerId> containers) {
  ContainerEvent event = answer_to(number);
  AgentReport& report = event.report.emplace();
  for (ContainerId& id : containers) report.containers.push_back({std::move(id), {}, {}, {}, 12, {}});
  return event;
}

struct Asked : AgentUnderTest {
  explicit Asked(AgentOptions given = agent_options()) : AgentUnderTest(std::move(given)) { join(); }
  std::uint64_t ask(AgentQuery query = GetContainers{}) {
    from_master(msg::AgentCall{kId, std::move(query)});
    return only_call<AskContainers>().number;
  }
  std::uint64_t ask_here(AgentQuery query = GetContainers{}) {
    step(Submitted{msg::AgentCall{kId, std::move(query)}});
    return only_call<AskContainers>().number;
  }
  void check_denied(AgentQuery query) {
    from_master(msg::AgentCall{kId, std::move(query)});
    CHECK(calls<AskContainers>().empty());
    const auto& answer = only<msg::AgentAnswer>(peer);
    CHECK(answer.id == kId);
    CHECK(answer.error == static_cast<std::uint32_t>(Errc::permission_denied));
    CHECK_FALSE(closed(peer));
  }
};

}  // namespace

TEST_CASE("what the containers answer goes to the master, with whose they are") {
  Asked agent;
  agent.run(command_task("t1"));
  agent.started();
  const ContainerId task = agent.container;
  agent.run_with_new_executor(executor_task("t2"));
  const std::uint64_t number = agent.ask(GetContainers{"c1"});
  CHECK(std::get<GetContainers>(agent.only_call<AskContainers>().query).container_id == "c1");

  agent.step(report_of(number, {task, "of nobody", agent.container}));
  const auto& answer = agent.only<msg::AgentAnswer>(agent.peer);
  CHECK(answer.id == kId);
  CHECK(answer.error == 0);
  REQUIRE(answer.report.containers.size() == 2);
  CHECK(answer.report.containers[0] == ContainerReport{task, kFramework, "t1", {}, 12, {}});
  CHECK(answer.report.containers[1] == ContainerReport{agent.container, kFramework, {}, "e1", 12, {}});
  // Once only.
  agent.step(answer_to(number));
  CHECK(agent.quiet());
}

TEST_CASE("an error of the containers is passed on") {
  Asked agent;
  ContainerEvent event = answer_to(agent.ask(ListFiles{"F9"}));
  event.error = static_cast<std::uint32_t>(Errc::not_found);
  event.message = "no F9 here";
  agent.step(std::move(event));
  CHECK(agent.only<msg::AgentAnswer>(agent.peer).error == static_cast<std::uint32_t>(Errc::not_found));
  CHECK(agent.only<msg::AgentAnswer>(agent.peer).text == "no F9 here");
}

TEST_CASE("the program asks without a master") {
  AgentUnderTest agent;
  agent.step(Submitted{msg::AgentCall{kId, ReadFile{"F/t/c/stdout"}}});
  const std::uint64_t number = agent.only_call<AskContainers>().number;
  ContainerEvent event = answer_to(number);
  event.report.emplace().data = "x";
  agent.step(std::move(event));
  CHECK(agent.nothing<msg::AgentAnswer>());
  REQUIRE(agent.delivered<msg::AgentAnswer>().size() == 1);
  CHECK(agent.delivered<msg::AgentAnswer>()[0].id == kId);
  CHECK(agent.delivered<msg::AgentAnswer>()[0].report.data == "x");
}

TEST_CASE("operators run no commands unless the agent says so, and the program may always") {
  Asked agent;
  agent.check_denied(RunInContainer{"c", {}});
  agent.check_denied(WaitContainer{"c"});
  agent.check_denied(KillNestedContainer{"c"});
  agent.ask_here(RunInContainer{"c", {}});
  agent.ask(ListFiles{});
  agent.ask(ReadFile{});

  AgentOptions other = agent_options();
  other.operators_read_files = false;
  other.operators_run_commands = true;
  Asked closed(other);
  closed.check_denied(ListFiles{});
  closed.check_denied(ReadFile{});
  closed.ask(RunInContainer{"c", {}});
  closed.ask(GetContainers{});
  closed.ask_here(ReadFile{});
}

TEST_CASE("questions of a master that is lost are forgotten, those of the program are not") {
  Asked agent;
  const std::uint64_t remote = agent.ask();
  const std::uint64_t local = agent.ask_here();
  agent.step(PeerDisconnected{agent.peer, "broke"});
  agent.step(answer_to(remote));
  CHECK(agent.quiet());
  agent.rejoin();
  agent.step(answer_to(remote));
  CHECK(agent.quiet());
  agent.step(answer_to(local));
  CHECK(agent.delivered<msg::AgentAnswer>().size() == 1);
  CHECK(agent.out().sends.empty());
}

TEST_CASE("so many questions wait for an answer") {
  AgentOptions options = agent_options();
  options.limits.max_questions = 2;
  Asked agent(options);
  const std::uint64_t first = agent.ask();
  agent.ask_here();
  agent.from_master(msg::AgentCall{kId, GetContainers{}});
  CHECK(agent.only<msg::AgentAnswer>(agent.peer).error == static_cast<std::uint32_t>(Errc::limit_exceeded));
  CHECK(agent.calls<AskContainers>().empty());
  agent.step(answer_to(first));
  agent.ask();
}

TEST_CASE("an agent that has stopped answers nothing but that") {
  Asked agent;
  agent.step(Stop{});
  REQUIRE(agent.machine().stopped());
  agent.step(Submitted{msg::AgentCall{kId, GetContainers{}}});
  REQUIRE(agent.delivered<msg::AgentAnswer>().size() == 1);
  CHECK(agent.delivered<msg::AgentAnswer>()[0].error == static_cast<std::uint32_t>(Errc::stopped));
}

TEST_CASE("executors ask nothing, and programs submit nothing else") {
  Asked agent;
  agent.connect_executor();
  agent.receive(kExecutor, msg::AgentCall{kId, GetContainers{}});
  CHECK(agent.refused(kExecutor));
  agent.step(Submitted{msg::Ping{}});
  CHECK(agent.quiet());
  CHECK(agent.noticed("Ping"));
}

}  // namespace mesoscore::test
