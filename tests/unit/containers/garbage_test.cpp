// Which sandboxes are removed, and that nothing else is.
#include "runtime/containers/garbage.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <set>

#include <asio/io_context.hpp>

#include "folder_tree.hpp"
#include "support/skip.hpp"

namespace mesoscore::test {
namespace {

using namespace std::chrono_literals;
using runtime::Garbage;
using runtime::GarbageConfig;

constexpr auto kHour = std::chrono::hours(1);

// Sandboxes are kept for 100 hours on an empty disk.
struct Yard : Tree {
  Yard() {
    options.gc_after = 100 * kHour;
    options.disk_headroom = 0.1;
  }
  void collect() {
    GarbageConfig config;
    config.sandboxes = *this / "sandboxes";
    config.options = options;
    config.is_needed = [this](const ContainerId& id) { return needed.contains(id.str()); };
    config.used = [this] { return used; };
    config.logger = {LogLevel::info, [this](LogLevel, std::string_view line) { lines.emplace_back(line); }};
    const auto garbage = std::make_shared<Garbage>(io.get_executor(), std::move(config));
    garbage->collect();
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (garbage->busy() && std::chrono::steady_clock::now() < deadline) {
      io.run_one_for(100ms);
      io.restart();
      ++turns;
    }
    REQUIRE_FALSE(garbage->busy());
    garbage->stop();
  }
  // A sandbox whose container ended so long ago.
  void sandbox(const std::string& path, std::chrono::seconds ago) {
    write("sandboxes/" + path + "/stdout", "text");
    age("sandboxes/" + path + "/stdout", ago);
    age("sandboxes/" + path, ago);
  }
  bool kept(const std::string& path) const { return has("sandboxes/" + path); }
  bool trash_is_empty() const { return std::filesystem::is_empty(*this / "sandboxes/.garbage"); }

