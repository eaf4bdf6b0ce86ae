// A part of a test that needs a process of its own: another user, other mounts, a death.
#pragma once

#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <exception>

namespace storage_test {

// 0 if `part` returns true. Without Catch's macros inside: what they say would be lost.
template <class Part>
int in_child(Part&& part) {
  const pid_t child = ::fork();
  if (child < 0) return -1;
  if (child == 0) {
    int code = 2;
    try {
      code = part() ? 0 : 1;
    } catch (const std::exception& thrown) {
      std::fprintf(stderr, "%s\n", thrown.what());
    }
    ::_exit(code);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child ? status : -1;
}

}  // namespace storage_test
