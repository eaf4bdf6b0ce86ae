// Dial, subscribe, notice that the master has gone, and begin again.
#include "harness.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

TEST_CASE("the first tick dials, and the connection subscribes") {
  Client c;
  CHECK(c.machine().next_deadline() == c.now());
  c.tick();
  REQUIRE(c.out().dials.size() == 1);
  CHECK(c.out().dials[0].role == PeerRole::master);
  CHECK(c.machine().next_deadline() == kNever);

  c.connect();
  const auto subscribe = only(c.sent<msg::Subscribe>());
  CHECK(subscribe.framework->name == "f");
  CHECK(subscribe.framework->id.empty());
  CHECK_FALSE(c.stats().subscribed);

  c.subscribed();
  CHECK(only(c.delivered<msg::Subscribed>()).framework_id == "F");
  CHECK(c.machine().framework_id() == "F");
  CHECK(c.stats().subscribed);
  CHECK(c.stats().subscriptions == 1);
  CHECK(c.out().sends.empty());  // a new framework has nothing to ask for
}

TEST_CASE("after a loss it subscribes again with its id") {
  Client c;
  c.subscribe();
  c.disconnect();
  CHECK_FALSE(c.stats().subscribed);
  c.next();
  REQUIRE(c.out().dials.size() == 1);
  c.connect();
  CHECK(only(c.sent<msg::Subscribe>()).framework->id == "F");
}

TEST_CASE("attempts are random within an interval that doubles up to its bound") {
  Client c;
  c.next();
  std::vector<Duration> waits;
  for (int i = 0; i < 40; ++i) {
    REQUIRE(c.out().dials.size() == 1);
    c.step(DialFailed{"nobody listens"});
    CHECK(c.noticed("nobody listens"));
    waits.push_back(c.next());
  }
  CHECK(waits[0] <= 100ms);
  for (std::size_t i = 0; i < 7; ++i) CHECK(waits[i] <= 100ms * (1 << i));
  CHECK(*std::max_element(waits.begin(), waits.end()) > 5s);
  CHECK(*std::max_element(waits.begin(), waits.end()) <= 10s);
  std::sort(waits.begin(), waits.end());
  CHECK(std::unique(waits.begin(), waits.end()) == waits.end());

  SECTION("a subscription takes it back to the beginning") {
    c.connect();
    c.subscribed();
    c.disconnect();
    CHECK(c.machine().next_deadline() - c.now() <= 100ms);
  }
  SECTION("a connection alone does not") {
    c.connect();
    Duration longest{0};
    for (int i = 0; i < 10; ++i) {
      c.disconnect();
      longest = std::max(longest, c.next());
      c.connect();
    }
    CHECK(longest > 1s);
  }
}

TEST_CASE("a master that is silent for the heartbeats it promised is left") {
  Client c;
  c.subscribe(10s);
  CHECK(c.machine().next_deadline() == c.now() + 50s);
  c.sleep(40s);
  c.receive(msg::Heartbeat{});
  CHECK(c.machine().next_deadline() == c.now() + 50s);

  SECTION("any message is a sign of life") {
    c.sleep(49s);
    c.receive(msg::Update{status_of("t", TaskState::unknown)});
    CHECK(c.machine().next_deadline() == c.now() + 50s);
  }
  SECTION("silence is not") {
    c.advance(50s - 1ns);
    CHECK(c.quiet());
    c.advance(1ns);
    CHECK(c.closed());
    CHECK(c.noticed("silent"));
    CHECK_FALSE(c.stats().subscribed);
    c.next();
    CHECK(c.out().dials.size() == 1);
  }
}

TEST_CASE("a heartbeat interval of any value is survived") {
  Client c;
  c.next();
  c.connect();
  SECTION("zero: no watch") {
    c.subscribed(0s);
    CHECK(c.machine().next_deadline() == kNever);
  }
  SECTION("negative: no watch") {
    c.subscribed(-5s);
    CHECK(c.machine().next_deadline() == kNever);
  }
  SECTION("the largest") {
    c.subscribed(Duration::max());
    CHECK(c.machine().next_deadline() == kNever);
  }
}

TEST_CASE("a master that never answers the subscription is left") {
  Client c;
  c.next();
  c.connect();
  CHECK(c.next() == 15s);
  CHECK(c.closed());
  c.next();
  CHECK(c.out().dials.size() == 1);
}

TEST_CASE("an error of the master is final") {
  Client c;
  c.subscribe();
  c.receive(msg::OfferMade{offer_of("o1")});
  c.submit(accept_of("o1", {task_of("t1")}));
  c.receive(msg::ErrorMessage{"Framework failed over"});
  CHECK(only(c.delivered<msg::ErrorMessage>()).message == "Framework failed over");
  CHECK(c.closed());
  CHECK(c.stats().ended);
  CHECK(c.stats().live_tasks == 0);
  CHECK(c.machine().next_deadline() == kNever);

  c.disconnect();
  CHECK(c.quiet());
  c.submit(msg::Kill{"t1", {}, {}});
  CHECK(c.quiet());
}

TEST_CASE("an error in place of Subscribed is final too") {
  Client c;
  c.next();
  c.connect();
  c.receive(msg::ErrorMessage{"role 'a/' is bad"});
  CHECK(c.delivered<msg::ErrorMessage>().size() == 1);
  CHECK(c.stats().ended);
}

