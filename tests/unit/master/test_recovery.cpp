// A master that is started again with the registry of the one before.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

MasterOptions with_quota() {
  MasterOptions options;
  RoleQuota quota{"eng", {}};
  quota.quota.guarantee = Quantities::parse("cpus:1").value();
  options.quotas = {quota};
  options.recovery_gate_timeout = 1min;
  return options;
}

PeerId return_agent(Cluster& c, const Cluster::AgentPeer& agent, std::vector<Task> tasks = {},
                    std::vector<msg::FrameworkPtr> frameworks = {}) {
  const PeerId peer = c.connect(PeerRole::agent);
  c.send(peer, msg::ReregisterAgent{agent.info, std::move(tasks), {}, std::move(frameworks), {}});
  return peer;
}

PeerId return_framework(Cluster& c, const Cluster::FrameworkPeer& f) {
  const PeerId peer = c.connect(PeerRole::scheduler);
  c.send(peer, msg::Subscribe{f.info, {}, {}});
  return peer;
}

std::string error_of(std::vector<Record> records, MasterOptions options = {}) {
  const auto made = Master::recover(options, nullptr, Rng(1), TimePoint{1h}, std::move(records));
  if (made) return "";
  CHECK(made.error() == Errc::data_corrupt);
  return made.error().message;
}

}  // namespace

TEST_CASE("agents of the registry are not yet back, and return without a word to schedulers") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)});
  c.update(agent, f, "t", TaskState::running);
  const auto tasks = c.master.tasks(f.id);

  const MasterId before = c.master.id();
  c.restart();
  CHECK_FALSE(c.master.id() == before);
  CHECK(c.view().agents.empty());
  CHECK(c.view().recovered_agents == std::vector<AgentId>{agent.id});

  const PeerId scheduler = return_framework(c, f);
  CHECK(c.one<msg::Subscribed>(scheduler).framework_id == f.id);
  const std::size_t changes = c.changes.size();
  const PeerId again = return_agent(c, agent, tasks, {f.info});
  CHECK(c.one<msg::AgentReregistered>(again).missing.empty());
  CHECK(c.none<msg::Update>(scheduler));
  CHECK(c.offer(scheduler).resources == Resources::parse("cpus:3;mem:960").value());
  CHECK(c.master.tasks(f.id).size() == 1);
  CHECK(c.view().recovered_agents.empty());
  CHECK(c.changes.size() == changes);  // it is as the registry has it
}

TEST_CASE("what a returning agent says of itself is kept when it has changed") {
  Cluster c;
  auto agent = c.add_agent("h1", "cpus:4");
  c.restart();
  agent.info = std::make_shared<AgentInfo>(*agent.info);
  agent.info->resources = Resources::parse("cpus:8").value();
  return_agent(c, agent);
  const auto* record = c.find<record::AdmittedAgent>(admitted_agent_key(agent.id));
  CHECK(record->info->resources.get("cpus") == 8);

  SECTION("also while the master lives") {
    agent.info = std::make_shared<AgentInfo>(*agent.info);
    agent.info->resources = Resources::parse("cpus:9").value();
    return_agent(c, agent);
    CHECK(c.find<record::AdmittedAgent>(admitted_agent_key(agent.id))->info->resources.get("cpus") == 9);
  }
}

TEST_CASE("another hostname under the id of an agent that is not back yet is shut down") {
  Cluster c;
  const auto agent = c.add_agent("h1");
  c.restart();
  auto other = agent;
  other.info = agent_info("h2", "cpus:1");
  other.info->id = agent.id;
  const PeerId peer = return_agent(c, other);
  CHECK_THAT(c.one<msg::ShutdownAgent>(peer).message, Contains("h1") && Contains("h2"));
  CHECK(c.view().recovered_agents.size() == 1);
}

TEST_CASE("an agent without an id is a new one") {
  Cluster c;
  const auto agent = c.add_agent("h1");
  c.restart();
  const auto fresh = c.add_agent("h1");
  CHECK_FALSE(fresh.id == agent.id);
  CHECK(c.view().recovered_agents == std::vector<AgentId>{agent.id});
}

