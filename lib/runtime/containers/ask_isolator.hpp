// Calls into an isolator, which may be a user's: its errors and exceptions carry its name.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "mesoscore/isolator.hpp"

namespace mesoscore::runtime {

template <class Call>
Status ask(const Isolator& isolator, Call call) {
  const auto named = [&](std::string_view what) {
    return std::string("isolator ").append(isolator.name()).append(": ").append(what);
  };
  try {
    Status answer = call();
    if (answer) return answer;
    return fail(Error(answer.error().code, named(answer.error().message)));
  } catch (const std::exception& thrown) {
    return fail(Errc::launch_failed, named(thrown.what()));
  } catch (...) {
    return fail(Errc::launch_failed, named("it threw"));
  }
}

}  // namespace mesoscore::runtime
