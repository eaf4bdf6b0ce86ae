// The engine with a machine that the test plays.
#include "engine_bench.hpp"

#include <asio/post.hpp>

#include "support/catch.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using namespace std::chrono_literals;

TEST_CASE("a burst of events is one step") {
  Bench b;
  for (int i = 0; i < 3; ++i) b.engine->push(Stop{});
  b.poll();
  CHECK(b.engine->steps.empty());  // not begun
  b.engine->begin();
  b.engine->push(Stop{});
  CHECK(b.engine->steps.empty());  // not from within push()
  b.poll();
  CHECK(b.engine->steps == std::vector<std::size_t>{4});
  b.poll();
  CHECK(b.engine->steps.size() == 1);
}

TEST_CASE("few messages wait for the drain, many are taken where they lie, in slices and in order") {
  Bench b;
  b.engine->begin();
  const auto peer = b.connect();
  b.engine->steps.clear();
  std::vector<Message> few(3, msg::Ping{});
  peer->handlers.on_messages(few);
  CHECK(b.engine->steps.empty());
  std::vector<Message> many;
  for (int i = 0; i < 300; ++i) many.emplace_back(msg::ShutdownAgent{std::to_string(i)});
  peer->handlers.on_messages(many);
  CHECK(b.engine->steps == std::vector<std::size_t>{3, 128, 128, 44});
  REQUIRE(b.engine->received.size() == 303);
  for (std::size_t i = 0; i < 300; ++i) {
    CHECK(std::get<msg::ShutdownAgent>(b.engine->received[i + 3].message).message == std::to_string(i));
  }
  b.poll();
  CHECK(b.engine->steps.size() == 4);  // nothing was left for the drain
}

TEST_CASE("after a close nothing more is taken from the peer, and after the end nothing at all") {
  Bench b;
  b.engine->begin();
  const auto peer = b.connect();
  const PeerId id = b.engine->connected.at(0).peer;
  std::vector<Message> many(300, msg::Ping{});
  SECTION("closed") {
    b.engine->on_step = [&](std::span<Event>, Outbox& out) { out.closes.push_back({id, "enough"}); };
  }
  SECTION("ended") {
    b.engine->on_step = [&](std::span<Event>, Outbox&) { b.engine->end(); };
  }
  peer->handlers.on_messages(many);
  b.poll();
  CHECK(b.engine->received.size() == 128);
}

TEST_CASE("an outbox is carried out in order, and each connection is flushed once") {
  Bench b;
  b.engine->begin();
  const auto first = b.connect(), second = b.connect();
  const PeerId one = b.engine->connected.at(0).peer, two = b.engine->connected.at(1).peer;
  CHECK(one != two);
  std::string order;
  b.engine->on_deliver = [&](std::span<Message> deliveries) {
    order += "deliver" + std::to_string(deliveries.size()) + " after " + std::to_string(first->sent.size());
    return true;
  };
  b.engine->on_step = [&](std::span<Event>, Outbox& out) {
    Commit commit;
    commit.after.push_back({one, msg::Heartbeat{}});
    out.commits.push_back(std::move(commit));
    out.deliveries.push_back(msg::Heartbeat{});
    out.sends.push_back({one, msg::Ping{}});
    out.sends.push_back({two, msg::Ping{}});
    out.sends.push_back({PeerId{999}, msg::Ping{}});  // nobody
    out.dials.push_back({PeerRole::agent});
    out.containers.emplace_back(KillContainer{});
  };
  b.engine->push(Stop{});
  b.poll();
  CHECK(order == "deliver1 after 1");  // what a commit promised has left, what acknowledges has not
  CHECK(first->trace == "ssf");
  CHECK(std::holds_alternative<msg::Heartbeat>(first->sent.at(0)));
  CHECK(second->trace == "sf");
  CHECK(b.transport->dials.size() == 1);
  CHECK(b.engine->containers == 1);
}

