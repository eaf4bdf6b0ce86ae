// What the supervisor of a task, and its init, take of the machine's memory.
#include <sched.h>
#include <unistd.h>

#include <sstream>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

constexpr std::size_t kMaxKiB = 300;

// What is resident, shared pages included: the largest figure that can be told.
std::size_t resident_kib(pid_t pid) {
  std::istringstream pages(read_file("/proc/" + std::to_string(pid) + "/smaps_rollup"));
  for (std::string line; std::getline(pages, line);) {
    if (line.starts_with("Rss:")) return std::stoul(line.substr(4));
  }
  return 0;
}

std::string comm_of(pid_t pid) { return read_file("/proc/" + std::to_string(pid) + "/comm"); }

}  // namespace

TEST_CASE("a supervisor and an init fit into 300 KiB", "[process][memory]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  // It has had others before, with everything that makes it touch memory.
  for (const char* id : {"before", "a"}) {
    LaunchPlan plan = harness.script(id, std::string(id) == "a" ? "echo up; sleep 1000" : "seq 1 100000");
    plan.namespaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
    plan.mounts = {{.source = "proc", .target = "/proc", .type = "proc"}};
    plan.rotation = {.max_bytes = 10'000, .files = 2};
    plan.seccomp.assign(1500, 0x7fff000000000006u);  // each: allow
    plan.no_new_privileges = true;
    harness.launch(id, std::move(plan));
    if (std::string(id) == "before") CHECK(harness.wait_for_exit(id) == 0);
  }
  harness.wait_for("a", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("a") == "up\n"; }));
  const pid_t supervisor = harness.launcher().supervisor_of(ContainerId("a")).pid;
  const pid_t init = harness.launcher().pid_of(ContainerId("a"));
  CHECK(comm_of(supervisor) == "mesoscore-task\n");
  CHECK(comm_of(init) == "mesoscore-init\n");
  const std::size_t of_supervisor = resident_kib(supervisor), of_init = resident_kib(init);
  std::cout << "resident: supervisor " << of_supervisor << " KiB, init " << of_init << " KiB\n";
  CHECK(of_supervisor > 0);
  CHECK(of_supervisor + of_init <= kMaxKiB);
}
