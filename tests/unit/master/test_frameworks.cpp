#include "harness.hpp"

namespace mesoscore::test {

TEST_CASE("a framework subscribes and gets an id of this master") {
  Cluster c;
  const auto f = c.add_framework();
  CHECK(f.id.str() == c.master.id().str() + "-0000");
  CHECK(c.add_framework(framework_info("g")).id.str() == c.master.id().str() + "-0001");
  CHECK(c.view().frameworks.size() == 2);
  CHECK(c.view().frameworks[0].connected);
}

TEST_CASE("a bad subscription is refused with a message and changes nothing") {
  Cluster c;
  const PeerId peer = c.connect(PeerRole::scheduler);
  SECTION("a role that ends with a slash") {
    c.send(peer, msg::Subscribe{framework_info("f", {"eng/"}), {}});
    CHECK_THAT(c.one<msg::ErrorMessage>(peer).message, Catch::Contains("eng/"));
  }
  SECTION("a role named twice") {
    c.send(peer, msg::Subscribe{framework_info("f", {"a", "a"}), {}});
    CHECK_THAT(c.one<msg::ErrorMessage>(peer).message, Catch::Contains("a"));
  }
  SECTION("a suppressed role that is not its own") {
    c.send(peer, msg::Subscribe{framework_info("f", {"a"}), {"b"}});
    CHECK_THAT(c.one<msg::ErrorMessage>(peer).message, Catch::Contains("\"b\""));
  }
  SECTION("no framework at all") { c.send(peer, msg::Subscribe{nullptr, {}}); }
  CHECK(c.closed(peer));
  CHECK(c.view().frameworks.empty());
}

TEST_CASE("calls before the subscription and of the wrong role are refused") {
  Cluster c;
  const PeerId scheduler = c.connect(PeerRole::scheduler);
  c.send(scheduler, msg::Revive{});
  CHECK_THAT(c.one<msg::ErrorMessage>(scheduler).message, Catch::Contains("Revive came before Subscribe"));
  CHECK(c.closed(scheduler));
  const PeerId agent = c.connect(PeerRole::agent);
  c.send(agent, msg::Subscribe{framework_info("f"), {}});
  CHECK_THAT(c.one<msg::ErrorMessage>(agent).message, Catch::Contains("agent"));
  CHECK(c.closed(agent));
  c.send(agent, msg::Subscribe{framework_info("f"), {}});  // crossed the close
  CHECK(c.sent.empty());
  CHECK(c.view().messages_refused == 2);
}

TEST_CASE("the newest subscriber wins and old offers are void without a rescind") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer old = c.offer(f.peer);

  const PeerId second = c.connect(PeerRole::scheduler);
  c.send(second, msg::Subscribe{f.info, {}});
  CHECK(c.one<msg::ErrorMessage>(f.peer).message == "Framework failed over");
  CHECK(c.closed(f.peer));
  CHECK(c.none<msg::Rescind>(f.peer));
  CHECK(c.one<msg::Subscribed>(second).framework_id == f.id);
  CHECK(c.offer(second).id != old.id);

  c.disconnect(f.peer);  // the late end of the old connection harms nobody
  CHECK(c.view().frameworks[0].connected);
}

TEST_CASE("a late subscription on an older connection does not end the newer one") {
  Cluster c;
  const PeerId stalled = c.connect(PeerRole::scheduler);  // what it has sent is under way for long
  const auto f = c.add_framework();
  c.send(stalled, msg::Subscribe{f.info, {}});
  CHECK(c.none<msg::ErrorMessage>(f.peer));
  CHECK_FALSE(c.closed(f.peer));
  CHECK(c.closed(stalled));
  CHECK(c.none<msg::ErrorMessage>(stalled));  // whoever it is may try again, and wins then
  CHECK(c.view().frameworks[0].connected);
  const PeerId again = c.connect(PeerRole::scheduler);
  c.send(again, msg::Subscribe{f.info, {}});
  CHECK(c.one<msg::Subscribed>(again).framework_id == f.id);
  CHECK(c.closed(f.peer));
}

TEST_CASE("what came over an older connection is out of date, also when the newer one has ended") {
  Cluster c;
  const PeerId stalled = c.connect(PeerRole::scheduler);
  auto info = framework_info("f");
  info->failover_timeout = 1h;
  const auto f = c.add_framework(info);
  c.disconnect(f.peer);
  c.send(stalled, msg::Subscribe{f.info, {}});
  CHECK(c.closed(stalled));
  CHECK_FALSE(c.view().frameworks[0].connected);
}

