// What an engine does with the commits of its machine.
#include "engine_bench.hpp"
#include "fake_storage.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using namespace std::chrono_literals;

namespace {

struct Durable {
  explicit Durable(std::size_t max_waiting = 100)
      : bench(Logger{LogLevel::info,
                     [this](LogLevel, std::string_view line) { log += std::string(line) + "\n"; }},
              storage, max_waiting) {
    bench.engine->begin();
    peer = bench.connect();
    id = bench.engine->connected.at(0).peer;
  }
  // One step that makes these changes, sends a message and has a container killed.
  void commit(const std::string& keys, std::vector<Close> closes = {}) {
    bench.engine->on_step = [this, keys, closes, done = false](std::span<Event>, Outbox& out) mutable {
      if (std::exchange(done, true)) return;
      Commit& made = out.commits.emplace_back();
      for (const char key : keys) made.changes.push_back(erase(std::string(1, key)));
      made.after.push_back({id, msg::Ping{}});
      made.closes = closes;
      made.containers.emplace_back(KillContainer{});
      out.sends.push_back({id, msg::Heartbeat{}});
    };
    bench.engine->push(Stop{});
    bench.poll();
  }
  bool run_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      bench.io.restart();
      bench.io.run_one_for(1ms);
    }
    return true;
  }

  std::shared_ptr<FakeStorage> storage = std::make_shared<FakeStorage>();
  std::string log;
  Bench bench;
  std::shared_ptr<FakeConnection> peer;
  PeerId id{};
};

}  // namespace

TEST_CASE("without a storage a commit is carried out at once, all of it") {
  Bench b;
  b.engine->begin();
  const auto peer = b.connect();
  const PeerId id = b.engine->connected.at(0).peer;
  b.engine->on_step = [&](std::span<Event>, Outbox& out) {
    Commit& commit = out.commits.emplace_back();
    commit.changes.push_back(erase("key"));
    commit.after.push_back({id, msg::Ping{}});
    commit.closes.push_back({id, "enough"});
    commit.containers.emplace_back(KillContainer{});
  };
  b.engine->push(Stop{});
  b.poll();
  CHECK(peer->trace == "sc");
  CHECK(b.engine->containers == 1);
}

TEST_CASE("what a commit carries follows when it is durable") {
  Durable d;
  d.commit("ab");
  CHECK(d.storage->calls == std::vector<std::string>{"a b "});
  CHECK(d.peer->trace == "ssf");
  CHECK(std::holds_alternative<msg::Ping>(d.peer->sent.at(0)));
  CHECK(d.bench.engine->containers == 1);
}

TEST_CASE(
    "while the storage fails nothing leaves, not even a heartbeat; then all that waits does, in order") {
  Durable d;
  d.storage->fail_next(2, "no space left on device");
  d.commit("a");
  d.commit("");
  CHECK(d.peer->trace.empty());
  CHECK(d.bench.engine->containers == 0);
  REQUIRE(d.run_until([&] { return d.bench.engine->containers == 2; }));
  d.bench.poll();
  CHECK(d.peer->trace == "ssf");  // the heartbeats are lost
  CHECK(d.log.find("no space left on device") != std::string::npos);
}

TEST_CASE("of a peer whose close waits for the storage nothing more is heard") {
  Durable d;
  d.storage->fail_next(1, "full");
  d.commit("a", {Close{d.id, "enough"}});
  CHECK(d.peer->trace.empty());
  d.peer->receive(msg::Pong{});
  d.bench.poll();
  CHECK(d.bench.engine->received.empty());
  SECTION("it is told, and closed") {
    REQUIRE(d.run_until([&] { return !d.peer->trace.empty(); }));
    CHECK(d.peer->trace == "sc");
  }
  SECTION("it goes by itself before") {
    d.peer->lose("reset");
    REQUIRE(d.run_until([&] { return d.bench.engine->containers == 1; }));
    CHECK(d.bench.engine->lost.empty());
  }
}

TEST_CASE("when too much waits for the storage, connections are closed until it has caught up") {
  Durable d(5);
  d.storage->fail_next(1, "full");
  d.commit("ab");
  CHECK(d.bench.engine->lost.empty());
  d.commit("c");
  CHECK(d.log.find("too much waits for the storage (7 changes and messages): 1 connections are closed") !=
        std::string::npos);
  REQUIRE(d.bench.engine->lost.size() == 1);
  CHECK(d.bench.engine->lost[0].why == "too much waits for the storage");
  CHECK(d.bench.engine->last_loss() == "too much waits for the storage");

  d.commit("d");  // still more than five, without any message
  const auto refused = d.bench.connect();
  CHECK(refused->trace == "c");
  CHECK(d.bench.engine->connected.size() == 1);
  REQUIRE(d.run_until([&] { return d.bench.engine->containers == 3; }));
  CHECK(d.peer->trace.empty());
  d.bench.connect();
  CHECK(d.bench.engine->connected.size() == 2);
}

TEST_CASE("a dial that succeeds while too much waits has failed") {
  Durable d(1);
  d.storage->fail_next(1, "full");
  d.bench.engine->on_step = [&](std::span<Event>, Outbox& out) { out.dials.push_back({PeerRole::agent}); };
  d.bench.engine->push(Stop{});
  d.bench.poll();
  d.commit("ab");
  d.bench.transport->dials.at(0)(std::make_shared<FakeConnection>(PeerRole::agent));
  d.bench.poll();
  CHECK(d.bench.engine->dial_failures == std::vector<std::string>{"our own storage is behind"});
}

TEST_CASE("finish() waits for the storage, and end() does not") {
  Durable d;
  d.storage->fail_next(1, "full");
  d.commit("a");
  const std::size_t steps = d.bench.engine->steps.size();
  SECTION("finish") {
    d.bench.engine->finish();
    d.bench.engine->push(Stop{});  // nobody listens any more
    d.peer->receive(msg::Pong{});
    d.bench.poll();
    CHECK_FALSE(d.bench.engine->ended());
    REQUIRE(d.run_until([&] { return d.bench.engine->ended(); }));
    CHECK(d.bench.engine->finishes == 1);
    CHECK(d.peer->trace == "sc");
    CHECK(d.bench.engine->steps.size() == steps);
    CHECK(d.storage->calls.size() == 2);
  }
  SECTION("end") {
    d.bench.engine->end();
    d.bench.io.restart();
    d.bench.io.run();
    CHECK(d.storage->calls.size() == 1);
    CHECK(d.bench.engine->finishes == 0);
    CHECK(d.peer->trace.empty());
  }
}

TEST_CASE("an engine that has nothing durable to wait for finishes at once") {
  Durable d;
  d.commit("a");
  d.bench.engine->finish();
  CHECK(d.bench.engine->ended());
  CHECK(d.bench.engine->finishes == 1);
}