TEST_CASE("who has several connections flushes them behind what else is ready, and before the end") {
  Bench b;
  b.engine->begin();
  const auto first = b.connect();
  const PeerId one = b.engine->connected.at(0).peer;
  b.engine->on_step = [&](std::span<Event>, Outbox& out) { out.sends.push_back({one, msg::Ping{}}); };
  std::vector<Message> many(8, msg::Ping{});
  first->handlers.on_messages(many);
  CHECK(first->trace == "sf");  // it has only one
  const auto second = b.connect();
  first->trace.clear();
  SECTION("two bursts, one flush") {
    first->handlers.on_messages(many);
    second->handlers.on_messages(many);
    CHECK(first->trace == "ss");
    b.poll();
    CHECK(first->trace == "ssf");
  }
  SECTION("much to say is said at once") {
    b.engine->on_step = [&](std::span<Event>, Outbox& out) {
      for (int i = 0; i < 32; ++i) out.sends.push_back({one, msg::Ping{}});
    };
    first->handlers.on_messages(many);
    CHECK(first->trace == std::string(32, 's'));
    first->handlers.on_messages(many);
    CHECK(first->trace == std::string(64, 's') + "f");
  }
  SECTION("the end comes first") {
    first->handlers.on_messages(many);
    b.engine->end();
    CHECK(first->trace == "sf");
    b.poll();
    CHECK(first->trace == "sf");
  }
}

TEST_CASE("what a handler asks for is done in the same drain") {
  Bench b;
  b.engine->begin();
  const auto peer = b.connect();
  const PeerId id = b.engine->connected.at(0).peer;
  b.engine->on_step = [&](std::span<Event>, Outbox& out) {
    out.sends.push_back({id, msg::Ping{}});
    out.deliveries.push_back(msg::Heartbeat{});
  };
  int again = 3;
  b.engine->on_deliver = [&](std::span<Message>) {
    if (again-- > 0) b.engine->push(Stop{});
    return true;
  };
  b.engine->push(Stop{});
  b.poll();
  CHECK(peer->trace == "ssssf");
}

TEST_CASE("an application that never ceases to ask does not starve the others") {
  Bench b;
  b.engine->begin();
  b.engine->on_step = [&](std::span<Event>, Outbox&) { b.engine->push(Stop{}); };
  b.engine->push(Stop{});
  int others = 0;
  for (int i = 0; i < 5; ++i) {
    asio::post(b.io, [&] { ++others; });
    b.io.run_one();
    b.io.run_one();
  }
  CHECK(others >= 4);
  CHECK(b.engine->steps.size() > 16);
}

TEST_CASE("after a failed delivery nothing is sent") {
  Bench b;
  b.engine->begin();
  const auto peer = b.connect();
  b.engine->on_deliver = [](std::span<Message>) { return false; };
  b.engine->on_step = [&](std::span<Event>, Outbox& out) {
    out.deliveries.push_back(msg::Heartbeat{});
    out.sends.push_back({b.engine->connected.at(0).peer, msg::Ping{}});
  };
  b.engine->push(Stop{});
  b.poll();
  CHECK(peer->sent.empty());
}

TEST_CASE("an engine that ends in a handler does nothing more") {
  Bench b;
  b.engine->begin();
  const auto peer = b.connect();
  peer->destroyed = std::make_shared<bool>(false);
  SECTION("at once") {
    b.engine->on_deliver = [&](std::span<Message>) {
      b.engine->end();
      b.engine.reset();
      return true;
    };
  }
  SECTION("in good order") {
    b.engine->on_deliver = [&](std::span<Message>) {
      b.engine->finish();
      b.engine.reset();
      return true;
    };
  }
  const PeerId id = b.engine->connected.at(0).peer;
  b.engine->on_step = [id](std::span<Event>, Outbox& out) {
    out.deliveries.push_back(msg::Heartbeat{});
    out.sends.push_back({id, msg::Ping{}});
    out.dials.push_back({PeerRole::agent});
  };
  b.engine->push(Stop{});
  b.engine->push(Stop{});
  b.poll();
  CHECK_FALSE(b.engine);
  CHECK(peer->sent.empty());
  CHECK(b.transport->dials.empty());
  CHECK(b.transport->listeners == 0);
  peer->receive(msg::Ping{});  // the transport may still hold it
  b.poll();
}

