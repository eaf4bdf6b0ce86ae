// Counts the heap allocations of this test program.
#pragma once

#include <cstdint>

namespace lab {

std::uint64_t heap_allocations() noexcept;  // so far

}  // namespace lab
