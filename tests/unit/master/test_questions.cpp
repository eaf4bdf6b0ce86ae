// Questions for agents: passed on, answered once, and answered also when the agent goes away.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

struct Desk {
  explicit Desk(MasterOptions options = {}) : c(std::move(options)), peer(c.connect(PeerRole::operator_)) {}
  void ask(const AgentId& agent, AgentQuery query = GetContainers{}) {
    c.send(peer, msg::OperatorCall{++id, AskAgent{agent, std::move(query)}});
  }
  // The number under which the agent was asked.
  std::uint64_t asked(PeerId agent) const { return c.one<msg::AgentCall>(agent).id; }
  msg::OperatorAnswer answered() const { return c.one<msg::OperatorAnswer>(peer); }
  void check_refused(Errc code, const std::string& why) const {
    const auto answer = answered();
    CHECK(answer.id == id);
    CHECK(answer.error == static_cast<std::uint32_t>(code));
    CHECK_THAT(answer.text, Contains(why));
  }
  Cluster c;
  PeerId peer;
  std::uint64_t id = 40;
};

msg::AgentAnswer answer_of(std::uint64_t number) {
  msg::AgentAnswer answer;
  answer.id = number;
  answer.report.data = "bytes";
  answer.report.size = 5;
  return answer;
}

}  // namespace

TEST_CASE("a question is passed on, and its answer goes back under the caller's number") {
  Desk desk;
  const auto agent = desk.c.add_agent();
  desk.ask(agent.id, ReadFile{"F/t/latest/stdout", -7, 9});
  CHECK(desk.c.none<msg::OperatorAnswer>(desk.peer));
  const auto call = desk.c.one<msg::AgentCall>(agent.peer);
  const auto& query = std::get<ReadFile>(call.query);
  CHECK(query.path == "F/t/latest/stdout");
  CHECK(query.offset == -7);
  CHECK(query.length == 9);

  desk.c.send(agent.peer, answer_of(call.id));
  const auto answer = desk.answered();
  CHECK(answer.id == desk.id);
  CHECK(answer.error == 0);
  REQUIRE(answer.report);
  CHECK(answer.report->data == "bytes");
  // Once only.
  desk.c.send(agent.peer, answer_of(call.id));
  CHECK(desk.c.none<msg::OperatorAnswer>(desk.peer));
}

TEST_CASE("answers of several agents and callers find their way, in any order") {
  Desk desk;
  const auto one = desk.c.add_agent("h1"), two = desk.c.add_agent("h2");
  const PeerId other = desk.c.connect(PeerRole::operator_);
  desk.ask(one.id);
  const std::uint64_t first = desk.asked(one.peer);
  desk.c.send(other, msg::OperatorCall{5, AskAgent{two.id, GetContainers{}}});
  const std::uint64_t second = desk.asked(two.peer);
  CHECK(first != second);

  // An agent cannot answer for another one.
  desk.c.send(one.peer, answer_of(second));
  CHECK(desk.c.sent.empty());
  desk.c.send(two.peer, answer_of(second));
  CHECK(desk.c.one<msg::OperatorAnswer>(other).id == 5);
  msg::AgentAnswer failed;
  failed.id = first;
  failed.error = static_cast<std::uint32_t>(Errc::permission_denied);
  failed.text = "not for you";
  desk.c.send(one.peer, std::move(failed));
  desk.check_refused(Errc::permission_denied, "not for you");
}

TEST_CASE("agents that are not there are not asked") {
  Desk desk;
  desk.ask(AgentId("a9"));
  desk.check_refused(Errc::not_found, "\"a9\"");
  const auto agent = desk.c.add_agent();
  desk.ask(agent.id, {});
  desk.check_refused(Errc::invalid_argument, "question");
  CHECK(desk.c.none<msg::AgentCall>(agent.peer));
  desk.c.disconnect(agent.peer);
  desk.ask(agent.id);
  desk.check_refused(Errc::not_connected, agent.id.str());
}

TEST_CASE("who has asked an agent that goes away is told") {
  Desk desk;
  const auto agent = desk.c.add_agent();
  desk.ask(agent.id);

  SECTION("its connection breaks") {
    desk.c.disconnect(agent.peer);
    desk.check_refused(Errc::not_connected, "disconnected");
  }
  SECTION("it unregisters") {
    desk.c.send(agent.peer, msg::UnregisterAgent{});
    desk.check_refused(Errc::not_connected, "was removed");
  }
  SECTION("it is marked as gone") {
    desk.c.step(MarkAgentGone{agent.id});
    desk.check_refused(Errc::not_connected, "was removed");
  }
  SECTION("it comes back on another connection, and answers late") {
    const std::uint64_t number = desk.asked(agent.peer);
    const PeerId again = desk.c.connect(PeerRole::agent);
    desk.c.send(again, msg::ReregisterAgent{agent.info, {}, {}, {}, {}});
    desk.check_refused(Errc::not_connected, "connected again");
    desk.c.send(again, answer_of(number));
    CHECK(desk.c.none<msg::OperatorAnswer>(desk.peer));
  }
}

TEST_CASE("an answer for an operator who has gone is dropped") {
  Desk desk;
  const auto agent = desk.c.add_agent();
  desk.ask(agent.id);
  const std::uint64_t number = desk.asked(agent.peer);
  desk.c.disconnect(desk.peer);
  desk.c.send(agent.peer, answer_of(number));
  CHECK(desk.c.sent.empty());
  CHECK_FALSE(desk.c.closed(agent.peer));
}

TEST_CASE("so many questions may wait for one agent, and others wait for nothing") {
  MasterOptions options;
  options.limits.max_questions_per_agent = 2;
  Desk desk(options);
  const auto one = desk.c.add_agent("h1"), two = desk.c.add_agent("h2");
  desk.ask(one.id);
  const std::uint64_t first = desk.asked(one.peer);
  desk.ask(one.id);
  desk.ask(one.id);
  desk.check_refused(Errc::limit_exceeded, "2 questions");
  desk.ask(two.id);
  CHECK(desk.asked(two.peer) > first);
  desk.c.send(one.peer, answer_of(first));
  desk.ask(one.id);
  CHECK(desk.asked(one.peer) > first);
}

TEST_CASE("only agents answer questions") {
  Desk desk;
  const auto framework = desk.c.add_framework();
  desk.c.send(framework.peer, answer_of(1));
  CHECK(desk.c.closed(framework.peer));
}

}  // namespace mesoscore::test