TEST_CASE("ticks come when they are due") {
  Bench b;
  b.engine->begin();
  b.engine->deadline = b.engine->now() + 20ms;
  const TimePoint due = b.engine->deadline;
  b.io.restart();
  b.io.run_for(10ms);
  CHECK(b.engine->ticks.empty());
  b.io.run_for(200ms);
  REQUIRE(b.engine->ticks.size() == 1);
  CHECK(b.engine->ticks[0] >= due);
  CHECK(b.engine->ticks[0] < due + 100ms);
  CHECK(b.engine->steps.empty());

  SECTION("a deadline that moves nearer is met") {
    b.engine->deadline = b.engine->now() + 10min;
    b.engine->push(Stop{});
    b.io.run_for(1ms);
    b.engine->deadline = b.engine->now() + 10ms;
    b.engine->push(Stop{});
    b.io.run_for(150ms);
    CHECK(b.engine->ticks.size() == 2);
  }
  SECTION("a deadline that moves away is not met early") {
    b.engine->deadline = b.engine->now() + 10ms;
    b.engine->push(Stop{});
    b.io.run_for(1ms);
    b.engine->deadline = b.engine->now() + 100ms;
    b.io.run_for(50ms);
    CHECK(b.engine->ticks.size() == 1);
    b.io.run_for(200ms);
    CHECK(b.engine->ticks.size() == 2);
  }
}

TEST_CASE("run() does not return under an engine that is idle, and does after its end") {
  Bench b;
  b.engine->begin();
  CHECK(b.io.run_for(5ms) >= 1);
  CHECK_FALSE(b.io.stopped());
  b.engine->end();
  b.io.run();
  CHECK(b.io.stopped());
}

TEST_CASE("peers come and go") {
  Bench b;
  b.engine->begin();
  auto peer = b.connect();
  const PeerId id = b.engine->connected.at(0).peer;
  CHECK(b.engine->connected.at(0).role == PeerRole::scheduler);
  CHECK(b.engine->connected.at(0).address == "fake://peer");
  CHECK(b.transport->hello.role == PeerRole::master);
  CHECK(b.transport->hello.software == "mesoscore 0.1.0");
  peer->receive(msg::Ping{}, msg::Pong{});
  b.poll();
  REQUIRE(b.engine->received.size() == 2);
  CHECK(b.engine->received[1].peer == id);
  CHECK(std::holds_alternative<msg::Pong>(b.engine->received[1].message));

  peer->lose("reset");
  b.poll();
  REQUIRE(b.engine->lost.size() == 1);
  CHECK(b.engine->lost[0].peer == id);
  CHECK(b.engine->lost[0].why == "reset");
  CHECK(b.engine->last_loss() == "reset");
  b.connect();
  CHECK(b.engine->connected.at(1).peer != id);  // never again
}

TEST_CASE("after a Close nothing of that peer follows") {
  Bench b;
  b.engine->begin();
  const auto peer = b.connect();
  const auto other = b.connect();
  const PeerId id = b.engine->connected.at(0).peer;
  const bool lost_too = GENERATE(false, true);
  bool first = true;
  b.engine->on_step = [&](std::span<Event>, Outbox& out) {
    if (!std::exchange(first, false)) return;
    out.sends.push_back({id, msg::Ping{}});
    out.closes.push_back({id, "enough"});
    peer->receive(msg::Pong{});  // while the step goes on
    if (lost_too) peer->lose("too late");
    other->receive(msg::Pong{});
  };
  b.engine->push(Stop{});
  b.poll();
  CHECK(peer->trace == (lost_too ? "" : "sc"));
  CHECK(b.engine->lost.empty());
  CHECK(b.engine->received.size() == 1);
  CHECK(b.engine->last_loss() == "enough");
  peer->receive(msg::Pong{});
  b.poll();
  CHECK(b.engine->received.size() == 1);
}

