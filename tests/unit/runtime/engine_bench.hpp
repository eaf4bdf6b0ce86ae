// An engine with a machine, and a transport, that the test plays.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "fake_transport.hpp"
#include "runtime/engine.hpp"

namespace mesoscore::test {

struct FakeMachine final : runtime::Engine {
  explicit FakeMachine(runtime::EngineConfig config) : Engine(std::move(config)) {}

  void step(std::span<Event> batch, TimePoint, Outbox& out) override {
    steps.push_back(batch.size());
    for (Event& event : batch) {
      if (const auto* c = std::get_if<PeerConnected>(&event)) connected.push_back(*c);
      if (const auto* d = std::get_if<PeerDisconnected>(&event)) lost.push_back(*d);
      if (const auto* f = std::get_if<DialFailed>(&event)) dial_failures.push_back(f->why);
      if (auto* r = std::get_if<Received>(&event)) received.push_back(std::move(*r));
    }
    if (on_step) on_step(batch, out);
  }
  void receive(PeerId from, std::span<Message> messages, TimePoint, Outbox& out) override {
    steps.push_back(messages.size());
    for (Message& message : messages) received.emplace_back(from, std::move(message));
    if (on_step) on_step({}, out);
  }
  void tick(TimePoint now, Outbox& out) override {
    ticks.push_back(now);
    deadline = kNever;
    if (on_tick) on_tick(out);
  }
  TimePoint next_deadline() const noexcept override { return deadline; }
  bool deliver(std::span<Message> deliveries) override { return !on_deliver || on_deliver(deliveries); }
  void apply(std::vector<ContainerCall>& calls) override { containers += calls.size(); }
  void settled() override { ++settlements; }
  void finished() override { ++finishes; }
  using Engine::last_loss;

  std::function<void(std::span<Event>, Outbox&)> on_step;
  std::function<void(Outbox&)> on_tick;
  std::function<bool(std::span<Message>)> on_deliver;
  TimePoint deadline = kNever;
  std::vector<std::size_t> steps;
  std::vector<TimePoint> ticks;
  std::vector<PeerConnected> connected;
  std::vector<PeerDisconnected> lost;
  std::vector<std::string> dial_failures;
  std::vector<Received> received;
  std::size_t containers = 0, settlements = 0, finishes = 0;
};

struct Bench {
  explicit Bench(Logger log = {}, std::shared_ptr<Storage> storage = {}, std::size_t max_waiting = 100) {
    runtime::EngineConfig config;
    config.executor = io.get_executor();
    config.transports.add(transport);
    config.role = PeerRole::master;
    config.dial_to = "fake://there";
    config.dial_role = PeerRole::agent;
    config.accepts = {PeerRole::scheduler, PeerRole::agent};
    config.log = std::move(log);
    config.storage = std::move(storage);
    config.max_waiting_for_storage = max_waiting;
    engine = std::make_shared<FakeMachine>(std::move(config));
  }
  ~Bench() {
    if (engine) engine->end();
  }
  void poll() {
    io.restart();
    io.poll();
  }
  std::shared_ptr<FakeConnection> connect(PeerRole role = PeerRole::scheduler) {
    if (!transport->accept) {
      const std::vector<std::string> at = {"fake://here"};
      if (!engine->listen(at)) throw std::runtime_error("cannot listen");
    }
    auto connection = std::make_shared<FakeConnection>(role);
    transport->accept(connection);
    poll();
    return connection;
  }

  asio::io_context io;
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  std::shared_ptr<FakeMachine> engine;
};

}  // namespace mesoscore::test
