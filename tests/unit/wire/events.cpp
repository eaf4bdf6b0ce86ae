// Events, steps and outboxes as bytes.
#include <algorithm>
#include <functional>
#include <tuple>

#include "catch.hpp"
#include "samples.hpp"
#include "wire/codec.hpp"
#include "wire/event_codec.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

// Every member set.
ContainerEvent container_event() {
  Sampler sampler(4, 1.0);
  ContainerEvent out{
      "c",       ContainerEvent::Kind::recovered, -1, TaskState::failed, TaskReason::agent_restarted,
      "message", std::string("\0data", 5)};
  out.limitation = *Resources::parse("mem:65");
  out.number = 1ull << 40;
  out.probe = ProbeResult{true, {CheckType::tcp, {}, {}, false, {}}};
  out.error = 3;
  out.report = sampler.report();
  out.status = sampler.container_status();
  return out;
}

// A binding, so that a new member does not compile before it is compared here.
auto members(const ContainerEvent& event) {
  const auto& [id, kind, wait_status, state, reason, message, data, limitation, number, probe, error, report,
               status] = event;
  return std::tie(id, kind, wait_status, state, reason, message, data, limitation, number, probe, error,
                  report, status);
}

std::string encoded(const Event& event) {
  std::string bytes;
  wire::encode(event, bytes);
  return bytes;
}

// One event of each kind with every member set, but Received and Submitted, which have any message.
std::vector<Event> events() {
  std::vector<Event> all;
  all.emplace_back(PeerConnected{PeerId{~0ull}, PeerRole::operator_, "tcp://10.0.0.7:41312"});
  all.emplace_back(PeerDisconnected{PeerId{7}, "reset"});
  all.emplace_back(DialFailed{"refused"});
  all.emplace_back(container_event());
  all.emplace_back(SetWeight{RoleName("eng/web"), 2.5});
  all.emplace_back(TeardownFramework{"f"});
  all.emplace_back(OperateOnAgent{"a", reserve({*Resources::parse("cpus{dynamic=eng}:2")})});
  all.emplace_back(Stop{});
  all.emplace_back(
      SetQuota{{{RoleName("eng"), {*Quantities::parse("cpus:1"), *QuantityLimits::parse("mem:0")}}}, true});
  all.emplace_back(DeactivateAgent{"a"});
  all.emplace_back(ReactivateAgent{"a"});
  all.emplace_back(DrainAgent{"a", {std::chrono::seconds(3), true}});
  all.emplace_back(MarkAgentGone{"a"});
  return all;
}

}  // namespace

TEST_CASE("an event is read as it was written") {
  std::vector<std::size_t> kinds = {3, 4};  // Received, Submitted
  for (const Event& event : events()) {
    kinds.push_back(event.index());
    const auto read = wire::decode_event(encoded(event));
    if (!read) FAIL(read.error().message);
    REQUIRE(read->index() == event.index());
    CHECK(encoded(*read) == encoded(event));
  }
  std::sort(kinds.begin(), kinds.end());
  for (std::size_t i = 0; i < std::variant_size_v<Event>; ++i) CHECK(kinds.at(i) == i);
  CHECK(kinds.size() == std::variant_size_v<Event>);

  const auto container = std::get<ContainerEvent>(*wire::decode_event(encoded(events()[3])));
  CHECK(members(container) == members(container_event()));
  const auto connected = std::get<PeerConnected>(*wire::decode_event(encoded(events()[0])));
  CHECK(connected.peer == PeerId{~0ull});
  CHECK(connected.role == PeerRole::operator_);
  CHECK(connected.address == "tcp://10.0.0.7:41312");
  const auto drain = std::get<DrainAgent>(*wire::decode_event(encoded(events()[11])));
  CHECK(drain.config == DrainConfig{std::chrono::seconds(3), true});
}

TEST_CASE("an event holds any message") {
  for (std::size_t kind = 0; kind < std::variant_size_v<Message>; ++kind) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Message message = Sampler(seed, seed == 0 ? 1.0 : 0.5).message(kind);
      std::string frame;
      wire::encode(message, frame);
      for (const Event& event : {Event(Received(PeerId{seed}, message)), Event(Submitted{message})}) {
        auto read = wire::decode_event(encoded(event));
        if (!read) FAIL(message_name(message) << ": " << read.error().message);
        const auto* received = std::get_if<Received>(&*read);
        if (received) CHECK(received->peer == PeerId{seed});
        std::string again;
        wire::encode(received ? received->message : std::get<Submitted>(*read).message, again);
        CHECK(again == frame);
      }
    }
  }
}