TEST_CASE("agents that do not come back in time are unreachable; frameworks hear of the agent only") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto stays = c.add_agent("h2");
  c.restart();
  const auto f = c.add_framework();
  const PeerId back = return_agent(c, stays);
  for (int i = 0; i < 39; ++i) {
    c.advance(15s);
    c.send(back, msg::Pong{});
  }
  c.advance(14s);
  CHECK(c.view().recovered_agents.size() == 1);
  c.advance(2s);
  CHECK(c.one<msg::Failure>(f.peer).agent_id == agent.id);
  CHECK(c.none<msg::Update>(f.peer));
  CHECK(c.view().recovered_agents.empty());
  CHECK(c.find<record::UnreachableAgent>(unreachable_agent_key(agent.id)) != nullptr);
  CHECK(c.find<record::AdmittedAgent>(admitted_agent_key(agent.id)) == nullptr);
  c.restart();
  CHECK(c.view().unreachable_agents == std::vector<AgentId>{agent.id});
  CHECK(c.view().recovered_agents == std::vector<AgentId>{stays.id});
}

TEST_CASE("when too many agents are missing, none is given up") {
  MasterOptions options;
  options.recovery_agent_removal_limit = 0.5;
  Cluster c(options);
  std::vector<Cluster::AgentPeer> agents;
  for (int i = 0; i < 4; ++i) agents.push_back(c.add_agent("h" + std::to_string(i)));
  c.restart();
  return_agent(c, agents[0]);
  c.out.notice_level = LogLevel::error;
  c.advance(10min);
  REQUIRE(c.notices.size() == 1);
  CHECK_THAT(c.notices[0].text, Contains("3 of 4 agents"));
  CHECK(c.view().recovered_agents.size() == 3);
  return_agent(c, agents[1]);
  c.advance(10min);  // two of four is not more than half
  CHECK(c.view().recovered_agents.empty());
  CHECK(c.find<record::UnreachableAgent>(unreachable_agent_key(agents[3].id)) != nullptr);
}

TEST_CASE("weights, quotas and removed frameworks are back; records win over options") {
  MasterOptions options;
  options.weights = {{"eng", 5}, {"web", 7}};
  options.quotas = with_quota().quotas;
  Cluster c(options);
  c.add_agent("h1", "cpus:4;mem:1024");
  const auto f = c.add_framework();
  c.send(f.peer, msg::Teardown{});
  c.step(SetWeight{"eng", 2});
  const auto weight_of = [&](std::string_view role) {
    for (const RoleSummary& summary : c.view().roles) {
      if (summary.role == role) return summary.weight;
    }
    return 0.0;
  };
  SECTION("a quota of another role") {
    RoleQuota quota{"ops", {}};
    quota.quota.guarantee = Quantities::parse("cpus:2").value();
    c.step(SetQuota{{quota}, false});
    c.restart();
    CHECK(c.view().roles.size() == 3);
    CHECK_FALSE(c.view().roles[0].quota.is_default());
    CHECK(c.view().roles[1].quota == quota.quota);
  }
  SECTION("a quota of the options that was taken away stays away") {
    c.step(SetQuota{{RoleQuota{"eng", {}}}, false});
    c.restart();
    CHECK(c.view().roles[0].quota.is_default());
  }
  CHECK(weight_of("eng") == 2);
  CHECK(weight_of("web") == 7);
  CHECK(c.view().completed_frameworks == std::vector<FrameworkId>{f.id});
  const PeerId again = return_framework(c, f);
  CHECK_THAT(c.one<msg::ErrorMessage>(again).message, Contains("Framework has been removed"));
}

TEST_CASE(
    "a framework that was removed while its agent was away is shut down there, also by the next master") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)});
  const auto tasks = c.master.tasks(f.id);
  c.disconnect(agent.peer);
  SECTION("disconnected") {}
  SECTION("unreachable") { c.advance(11min); }
  c.send(f.peer, msg::Teardown{});
  c.restart();
  const PeerId again = return_agent(c, agent, tasks, {f.info});
  CHECK(c.one<msg::ShutdownFramework>(again).framework_id == f.id);
  CHECK(c.view().tasks == 0);
  CHECK(c.view().frameworks.empty());
}

