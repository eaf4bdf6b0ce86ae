// What happens when the library finds one of its own invariants broken. Input of users and peers never leads
// here.
//
// The checks stay on in release builds. The handler is the only process-wide object of the library: it is an
// atomic pointer, so it may be replaced from any thread at any time.
//
//   mesoscore::set_assert_handler([](const mesoscore::AssertFailure& failure) { my_crash_report(failure); });
#pragma once

namespace mesoscore {

struct AssertFailure {
  const char* condition;  // source text of what was false
  const char* text;       // what it means
  const char* file;
  int line;
};

// Called on the thread that found the failure. It may end the process or throw (tests do); when it returns,
// the process is aborted, because to go on would be to work with broken state.
using AssertHandler = void (*)(const AssertFailure& failure);

// Returns the handler that was in place. Null restores the default, which aborts and prints nothing: the
// library does not write to the streams of its host.
AssertHandler set_assert_handler(AssertHandler handler) noexcept;

}  // namespace mesoscore