TEST_CASE("who has no business here is told so") {
  std::vector<std::string> lines;
  Bench b(Logger{LogLevel::warning, [&](LogLevel, std::string_view line) { lines.emplace_back(line); }});
  b.engine->begin();
  const auto peer = b.connect(PeerRole::executor);
  CHECK(peer->trace == "sc");
  CHECK(std::get<msg::ErrorMessage>(peer->sent.at(0)).message.find("executor") != std::string::npos);
  CHECK(b.engine->connected.empty());
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("fake://peer") != std::string::npos);
}

TEST_CASE("a dial becomes a peer or a failure") {
  Bench b;
  b.engine->begin();
  b.engine->on_step = [dialed = false](std::span<Event>, Outbox& out) mutable {
    if (!std::exchange(dialed, true)) out.dials.push_back({PeerRole::agent});
  };
  b.engine->push(Stop{});
  b.poll();
  REQUIRE(b.transport->dials.size() == 1);
  SECTION("the wanted one") {
    b.transport->dials[0](std::make_shared<FakeConnection>(PeerRole::agent));
    b.poll();
    CHECK(b.engine->connected.size() == 1);
  }
  SECTION("somebody else") {
    b.transport->dials[0](std::make_shared<FakeConnection>(PeerRole::master));
    b.poll();
    REQUIRE(b.engine->dial_failures.size() == 1);
    CHECK(b.engine->dial_failures[0] == "fake://there is no agent but of the role master");
  }
  SECTION("nobody") {
    b.transport->dials[0](fail(Errc::connection_refused, "nobody listens"));
    b.poll();
    CHECK(b.engine->dial_failures == std::vector<std::string>{"nobody listens"});
  }
  SECTION("too late") {
    auto answer = std::move(b.transport->dials[0]);
    b.engine->end();
    const auto destroyed = std::make_shared<bool>(false);
    auto connection = std::make_shared<FakeConnection>(PeerRole::agent);
    connection->destroyed = destroyed;
    answer(std::move(connection));
    CHECK(*destroyed);
  }
}

TEST_CASE("listening: all or nothing") {
  Bench b;
  const std::vector<std::string> good = {"fake://a", "fake://b"}, bad = {"fake://c", "fake://taken"};
  CHECK(b.engine->listen(bad).error() == Errc::already_exists);
  CHECK(b.transport->listeners == 0);
  REQUIRE(b.engine->listen(good));
  CHECK(b.engine->endpoints().at(1).host == "b");
  b.engine->end();
  CHECK(b.transport->listeners == 0);
}

TEST_CASE("notices go to the logger, from its level on, and a logger that throws harms nobody") {
  std::vector<std::string> lines;
  Bench b(Logger{LogLevel::info, [&](LogLevel, std::string_view line) {
                   lines.emplace_back(line);
                   throw std::runtime_error("disk full");
                 }});
  b.engine->begin();
  LogLevel level = LogLevel::off;
  b.engine->on_step = [&](std::span<Event>, Outbox& out) {
    level = out.notice_level;
    out.notices.push_back({LogLevel::warning, "hear"});
    out.notices.push_back({LogLevel::info, "and see"});
  };
  b.engine->push(Stop{});
  b.poll();
  CHECK(level == LogLevel::info);
  CHECK(lines == std::vector<std::string>{"hear", "and see"});
  CHECK(b.engine->settlements == 1);
}

TEST_CASE("what a machine throws reaches the host's run(), and the engine goes on") {
  Bench b;
  b.engine->begin();
  b.engine->on_step = [&](std::span<Event>, Outbox& out) {
    out.dials.push_back({PeerRole::agent});
    throw std::runtime_error("a policy of the host");
  };
  b.engine->push(Stop{});
  CHECK_THROWS_AS(b.io.poll(), std::runtime_error);
  b.engine->on_step = nullptr;
  b.engine->push(Stop{});
  b.poll();
  CHECK(b.engine->settlements == 1);
  CHECK(b.transport->dials.empty());
}
