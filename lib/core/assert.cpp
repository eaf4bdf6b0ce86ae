#include "core/assert.hpp"

#include <atomic>
#include <cstdlib>

namespace mesoscore {
namespace {

std::atomic<AssertHandler> current_handler{nullptr};

}  // namespace

AssertHandler set_assert_handler(AssertHandler handler) noexcept {
  return current_handler.exchange(handler, std::memory_order_acq_rel);
}

namespace detail {

void assertion_failed(const AssertFailure& failure) {
  if (const AssertHandler handler = current_handler.load(std::memory_order_acquire)) handler(failure);
  std::abort();
}

}  // namespace detail
}  // namespace mesoscore
