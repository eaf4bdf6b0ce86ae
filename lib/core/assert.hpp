// MESOSCORE_ASSERT(condition, "what it means"): guards our own invariants, in release builds too.
#pragma once

#include "mesoscore/assert.hpp"

namespace mesoscore::detail {

[[noreturn]] void assertion_failed(const AssertFailure& failure);

}  // namespace mesoscore::detail

#define MESOSCORE_ASSERT(condition, text)                                            \
  do {                                                                               \
    if (!(condition)) [[unlikely]]                                                   \
      ::mesoscore::detail::assertion_failed({#condition, text, __FILE__, __LINE__}); \
  } while (false)
