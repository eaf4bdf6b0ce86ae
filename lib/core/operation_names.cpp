#include <array>

#include "mesoscore/offer.hpp"

namespace mesoscore {

std::string_view operation_name(const Operation& operation) noexcept {
  constexpr std::array<std::string_view, std::variant_size_v<decltype(Operation::action)>> kOperations = {
      "LAUNCH", "RESERVE", "UNRESERVE", "CREATE", "DESTROY", "GROW_VOLUME", "SHRINK_VOLUME", "LAUNCH_GROUP"};
  static_assert(!kOperations.back().empty(), "a new operation needs its name here");
  return operation.action.valueless_by_exception() ? "(none)" : kOperations[operation.action.index()];
}

bool is_terminal(OperationState state) noexcept {
  switch (state) {
    case OperationState::finished:
    case OperationState::failed:
    case OperationState::error:
    case OperationState::dropped:
    case OperationState::gone_by_operator:
      return true;
    case OperationState::unsupported:
    case OperationState::pending:
    case OperationState::unreachable:
    case OperationState::recovering:
    case OperationState::unknown:
      return false;
  }
  return false;
}

std::string_view to_string(OperationState state) noexcept {
  switch (state) {
    case OperationState::unsupported:
      return "OPERATION_UNSUPPORTED";
    case OperationState::pending:
      return "OPERATION_PENDING";
    case OperationState::finished:
      return "OPERATION_FINISHED";
    case OperationState::failed:
      return "OPERATION_FAILED";
    case OperationState::error:
      return "OPERATION_ERROR";
    case OperationState::dropped:
      return "OPERATION_DROPPED";
    case OperationState::unreachable:
      return "OPERATION_UNREACHABLE";
    case OperationState::gone_by_operator:
      return "OPERATION_GONE_BY_OPERATOR";
    case OperationState::recovering:
      return "OPERATION_RECOVERING";
    case OperationState::unknown:
      return "OPERATION_UNKNOWN";
  }
  return "OPERATION_UNSUPPORTED";
}

}  // namespace mesoscore
