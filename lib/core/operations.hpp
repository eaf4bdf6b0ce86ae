// What operations on the resources of an agent do, and when they are allowed. Pure functions; master and
// agent use the same ones.
#pragma once

#include <string_view>

#include "mesoscore/allocator.hpp"
#include "mesoscore/framework.hpp"
#include "mesoscore/offer.hpp"

namespace mesoscore {

// What RESERVE, UNRESERVE, CREATE or DESTROY turns into what. The totals stay the same. An error if the
// operation is none of these, or if there is no such form of what it names.
Result<Conversion> conversion_of(const Operation& operation);

// A shared volume ends with all the copies of it that are in the bag, however many the operation names.
void take_all_copies(Conversion& change, const Resources& bag);

// Refused, with the bag as it was, if not all that is consumed is in it.
Status apply(const Conversion& change, Resources& bag);

struct OperationContext {
  const FrameworkInfo* framework = nullptr;  // who asks; null: an operator
  std::string_view role{};                   // in which the framework was offered the resources
  const Resources& agent;                    // all that the agent has
  const Resources& in_use;                   // what tasks and executors use there
};
// The rules of each operation. That the resources are there is for apply() to say.
Status validate(const Operation& operation, const OperationContext& context);
// Those that need not know the agent, for an operation of an operator.
Status validate_for_operator(const Operation& operation);

}  // namespace mesoscore
