// Events, steps, and what an outbox holds. Mesos v1 has none of them: the numbers are ours.
#pragma once

#include "mesoscore/outbox.hpp"
#include "wire/codec.hpp"
#include "wire/event_codec.hpp"
#include "wire/tables/agent_messages.hpp"
#include "wire/tables/executor_messages.hpp"
#include "wire/tables/operator_messages.hpp"
#include "wire/tables/scheduler_messages.hpp"

namespace mesoscore::wire {

template <>
struct EnumBounds<PeerRole> {
  static constexpr auto first = PeerRole::unknown, last = PeerRole::operator_;
};
template <>
struct EnumBounds<ContainerEvent::Kind> {
  static constexpr auto first = ContainerEvent::Kind::started, last = ContainerEvent::Kind::answered;
};
template <>
struct EnumBounds<ContainerKind> {
  static constexpr auto first = ContainerKind::command, last = ContainerKind::function;
};
template <>
struct EnumBounds<Step::Kind> {
  static constexpr auto first = Step::Kind::step, last = Step::Kind::tick;
};

template <>
struct Kind<PeerId> {
  static bool absent(PeerId) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, PeerId peer) {
    encoder.varint(number, static_cast<std::uint64_t>(peer));
  }
  static void take(Decoder& decoder, PeerId& peer) { peer = static_cast<PeerId>(decoder.varint()); }
};

// A time as nanoseconds since the epoch.
template <class T>
struct Instant {
  T& at;
};
template <class T>
Instant(T&) -> Instant<T>;
template <class T>
struct Kind<Instant<T>> {
  static bool absent(const Instant<T>&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Instant<T>& view) {
    encoder.varint(number, static_cast<std::uint64_t>(view.at.time_since_epoch().count()));
  }
  static void take(Decoder& decoder, Instant<T>& view) {
    view.at = TimePoint(Duration(static_cast<Duration::rep>(decoder.varint())));
  }
};

// A message inside of something else: a frame of codec.hpp.
template <>
struct Kind<Message> {
  static bool absent(const Message&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Message& message) {
    const std::size_t at = encoder.open(number);
    if (!message.valueless_by_exception()) {
      const auto kind = static_cast<std::uint32_t>(message.index() + 1);
      std::visit([&]<class M>(const M& body) { Kind<M>::put(encoder, kind, body); }, message);
    }
    encoder.close(at);
  }
  static void take(Decoder& decoder, Message& message) {
    const std::string_view frame = decoder.bytes();
    if (!decoder.ok()) return;
    auto decoded = decode(frame);
    if (!decoded) return decoder.fail(decoded.error().message);
    message = *std::move(decoded);
  }
};

// ---- events

void fields(auto& v, Like<PeerConnected> auto& m) {
  v.required(1, "peer", m.peer);
  v.required(2, "role", m.role);
  v.optional(3, "address", m.address);
}
void fields(auto& v, Like<PeerDisconnected> auto& m) {
  v.required(1, "peer", m.peer);
  v.optional(2, "why", m.why);
}
void fields(auto& v, Like<DialFailed> auto& m) { v.optional(1, "why", m.why); }
void fields(auto& v, Like<Received> auto& m) {
  v.required(1, "peer", m.peer);
  v.required(2, "message", m.message);
}
void fields(auto& v, Like<Submitted> auto& m) { v.required(1, "message", m.message); }
void fields(auto& v, Like<ContainerEvent> auto& m) {
  v.optional(1, "container_id", m.container_id);
  v.required(2, "kind", m.kind);
  v.optional(3, "wait_status", m.wait_status);
  v.optional(4, "state", m.state);
  v.optional(5, "reason", m.reason);
  v.optional(6, "message", m.message);
  v.optional(7, "data", m.data);
  v.optional(8, "limitation", m.limitation);
  v.optional(9, "number", m.number);
  v.optional(10, "probe", m.probe);
  v.optional(11, "error", m.error);
  v.optional(12, "report", m.report);
  v.optional(13, "status", m.status);
}
void fields(auto& v, Like<ProbeResult> auto& m) {
  v.optional(1, "success", m.success);
  v.optional(2, "status", m.status);
}
void fields(auto& v, Like<OperateOnAgent> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.required(2, "operation", m.operation);
}
void fields(auto&, Like<Stop> auto&) {}

// ---- what comes out

void fields(auto& v, Like<Envelope> auto& m) {
  v.required(1, "to", m.to);
  v.required(2, "message", m.message);
}
void fields(auto& v, Like<Close> auto& m) {
  v.required(1, "peer", m.peer);
  v.optional(2, "why", m.why);
}
void fields(auto& v, Like<Dial> auto& m) { v.required(1, "role", m.role); }
void fields(auto& v, Like<LaunchContainer> auto& m) {
  v.required(1, "container_id", m.container_id);
  v.required(2, "kind", m.kind);
  v.optional(3, "framework", m.framework);
  v.optional(4, "agent_id", m.agent_id);
  v.optional(5, "durable", m.durable);
  v.required(6, "task", m.task);
  v.optional(7, "resources", m.resources);
}
void fields(auto& v, Like<KillContainer> auto& m) {
  v.required(1, "container_id", m.container_id);
  v.required(2, "grace", m.grace);
}
void fields(auto& v, Like<UpdateContainer> auto& m) {
  v.required(1, "container_id", m.container_id);
  v.optional(2, "resources", m.resources);
}
void fields(auto& v, Like<RecoverContainers::Known> auto& m) {
  v.required(1, "container_id", m.container_id);
  v.required(2, "kind", m.kind);
  v.optional(3, "resources", m.resources);
  v.optional(4, "type", m.type);
  v.optional(5, "framework_id", m.framework_id);
  v.optional(6, "directory", m.directory);
}
void fields(auto& v, Like<RecoverContainers> auto& m) {
  v.optional(1, "known", m.known);
  v.optional(2, "agent_id", m.agent_id);
}
void fields(auto& v, Like<ForgetContainer> auto& m) { v.required(1, "container_id", m.container_id); }
void fields(auto& v, Like<EraseVolumes> auto& m) { v.required(1, "volumes", m.volumes); }
void fields(auto& v, Like<ProbeContainer> auto& m) {
  using V = std::remove_reference_t<decltype((m.probe))>;
  v.required(1, "container_id", m.container_id);
  v.required(2, "number", m.number);
  v.optional(3, "command", ProbeAlternative<0, true, V>{m.probe});
  v.optional(4, "http", ProbeAlternative<1, true, V>{m.probe});
  v.optional(5, "tcp", ProbeAlternative<2, true, V>{m.probe});
  v.always(6, "timeout", m.timeout);
}
void fields(auto& v, Like<AskContainers> auto& m) {
  v.required(1000, "number", m.number);
  query_fields(v, m.query);
}

}  // namespace mesoscore::wire
