// Counts the heap allocations of a test program. Include it in one source file of the suite: it replaces the
// operators new and delete. Those of the thread sanitizer cannot be replaced; there it listens to a hook.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MESOSCORE_ALLOCATION_HOOK
#endif
#endif

namespace mesoscore::test {

inline std::atomic<std::uint64_t> heap_allocations{0};  // so far

inline void* counted_allocation(std::size_t size) noexcept {
  heap_allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size > 0 ? size : 1);
}

inline void* counted_allocation_or_throw(std::size_t size) {
  if (void* place = counted_allocation(size)) return place;
  throw std::bad_alloc();
}

}  // namespace mesoscore::test

#ifdef MESOSCORE_ALLOCATION_HOOK

extern "C" void __sanitizer_malloc_hook(const volatile void*, std::size_t) {
  mesoscore::test::heap_allocations.fetch_add(1, std::memory_order_relaxed);
}

#else

// All forms are replaced: a sanitizer has its own of those that are not, and blocks must not cross over.
void* operator new(std::size_t size) { return mesoscore::test::counted_allocation_or_throw(size); }
void* operator new[](std::size_t size) { return mesoscore::test::counted_allocation_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return mesoscore::test::counted_allocation(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return mesoscore::test::counted_allocation(size);
}
void operator delete(void* place) noexcept { std::free(place); }
void operator delete[](void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
void operator delete[](void* place, std::size_t) noexcept { std::free(place); }
void operator delete(void* place, const std::nothrow_t&) noexcept { std::free(place); }
void operator delete[](void* place, const std::nothrow_t&) noexcept { std::free(place); }

#endif
