// In steady state neither the scheduler's machine nor the engine takes memory for a message.
#include "fake_transport.hpp"

#include <asio/io_context.hpp>

#include "mesoscore/executor.hpp"
#include "mesoscore/scheduler.hpp"
#include "runtime/engine.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

constexpr PeerId kMaster{1};

struct Client {
  void step(Event event) {
    batch.push_back(std::move(event));
    scheduler.step(batch, now, out);
    batch.clear();
    out.clear();
  }
  void start() {
    scheduler.tick(now, out);
    out.clear();
    step(PeerConnected{kMaster, PeerRole::master, {}});
    step(Received{kMaster, msg::Subscribed{"F", "M", std::chrono::seconds(15)}});
  }
  // An offer, a task on it, its two updates; the messages are made before the count begins.
  std::uint64_t life_of_a_task(std::uint64_t n) {
    const TaskId id(std::to_string(n % 97));
    const OfferId offer_id(std::to_string(n));
    std::vector<Event> story;
    story.reserve(4);
    Offer offer;
    offer.id = offer_id;
    offer.agent = agent;
    story.emplace_back(Received{kMaster, msg::OfferMade{std::move(offer)}});
    TaskInfo task;
    task.task_id = id;
    std::vector<TaskInfo> tasks;
    tasks.push_back(std::move(task));
    msg::Accept accept;
    accept.offer_ids.push_back(offer_id);
    accept.operations.push_back(launch(std::move(tasks)));
    story.emplace_back(Submitted{std::move(accept)});
    for (const TaskState state : {TaskState::running, TaskState::finished}) {
      TaskStatus status;
      status.task_id = id;
      status.state = state;
      status.uuid = Uuid::from_random(n, static_cast<std::uint64_t>(state));
      story.emplace_back(Received{kMaster, msg::Update{std::move(status)}});
    }
    const std::uint64_t before = heap_allocations;
    for (Event& event : story) step(std::move(event));
    return heap_allocations - before;
  }

  static SchedulerOptions options() {
    SchedulerOptions options;
    options.framework.name = "f";
    return options;
  }
  TimePoint now{};
  Scheduler scheduler{options(), Rng(1), now};
  Outbox out;
  std::vector<Event> batch;
  std::shared_ptr<const AgentInfo> agent = std::make_shared<AgentInfo>();
};

struct Echo final : runtime::Engine {
  explicit Echo(runtime::EngineConfig config) : Engine(std::move(config)) {}
  void step(std::span<Event> batch, TimePoint, Outbox& out) override {
    for (Event& event : batch) {
      if (auto* received = std::get_if<Received>(&event)) echo(received->peer, received->message, out);
    }
  }
  void receive(PeerId from, std::span<Message> messages, TimePoint, Outbox& out) override {
    for (Message& message : messages) echo(from, message, out);
  }
  static void echo(PeerId from, Message& message, Outbox& out) {
    out.sends.push_back({from, std::move(message)});
    out.deliveries.push_back(msg::Ping{});
  }
  void tick(TimePoint, Outbox&) override {}
  TimePoint next_deadline() const noexcept override { return kNever; }
};

}  // namespace

TEST_CASE("the counter counts") {
  const std::uint64_t before = heap_allocations;
  ::operator delete(::operator new(1));
  CHECK(heap_allocations == before + 1);
}

TEST_CASE("the scheduler's machine takes no memory for a message") {
  Client client;
  client.start();
  std::uint64_t n = 0;
  while (n < 3000) client.life_of_a_task(n++);  // tables and outbox grow to their size
  CHECK(client.scheduler.stats().updates == 6000);
  CHECK(client.scheduler.stats().duplicates == 0);
  std::uint64_t taken = 0;
  while (n < 4000) taken += client.life_of_a_task(n++);
  CHECK(taken == 0);
}

TEST_CASE("the engine takes no memory for a message") {
  asio::io_context io;
  auto transport = std::make_shared<FakeTransport>();
  runtime::EngineConfig config;
  config.executor = io.get_executor();
  config.transports.add(transport);
  config.accepts = {PeerRole::agent};
  const auto engine = std::make_shared<Echo>(std::move(config));
  const std::vector<std::string> at = {"fake://here"};
  REQUIRE(engine->listen(at));
  engine->begin();
  const auto peer = std::make_shared<FakeConnection>(PeerRole::agent);
  peer->sent.reserve(100'000);
  peer->trace.reserve(100'000);
  transport->accept(peer);
  io.poll();

  std::vector<Message> burst;
  burst.reserve(16);
  std::uint64_t taken = 0, counted = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 16; ++i) burst.emplace_back(msg::Pong{});
    const std::uint64_t before = heap_allocations;
    peer->handlers.on_messages(burst);
    io.poll();
    if (round >= 100) {
      taken += heap_allocations - before;
      counted += 16;
    }
    burst.clear();
    io.restart();
  }
  CHECK(peer->sent.size() == 3200);
  CHECK(counted == 1600);
  // asio keeps the memory of one posted handler per thread; whatever remains is per burst, not per message.
  CHECK(taken == 0);
  engine->end();
}