TEST_CASE("while a role has a quota, no offers are made before enough agents are back") {
  Cluster c(with_quota());
  std::vector<Cluster::AgentPeer> agents;
  for (int i = 0; i < 5; ++i) agents.push_back(c.add_agent("h" + std::to_string(i)));
  c.restart();
  const auto f = c.add_framework();
  for (std::size_t i = 0; i < 3; ++i) return_agent(c, agents[i]);
  CHECK(c.offers(f.peer).empty());
  CHECK_THAT(c.master.explain(f.id, "*", c.now).sentence, Contains("held back: 3 of 5 agents are back"));
  CHECK_THAT(c.master.explain(f.id, "*", agents[0].id, c.now).sentence, Contains("held back: 3 of 5"));

  SECTION("enough are back") {
    return_agent(c, agents[3]);
    CHECK(c.offers(f.peer).size() == 4);
    CHECK_THAT(c.master.explain(f.id, "*", c.now).sentence, !Contains("held back: "));
  }
  SECTION("the time is over") {
    c.advance(59s);
    CHECK(c.offers(f.peer).empty());
    c.advance(1s);
    CHECK(c.offers(f.peer).size() == 3);
  }
  SECTION("the last quota is taken away") {
    c.step(SetQuota{{RoleQuota{"eng", {}}}, false});
    CHECK(c.offers(f.peer).size() == 3);
  }
  SECTION("one that is missing is gone for ever") {
    c.step(MarkAgentGone{agents[4].id});
    CHECK(c.offers(f.peer).empty());  // 3 of 4 is still less than 0.8
    c.step(MarkAgentGone{agents[3].id});
    CHECK(c.offers(f.peer).size() == 3);
  }
}

TEST_CASE("without a quota offers are made at once") {
  Cluster c;
  const auto one = c.add_agent("h1");
  c.add_agent("h2");
  c.restart();
  const auto f = c.add_framework();
  return_agent(c, one);
  CHECK(c.offers(f.peer).size() == 1);
}

TEST_CASE("a registry that contradicts itself is refused, by name") {
  const auto info = agent_info("h1", "cpus:1");
  info->id = AgentId("a1");
  const record::AdmittedAgent admitted{info, false, {}, false};
  const record::GoneAgent gone{AgentId("a1"), TimePoint{1h}};
  const record::UnreachableAgent away{AgentId("a1"), TimePoint{1h}, false, {}};
  CHECK(error_of({admitted}).empty());
  CHECK_THAT(error_of({admitted, gone}), Contains("\"gone/a1\"") && Contains("admitted"));
  CHECK_THAT(error_of({gone, away}), Contains("\"gone/a1\"") && Contains("unreachable"));
  CHECK_THAT(error_of({away, admitted}), Contains("\"unreachable/a1\""));
  CHECK_THAT(error_of({admitted, admitted}), Contains("\"admitted/a1\" is there twice"));
  CHECK_THAT(error_of({record::AdmittedAgent{}}), Contains("has no agent"));
  CHECK_THAT(error_of({record::Weight{"eng", -1}}), Contains("\"weight/eng\""));
  CHECK_THAT(error_of({record::Self{}}), Contains("storage of an agent"));
  RoleQuota parent{"eng", {}}, child{"eng/web", {}};
  parent.quota.limit = QuantityLimits::parse("cpus:1").value();
  child.quota.guarantee = Quantities::parse("cpus:2").value();
  CHECK_THAT(error_of({record::Quota{parent}, record::Quota{child}}), Contains("eng"));
  MasterOptions options;
  options.quotas = {parent};
  CHECK(error_of({record::Quota{child}}, options).empty());  // that of the options gives way
}

TEST_CASE("acknowledgements of what the last master has forwarded get through") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)});
  const Uuid uuid = c.update(agent, f, "t", TaskState::finished);
  auto tasks = c.master.tasks(f.id);
  REQUIRE(tasks[0].status_update_uuid == uuid);
  c.restart();
  const PeerId again = return_agent(c, agent, tasks, {f.info});
  const PeerId scheduler = return_framework(c, f);
  CHECK(c.offer(scheduler).resources == agent.info->resources);  // a task that has ended holds nothing
  c.send(scheduler, msg::Acknowledge{agent.id, TaskId("t"), uuid});
  CHECK(c.one<msg::UpdateAcknowledged>(again).uuid == uuid);
  CHECK(c.master.tasks(f.id).empty());
}

TEST_CASE("a framework that only agents know of has no timer") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)});
  const auto tasks = c.master.tasks(f.id);
  c.restart();
  const PeerId again = return_agent(c, agent, tasks, {f.info});
  for (int i = 0; i < 100; ++i) {
    c.advance(15s);
    c.send(again, msg::Pong{});
  }
  REQUIRE(c.view().frameworks.size() == 1);
  CHECK_FALSE(c.view().frameworks[0].connected);
  CHECK(c.master.tasks(f.id).size() == 1);
}

}  // namespace mesoscore::test
