// Programs of this machine in another kernel: User-mode Linux, which boots in a second or two, needs no
// rights, and has control groups of version 2 with their controllers. The machine's files are its files; /tmp
// is its own, in memory. It has one cpu, a disk of 64 MiB ($MESOSCORE_TEST_DISK), starts some hundred
// processes in a second, and no network.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace uml_test {

// Why there is none, if there is none; said aloud.
bool cannot_boot();

struct Outcome {
  std::optional<int> exit_code{};  // none: it did not end in time, or the kernel did not start
  std::string output{};            // standard output and error
  std::string console{};           // what the kernel said
};
// Boots, runs `argv` as root with /proc, /sys and version 2 at /sys/fs/cgroup, and powers off. `environment`
// is "NAME=value" each.
Outcome run_in_uml(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                   std::chrono::seconds patience);

}  // namespace uml_test