TEST_CASE("a framework that does not come back within its failover timeout is removed with its tasks") {
  Cluster c;
  const auto agent = c.add_agent();
  auto info = framework_info("f");
  info->failover_timeout = 10s;
  const auto f = c.add_framework(info);
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  c.disconnect(f.peer);

  SECTION("it comes back in time") {
    c.advance(9s);
    const PeerId again = c.connect(PeerRole::scheduler);
    c.send(again, msg::Subscribe{f.info, {}});
    CHECK(c.one<msg::Subscribed>(again).framework_id == f.id);
    c.advance(10s);
    CHECK(c.view().frameworks.size() == 1);
    CHECK(c.master.tasks(f.id).size() == 1);
  }
  SECTION("it does not") {
    c.advance(11s);
    CHECK(c.one<msg::ShutdownFramework>(agent.peer).framework_id == f.id);
    CHECK(c.view().frameworks.empty());
    CHECK(c.view().tasks == 0);
    const PeerId late = c.connect(PeerRole::scheduler);
    c.send(late, msg::Subscribe{f.info, {}});
    CHECK_THAT(c.one<msg::ErrorMessage>(late).message, Catch::Contains("Framework has been removed"));
  }
}

TEST_CASE("with a failover timeout of zero the end of the connection removes the framework") {
  Cluster c;
  const auto f = c.add_framework();
  c.disconnect(f.peer);
  c.advance(0s);
  CHECK(c.view().frameworks.empty());
  CHECK(c.view().completed_frameworks == std::vector<FrameworkId>{f.id});
}

TEST_CASE("teardown kills, closes and forbids the id") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  c.send(f.peer, msg::Teardown{});
  CHECK(c.one<msg::ShutdownFramework>(agent.peer).framework_id == f.id);
  (void)c.one<msg::Teardown>(f.peer);  // the answer
  CHECK(c.closed(f.peer));
  CHECK(c.none<msg::Update>(f.peer));
  const auto g = c.add_framework(framework_info("g"));
  CHECK(c.offer(g.peer).resources.get("cpus") == 4);  // all is free again
}

TEST_CASE("an agent that has an update of a framework that was removed is told so") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.update(agent, f, "t", TaskState::dropped);
  CHECK(c.none<msg::ShutdownFramework>(agent.peer));
  c.send(f.peer, msg::Teardown{});
  c.update(agent, f, "t", TaskState::dropped);
  CHECK(c.one<msg::ShutdownFramework>(agent.peer).framework_id == f.id);
}

TEST_CASE(
    "principal, user and checkpoint do not change at a re-subscription; the rest does and agents learn it") {
  Cluster c;
  const auto agent = c.add_agent();
  auto info = framework_info("f");
  info->principal = "p";
  info->user = "alice";
  info->failover_timeout = 1h;
  const auto f = c.add_framework(info);
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});

  auto other = std::make_shared<FrameworkInfo>(*f.info);
  other->principal = "q";
  const PeerId refused = c.connect(PeerRole::scheduler);
  c.send(refused, msg::Subscribe{other, {}});
  CHECK_THAT(c.one<msg::ErrorMessage>(refused).message, Catch::Contains("\"p\"") && Catch::Contains("\"q\""));
  CHECK(c.view().frameworks[0].connected);  // the first one still is

  other->principal = "p";
  other->user = "bob";
  other->name = "renamed";
  const PeerId accepted = c.connect(PeerRole::scheduler);
  c.send(accepted, msg::Subscribe{other, {}});
  const auto told = c.one<msg::UpdateFramework>(agent.peer);
  CHECK(told.framework->name == "renamed");
  CHECK(told.framework->user == "alice");
}

TEST_CASE("an id of an earlier master is kept") {
  Cluster c;
  auto info = framework_info("f");
  info->id = FrameworkId("other-master-0007");
  CHECK(c.add_framework(info).id == "other-master-0007");
}

TEST_CASE("heartbeats: one at once, then at every interval") {
  Cluster c;
  const auto f = c.add_framework();
  CHECK(c.all<msg::Heartbeat>(f.peer).size() == 1);
  c.advance(46s);
  CHECK(c.all<msg::Heartbeat>(f.peer).size() == 3);
}

}  // namespace mesoscore::test
