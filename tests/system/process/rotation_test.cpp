// Outputs whose files are rotated: of what a process writes, no byte is lost.
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

namespace fs = std::filesystem;

LaunchPlan rotating(LaunchPlan plan, std::uint64_t max_bytes, std::uint32_t files) {
  plan.rotation = {.max_bytes = max_bytes, .files = files};
  return plan;
}

// The old ones first.
std::string all_of(const std::string& path) {
  std::string text;
  for (int number = 9999; number > 0; --number) {
    const std::string name = path + "." + std::to_string(number);
    if (fs::exists(name)) text += read_file(name);
  }
  return text + read_file(path);
}

}  // namespace

TEST_CASE("a full output becomes an older one, line by line", "[process][rotation]") {
  Harness harness;
  harness.launch(
      "a",
      rotating(harness.script("a", "for i in 1 2 3 4 5 6 7; do echo line$i; done; echo err >&2"), 13, 2));
  CHECK(harness.wait_for_exit("a") == 0);
  const std::string path = *harness.directory() / "a.out";
  CHECK(read_file(path) == "line7\n");
  CHECK(read_file(path + ".1") == "line5\nline6\n");
  CHECK(read_file(path + ".2") == "line3\nline4\n");
  CHECK_FALSE(fs::exists(path + ".3"));
  CHECK(read_file(*harness.directory() / "a.err") == "err\n");
}

TEST_CASE("of 50 MB that two processes write at once, no byte is lost", "[process][rotation]") {
  Harness harness;
  // The last bytes come from a process that the supervisor kills, and are still in the pipe then.
  const std::string text =
      "seq 1 3300000 & seq 5000000 8300000 >&2; wait; (trap '' TERM; echo last; exec sleep 1000) & sleep 0.2";
  LaunchPlan plan = rotating(harness.script("a", text), 1'000'000, 9999);
  const bool both = GENERATE(false, true);
  if (both) plan.stderr_path = plan.stdout_path;
  if (is_root() && both) plan.namespaces = CLONE_NEWPID;
  if (!is_root() && both) skip("output below an init: pid namespaces may be made by root only");
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 0);
  const std::string out = all_of(*harness.directory() / "a.out");
  std::size_t expected = 5;
  for (int i = 1; i <= 3'300'000; ++i) expected += std::to_string(i).size() + 1;
  const std::size_t expected_err = 3'300'001 * 8;
  CHECK(out.size() == expected + (both ? expected_err : 0));
  CHECK(out.ends_with("last\n"));
  for (const auto& file : fs::directory_iterator(harness.directory()->path())) {
    if (file.is_regular_file()) CHECK(file.file_size() <= 1'000'000);
  }
  if (both) return;
  const std::string err = all_of(*harness.directory() / "a.err");
  REQUIRE(err.size() == expected_err);
  bool in_order = true;
  for (int i = 0; i <= 3'300'000; ++i) {
    in_order = in_order &&
               err.compare(static_cast<std::size_t>(i) * 8, 8, std::to_string(5'000'000 + i) + "\n") == 0;
  }
  CHECK(in_order);
}

TEST_CASE("rotated outputs belong to the user, and links lead nowhere", "[process][rotation]") {
  if (!is_root()) return skip("users are changed by root only");
  Harness harness;
  const std::string dir = harness.directory()->path(), path = dir + "/a.out", secret = dir + "/state/secret";
  REQUIRE(::chown(dir.c_str(), 65534, 65534) == 0);
  write_file(secret, "secret\n", 0600);
  LaunchPlan plan =
      rotating(harness.script("a", "echo first; sleep 0.2; ln -s " + secret + " " + path +
                                       ".1; echo second; sleep 0.2; rm " + path + "; ln -s " + secret + " " +
                                       path + "; echo third; sleep 0.2; echo fourth"),
               8, 3);
  plan.user = "nobody";
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(read_file(secret) == "secret\n");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK(status.st_uid == 65534);
  CHECK(read_file(path) == "fourth\n");
}

TEST_CASE("an output that cannot be made fails the launch, rotated or not", "[process][rotation]") {
  Harness harness;
  LaunchPlan plan = rotating(harness.command("a", {"true"}), 10, 1);
  plan.stderr_path = "/no/such/folder/stderr";
  CHECK(harness.failure_of("a", std::move(plan)) ==
        "cannot run \"true\": \"/no/such/folder/stderr\": No such file or directory");
  harness.launch("b", rotating(harness.script("b", "echo fine"), 10, 1));
  CHECK(harness.wait_for_exit("b") == 0);
  CHECK(harness.output("b") == "fine\n");
}

TEST_CASE("rotation goes on while there is no agent, and a kill comes through", "[process][rotation]") {
  auto first = std::make_unique<Harness>();
  first->launch("a", rotating(first->script("a", "while :; do echo line; sleep 0.01; done"), 50, 1));
  first->wait_for("a", Kind::started);
  first->drop_launcher();
  const std::string old = *first->directory() / "a.out.1";
  CHECK(first->run_until([&] { return fs::exists(old); }));
  Harness second(first->directory());
  const ContainerId known[] = {ContainerId("a")};
  REQUIRE(second.launcher().recover(known));
  second.launcher().kill(ContainerId("a"), 60s);
  CHECK(second.wait_for_exit("a") == -SIGTERM);
}