  asio::io_context io;
  SandboxOptions options;
  std::set<std::string> needed;
  double used = 0;
  std::vector<std::string> lines;
  int turns = 0;
};

}  // namespace

TEST_CASE("sandboxes are removed when they are old, with the directories above them") {
  Yard yard;
  yard.sandbox("S1/F/t1/young", 89 * kHour);
  yard.sandbox("S1/F/t1/old", 91 * kHour);
  yard.sandbox("S1/F/t2/old", 91 * kHour);
  yard.sandbox("S0/F/t2/of an agent of before", 1000 * kHour);
  yard.collect();
  CHECK(yard.kept("S1/F/t1/young/stdout"));
  CHECK_FALSE(yard.kept("S1/F/t1/old"));
  CHECK_FALSE(yard.kept("S1/F/t2"));
  CHECK_FALSE(yard.kept("S0"));
  CHECK(yard.trash_is_empty());
}

TEST_CASE("the fuller the disk, the younger are those that are removed") {
  Yard yard;
  yard.sandbox("S1/F/t1/a", 39 * kHour);
  yard.sandbox("S1/F/t1/b", 41 * kHour);
  yard.used = 0.5;
  yard.collect();
  CHECK(yard.kept("S1/F/t1/a"));
  CHECK_FALSE(yard.kept("S1/F/t1/b"));
  yard.used = 0.95;
  yard.sandbox("S1/F/t1/just ended", 1s);
  yard.collect();
  CHECK_FALSE(yard.kept("S1/F/t1"));
}

TEST_CASE("what is needed stays, however old and full") {
  Yard yard;
  yard.needed = {"lives"};
  yard.sandbox("S1/F/t1/lives", 1000 * kHour);
  yard.used = 1;
  yard.collect();
  CHECK(yard.kept("S1/F/t1/lives/stdout"));
}

TEST_CASE("a container ages from its end, and what was written late counts as well") {
  Yard yard;
  yard.sandbox("S1/F/t1/ended now", 1000 * kHour);
  runtime::mark_ended(yard / "sandboxes/S1/F/t1/ended now");
  yard.sandbox("S1/F/t1/wrote lately", 1000 * kHour);
  yard.age("sandboxes/S1/F/t1/wrote lately/stdout", kHour);
  yard.collect();
  CHECK(yard.kept("S1/F/t1/ended now"));
  CHECK(yard.kept("S1/F/t1/wrote lately"));
}

TEST_CASE("a task cannot put its sandbox into the future") {
  Yard yard;
  yard.sandbox("S1/F/t1/c", -1000 * kHour);
  yard.used = 0.95;
  ::usleep(20'000);  // the clock of file systems is coarse
  yard.collect();
  CHECK_FALSE(yard.kept("S1/F/t1/c"));
}

TEST_CASE("no symbolic link is followed") {
  Yard yard;
  yard.write("precious/file", "keep me");
  yard.make("precious/directory");
  yard.write("elsewhere/t/c/stdout", "keep me");
  yard.age("elsewhere/t/c/stdout", 1000 * kHour);
  yard.age("elsewhere/t/c", 1000 * kHour);
  yard.sandbox("S1/F/t1/c", 1000 * kHour);
  yard.link("sandboxes/S1/F/t1/c/directory", yard / "precious");
  yard.link("sandboxes/S1/F/t1/c/file", "../../../../../precious/file");
  yard.link("sandboxes/S1/F/t1/link", yard / "precious");
  yard.link("sandboxes/S1/F/t2", yard / "elsewhere/t");
  yard.link("sandboxes/S1/G", yard / "elsewhere");
  yard.link("sandboxes/S2", yard / "elsewhere");
  yard.age("sandboxes/S1/F/t1/c", 1000 * kHour);
  yard.collect();
  CHECK_FALSE(yard.kept("S1/F/t1/c"));
  CHECK(yard.read("precious/file") == "keep me");
  CHECK(yard.has("precious/directory"));
  CHECK(yard.has("elsewhere/t/c/stdout"));
}

TEST_CASE("trees of any depth and kind are taken apart, in slices") {
  Yard yard;
  yard.sandbox("S1/F/t1/c", 1000 * kHour);
  const std::string sandbox = "sandboxes/S1/F/t1/c";
  // Deeper than a path can be long.
  int at = ::open((yard / sandbox).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  const std::string name(200, 'd');
  for (int depth = 0; depth < 300; ++depth) {
    REQUIRE(::mkdirat(at, name.c_str(), 0755) == 0);
    const int below = ::openat(at, name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(below >= 0);
    ::close(at);
    at = below;
  }
  ::close(at);
  for (int i = 0; i < 2000; ++i) yard.write(sandbox + "/wide/" + std::to_string(i), "x");
  REQUIRE(::mkfifo((yard / (sandbox + "/pipe")).c_str(), 0600) == 0);
  yard.make(sandbox + "/locked/inside");
  yard.write(sandbox + "/locked/inside/file", "x");
  ::chmod((yard / (sandbox + "/locked/inside")).c_str(), 0);
  ::chmod((yard / (sandbox + "/locked")).c_str(), 0);
  yard.age(sandbox, 1000 * kHour);
  yard.collect();
  CHECK_FALSE(yard.kept("S1"));
  CHECK(yard.trash_is_empty());
  CHECK(yard.turns > 1);
  CHECK(yard.lines == std::vector<std::string>{"garbage: removed 1 old sandboxes"});
}

TEST_CASE("what an earlier pass has left half removed goes, too") {
  Yard yard;
  yard.make("sandboxes");
  yard.write("sandboxes/.garbage/17/deep/file", "x");
  yard.write("sandboxes/.garbage/file", "x");
  yard.link("sandboxes/.garbage/link", "/etc");
  yard.collect();
  CHECK(yard.trash_is_empty());
}

TEST_CASE("mounts are left alone, and named") {
  Yard yard;
  yard.sandbox("S1/F/t1/c", 1000 * kHour);
  yard.make("sandboxes/S1/F/t1/c/mounted");
  yard.write("precious/file", "keep me");
  const std::string at = yard / "sandboxes/S1/F/t1/c/mounted";
  if (::mount((yard / "precious").c_str(), at.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    return skip("mounts need root and CAP_SYS_ADMIN");
  }
  yard.age("sandboxes/S1/F/t1/c", 1000 * kHour);
  yard.collect();
  const bool safe = yard.read("precious/file") == "keep me";
  for (const auto& entry : std::filesystem::directory_iterator(yard / "sandboxes/.garbage")) {
    ::umount2((entry.path() / "mounted").c_str(), MNT_DETACH);
  }
  ::umount2(at.c_str(), MNT_DETACH);
  CHECK(safe);
  REQUIRE(yard.lines.size() > 1);
  CHECK_THAT(yard.lines.back(), Catch::Matchers::Contains("mounted"));
}

TEST_CASE("a work directory that is not there is no reason to fail") {
  Yard yard;
  yard.collect();
  CHECK(yard.turns == 0);
}

}  // namespace mesoscore::test