TEST_CASE("a master that breaks the protocol is left, and tried again") {
  Client c;
  c.next();
  c.connect();
  SECTION("an update before Subscribed") { c.receive(msg::Update{status_of("t", TaskState::running)}); }
  SECTION("no framework id") { c.subscribed(15s, ""); }
  SECTION("Subscribed twice") {
    c.subscribed();
    c.subscribed();
  }
  SECTION("another framework's id") {
    c.subscribed();
    c.disconnect();
    c.next();
    c.connect();
    c.subscribed(15s, "G");
    CHECK(c.machine().framework_id() == "F");
  }
  SECTION("a message for agents") {
    c.subscribed();
    c.receive(msg::Ping{});
  }
  SECTION("a call of schedulers") {
    c.subscribed();
    c.receive(msg::Teardown{});
  }
  SECTION("an offer without an agent") {
    c.subscribed();
    Offer offer = offer_of("o1");
    offer.agent = nullptr;
    c.receive(msg::OfferMade{offer});
  }
  CHECK(c.closed());
  CHECK(c.out().deliveries.empty());
  CHECK_FALSE(c.stats().subscribed);
  CHECK_FALSE(c.stats().ended);
  c.next();
  CHECK(c.out().dials.size() == 1);
}

TEST_CASE("what comes over a connection that was given up is ignored") {
  Client c;
  c.subscribe();
  const PeerId old = c.master;
  c.disconnect();
  c.step(Received{old, msg::Update{status_of("t", TaskState::running, uuid(1))}});
  CHECK(c.quiet());
  c.next();
  c.connect();
  c.step(PeerDisconnected{old, "late"});
  CHECK(c.quiet());
  c.subscribed();
  CHECK(c.stats().subscribed);
}

TEST_CASE("a connection that nobody asked for is closed") {
  Client c;
  c.subscribe();
  const PeerId master = c.master;
  c.connect();
  CHECK(c.closed());
  c.master = master;
  c.receive(msg::Heartbeat{});
  CHECK(c.stats().subscribed);
}

TEST_CASE("Stop disconnects for good") {
  Client c;
  c.subscribe();
  c.step(Stop{});
  CHECK(c.closed());
  CHECK(c.out().sends.empty());
  CHECK(c.stats().ended);
  CHECK(c.machine().next_deadline() == kNever);

  Client dialing;
  dialing.next();
  dialing.step(Stop{});
  dialing.connect();
  CHECK(dialing.closed());
}

TEST_CASE("teardown while subscribed: the master is told, answers, and that is the end") {
  Client c;
  c.subscribe();
  c.receive(msg::OfferMade{offer_of("o1")});
  c.submit(msg::Teardown{});
  CHECK(c.sent<msg::Teardown>().size() == 1);
  CHECK_FALSE(c.stats().ended);
  CHECK_FALSE(c.stats().subscribed);
  CHECK(c.stats().offers == 0);
  c.receive(msg::OfferMade{offer_of("o2")});
  CHECK(c.quiet());
  SECTION("the master answers") {
    c.receive(msg::Teardown{});
    CHECK(c.closed());
  }
  SECTION("without an answer nobody knows whether it was read") {
    if (GENERATE(false, true)) {
      c.disconnect();
    } else {
      CHECK(c.next() == 2s);
      CHECK(c.closed());
    }
    CHECK_FALSE(c.stats().ended);
    c.next();
    c.connect();
    SECTION("it was not") {
      c.subscribed();
      CHECK(c.sent<msg::Teardown>().size() == 1);
      c.receive(msg::Teardown{});
    }
    SECTION("it was: the master does not know the framework any more") {
      c.receive(msg::ErrorMessage{"Framework has been removed"});
    }
    CHECK(c.out().deliveries.empty());
  }
  CHECK(c.stats().ended);
  CHECK(c.machine().next_deadline() == kNever);
}

TEST_CASE("teardown without a subscription") {
  Client c;
  SECTION("before any subscription there is nothing to tear down") {
    c.next();
    c.submit(msg::Teardown{});
  }
  SECTION("without a connection it waits for one") {
    c.subscribe();
    c.disconnect();
    c.submit(msg::Teardown{});
    CHECK_FALSE(c.stats().ended);
    c.submit(msg::Revive{});
    c.next();
    c.connect();
    c.subscribed();
    CHECK(c.sent<msg::Teardown>().size() == 1);
    CHECK(c.out().deliveries.empty());
    c.receive(msg::Teardown{});
  }
  SECTION("while it subscribes, it waits for the answer") {
    c.next();
    c.connect();
    c.submit(msg::Teardown{});
    CHECK_FALSE(c.stats().ended);
    c.subscribed();
    CHECK(c.sent<msg::Teardown>().size() == 1);
    c.receive(msg::Teardown{});
  }
  SECTION("while it subscribes for the first time, and that fails: nobody knows the framework") {
    c.next();
    c.connect();
    c.submit(msg::Teardown{});
    c.disconnect();
  }
  CHECK(c.stats().ended);
  CHECK(c.machine().next_deadline() == kNever);
}
