// Offer.Operation and OperationStatus (numbers of mesos.v1).
#pragma once

#include <algorithm>
#include <array>

#include "mesoscore/message.hpp"
#include "wire/tables/task.hpp"

namespace mesoscore::wire {

template <>
struct EnumBounds<OperationState> {
  static constexpr auto first = OperationState::unsupported, last = OperationState::unknown;
};

void fields(auto& v, Like<LaunchOperation> auto& m) { v.optional(1, "task_infos", m.tasks); }
void fields(auto& v, Like<ReserveOperation> auto& m) {
  v.optional(1, "resources", m.resources);
  v.optional(2, "source", m.source);
}
void fields(auto& v, Like<UnreserveOperation> auto& m) { v.optional(1, "resources", m.resources); }
void fields(auto& v, Like<CreateOperation> auto& m) { v.optional(1, "volumes", m.volumes); }
void fields(auto& v, Like<DestroyOperation> auto& m) { v.optional(1, "volumes", m.volumes); }
void fields(auto& v, Like<GrowVolumeOperation> auto& m) {
  v.required(1, "volume", m.volume);
  v.required(2, "addition", m.addition);
}
void fields(auto& v, Like<ShrinkVolumeOperation> auto& m) {
  v.required(1, "volume", m.volume);
  v.required(2, "subtract", wrapped(m.subtract, "value"));
}

void fields(auto& v, Like<LaunchGroupOperation> auto& m) {
  v.required(1, "executor", m.executor);
  v.required(2, "task_group", wrapped(m.tasks, "tasks"));
}

template <std::size_t I, class V>
struct Alternative {  // one alternative of the variant, at the field of its own
  V& action;
};
template <std::size_t I, class V>
struct Kind<Alternative<I, V>> {
  using T = std::variant_alternative_t<I, std::remove_const_t<V>>;
  static bool absent(const Alternative<I, V>& view) { return view.action.index() != I; }
  static void put(Encoder& encoder, std::uint32_t number, const Alternative<I, V>& view) {
    Kind<T>::put(encoder, number, std::get<I>(view.action));
  }
  static void take(Decoder& decoder, Alternative<I, V>& view) {
    if (view.action.index() != I) view.action.template emplace<I>();
    Kind<T>::take(decoder, std::get<I>(view.action));
  }
};

// Offer.Operation.Type of each alternative.
inline constexpr std::array<std::uint32_t, std::variant_size_v<decltype(Operation::action)>> kOperationTypes =
    {1, 2, 3, 4, 5, 11, 12, 6};

template <class O>
struct OperationView {
  O& operation;
  std::uint32_t type;
};

template <class M>
concept OperationViewLike = requires(M& m) {
  m.operation.action;
  m.type;
};
void fields(auto& v, OperationViewLike auto& m) {
  auto& action = m.operation.action;
  using V = std::remove_reference_t<decltype(action)>;
  v.required(1, "type", m.type);
  v.optional(2, "launch", Alternative<0, V>{action});
  v.optional(3, "reserve", Alternative<1, V>{action});
  v.optional(4, "unreserve", Alternative<2, V>{action});
  v.optional(5, "create", Alternative<3, V>{action});
  v.optional(6, "destroy", Alternative<4, V>{action});
  v.optional(7, "launch_group", Alternative<7, V>{action});
  v.optional(12, "id", m.operation.id);
  v.optional(13, "grow_volume", Alternative<5, V>{action});
  v.optional(14, "shrink_volume", Alternative<6, V>{action});
}

template <>
struct Kind<Operation> {
  static bool absent(const Operation&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Operation& operation) {
    Kind<OperationView<const Operation>>::put(encoder, number,
                                              {operation, kOperationTypes[operation.action.index()]});
  }
  static void take(Decoder& decoder, Operation& operation) {
    OperationView<Operation> view{operation, 0};
    decoder.nested(view);
    if (!decoder.ok()) return;
    if (std::find(kOperationTypes.begin(), kOperationTypes.end(), view.type) == kOperationTypes.end()) {
      decoder.fail("operations of type " + std::to_string(view.type) + " are not supported");
    } else if (view.type != kOperationTypes[operation.action.index()]) {
      decoder.fail("has no body of its type");
    }
  }
};

template <class M>
struct OperationStatus {
  M& update;
};
template <class M>
OperationStatus(M&) -> OperationStatus<M>;
template <class M>
void fields(auto& v, const OperationStatus<M>& status) {
  v.optional(1, "operation_id", status.update.operation_id);
  v.required(2, "state", status.update.state);
  v.optional(3, "message", status.update.message);
  v.optional(4, "converted_resources", status.update.converted);
  v.optional(5, "uuid", wrapped(status.update.uuid, "value"));
  v.optional(6, "agent_id", status.update.agent_id);
}

}  // namespace mesoscore::wire