TEST_CASE("a step is read as it was written") {
  const TimePoint now(std::chrono::nanoseconds(1'234'567'890'123'456'789));
  std::string bytes;
  const std::vector<Event> all = events();
  wire::encode_step(all, now, bytes);
  auto step = wire::decode_step(bytes);
  if (!step) FAIL(step.error().message);
  CHECK(step->kind == wire::Step::Kind::step);
  CHECK(step->now == now);
  REQUIRE(step->events.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(encoded(step->events[i]) == encoded(all[i]));

  bytes.clear();
  const std::vector<Message> many(5000, Message(msg::Pong{}));  // small ones are not taken for an attack
  wire::encode_receive(PeerId{9}, many, now, bytes);
  step = wire::decode_step(bytes);
  if (!step) FAIL(step.error().message);
  CHECK(step->kind == wire::Step::Kind::receive);
  CHECK(step->from == PeerId{9});
  REQUIRE(step->messages.size() == many.size());
  CHECK(std::holds_alternative<msg::Pong>(step->messages.back()));

  bytes.clear();
  wire::encode_tick(TimePoint(Duration(-1)), bytes);
  step = wire::decode_step(bytes);
  if (!step) FAIL(step.error().message);
  CHECK(step->kind == wire::Step::Kind::tick);
  CHECK(step->now == TimePoint(Duration(-1)));
}

TEST_CASE("what is no event and no step is an error that says why") {
  const auto error = [](std::string_view bytes) {
    const auto event = wire::decode_event(bytes);
    REQUIRE_FALSE(event);
    CHECK(event.error() == Errc::protocol_error);
    return event.error().message;
  };
  CHECK_THAT(error(""), Contains("holds nothing"));
  CHECK_THAT(error(std::string("\xfa\x3e\x00", 3)), Contains("number 1007 are not known"));
  CHECK_THAT(error("\x08\x01"), Contains("another wire type"));
  CHECK_THAT(error(encoded(events()[0]) + encoded(events()[1])), Contains("more than one event"));
  CHECK_THAT(error("\x0a\x7f"), Contains("cut short"));
  CHECK_THAT(error(std::string("\x0a\x02\x10\x00", 4)), Contains("event.peer: is missing"));
  CHECK_THAT(error(std::string("\x22\x04\x08\x01\x12\x00", 6)),
             Contains("event.message: frame: holds no message"));

  const auto step = wire::decode_step(std::string("\x08\x03\x10\x01", 4));
  REQUIRE_FALSE(step);
  CHECK_THAT(step.error().message, Contains("steps of kind 3"));
  const auto timeless = wire::decode_step(std::string("\x08\x02", 2));
  REQUIRE_FALSE(timeless);
  CHECK_THAT(timeless.error().message, Contains("has no time"));
}

// ---- outboxes

namespace {

std::string written(const Outbox& outbox, const OutboxSizes& since = {}) {
  std::string bytes;
  wire::encode(outbox, since, bytes);
  return bytes;
}

using Additions = std::vector<std::function<void(Outbox&)>>;

Additions container_additions() {
  const auto recover = [](auto change) {
    return [change](Outbox& out) {
      RecoverContainers::Known known{.container_id = "c"};
      change(known);
      out.containers.emplace_back(RecoverContainers{{}, {known}});
    };
  };
  const auto probe = [](ContainerId id, std::uint64_t number, Probe what, Duration timeout) {
    return [=](Outbox& out) { out.containers.emplace_back(ProbeContainer{id, number, what, timeout}); };
  };
  const auto ask = [](std::uint64_t number, AgentQuery query) {
    return [=](Outbox& out) { out.containers.emplace_back(AskContainers{number, query}); };
  };
  return {
      [](Outbox& out) { out.containers.emplace_back(LaunchContainer{.container_id = "c"}); },
      [](Outbox& out) { out.containers.emplace_back(LaunchContainer{.container_id = "c", .durable = true}); },
      [](Outbox& out) {
        out.containers.emplace_back(KillContainer{"c", Duration(1)});
      },
      [](Outbox& out) {
        out.containers.emplace_back(UpdateContainer{"c", *Resources::parse("cpus:1")});
      },
      [](Outbox& out) {
        out.containers.emplace_back(RecoverContainers{{}, {{.container_id = "c"}}});
      },
      [](Outbox& out) {
        out.containers.emplace_back(RecoverContainers{AgentId("a"), {{.container_id = "c"}}});
      },
      recover([](auto& known) { known.kind = ContainerKind::function; }),
      recover([](auto& known) { known.type = ContainerInfo::Type::docker; }),
      recover([](auto& known) { known.framework_id = "f"; }),
      recover([](auto& known) { known.directory = "t"; }),
      recover([](auto& known) { known.resources = *Resources::parse("cpus:1"); }),
      [](Outbox& out) { out.containers.emplace_back(ForgetContainer{"c"}); },
      [](Outbox& out) { out.containers.emplace_back(EraseVolumes{*Resources::parse("disk:1")}); },
      [](Outbox& out) { out.containers.emplace_back(EraseVolumes{*Resources::parse("disk:2")}); },
      probe("c", 1, TcpProbe{80}, Duration(0)),
      probe("c2", 1, TcpProbe{80}, Duration(0)),
      probe("c", 2, TcpProbe{80}, Duration(0)),
      probe("c", 1, TcpProbe{81}, Duration(0)),
      probe("c", 1, TcpProbe{80, true}, Duration(0)),
      probe("c", 1, HttpProbe{80}, Duration(0)),
      probe("c", 1, HttpProbe{80, "/x"}, Duration(0)),
      probe("c", 1, CommandInfo{"true"}, Duration(0)),
      probe("c", 1, TcpProbe{80}, Duration(1)),
      ask(1, GetContainers{}),
      ask(2, GetContainers{}),
      ask(1, GetContainers{"c"}),
      ask(1, ReadFile{"p", 1, 0}),
      ask(1, ReadFile{"p", 1, 1}),
  };
}

// The ways in which an outbox can differ from an empty one.
Additions additions() {
  const auto commit = [](auto&& fill) { return [fill](Outbox& out) { fill(out.commits.emplace_back()); }; };
  const Envelope ping(PeerId{1}, msg::Ping{true});
  Additions all = {
      [=](Outbox& out) { out.sends.push_back(ping); },
      [](Outbox& out) { out.sends.emplace_back(PeerId{2}, msg::Ping{true}); },
      [](Outbox& out) { out.sends.emplace_back(PeerId{1}, msg::Ping{false}); },
      [](Outbox& out) { out.dials.push_back({PeerRole::agent}); },
      [](Outbox& out) {
        out.closes.push_back({PeerId{1}, "why"});
      },
      [](Outbox& out) {
        out.closes.push_back({PeerId{1}, "because"});
      },
      [](Outbox& out) { out.deliveries.emplace_back(msg::Ping{true}); },
      commit([](Commit&) {}),
      commit([](Commit& each) { each.changes.push_back(erase("key")); }),
      commit([](Commit& each) {
        each.changes.push_back(put(record::Weight{RoleName("eng"), 2}));
      }),
      commit([=](Commit& each) { each.after.push_back(ping); }),
      commit([](Commit& each) {
        each.closes.push_back({PeerId{1}, "why"});
      }),
      commit([](Commit& each) { each.containers.emplace_back(ForgetContainer{"c"}); }),
  };
  for (auto& each : container_additions()) all.push_back(std::move(each));
  return all;
}

}  // namespace

TEST_CASE("outboxes that differ are written differently, but for notices") {
  std::vector<std::string> all = {written({})};
  for (const auto& add : additions()) {
    Outbox out;
    add(out);
    all.push_back(written(out));
    out.notices.push_back({LogLevel::info, "text"});
    CHECK(written(out) == all.back());
  }
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("what was in an outbox before a step is left out") {
  for (const auto& add : additions()) {
    Outbox alone, shared;
    add(alone);
    for (const auto& before : additions()) before(shared);
    const OutboxSizes since = sizes_of(shared);
    CHECK(written(shared, since).empty());
    add(shared);
    CHECK(written(shared, since) == written(alone));
    shared.clear();  // a machine may have taken more than it has added
    CHECK(written(shared, since).empty());
  }
}
