// The small texts of the kernel.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "isolators/cgroups/disks.hpp"
#include "isolators/cgroups/files.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using namespace mesoscore::control_groups;

TEST_CASE("numbers, and what stands for none", "[cgroups]") {
  CHECK(number("42\n") == 42u);
  CHECK(number(" 42 ") == 42u);
  CHECK_FALSE(number(""));
  CHECK_FALSE(number("max\n"));
  CHECK_FALSE(number("-1"));
  CHECK_FALSE(number("42 43"));
  CHECK_FALSE(number("99999999999999999999999"));
  CHECK(limit_in("67108864\n") == 67108864u);
  CHECK_FALSE(limit_in("max\n"));
  CHECK_FALSE(limit_in("9223372036854771712\n"));  // version 1: none
}

TEST_CASE("a value by its key, and by no other that begins alike", "[cgroups]") {
  const std::string_view text = "usage_usec 100\nuser_usec 60\nsystem_usec 40\nnr_periods 3";
  CHECK(value_of(text, "user_usec") == 60u);
  CHECK(value_of(text, "nr_periods") == 3u);
  CHECK_FALSE(value_of(text, "user"));
  CHECK_FALSE(value_of(text, "usec"));
  CHECK_FALSE(value_of("", "user_usec"));
  CHECK_FALSE(value_of("oom_kill", "oom_kill"));
  CHECK(value_of("low 0\noom 1\noom_kill 2\noom_group_kill 3\n", "oom_kill") == 2u);
}

TEST_CASE("pressure is that of some", "[cgroups]") {
  CHECK(some_pressure("some avg10=1.53 avg60=0.87 avg300=0.42 total=123456\n"
                      "full avg10=0.00 avg60=0.00 avg300=0.00 total=99\n") == 123456u);
  CHECK_FALSE(some_pressure("full avg10=0.00 avg60=0.00 avg300=0.00 total=99\n"));
  CHECK_FALSE(some_pressure(""));
}

TEST_CASE("disks are summed up", "[cgroups]") {
  const Transfer bytes = sum_of_fields(
      "254:0 rbytes=100 wbytes=7 rios=3 wios=2 dbytes=0 dios=0\n8:16 rbytes=1 wbytes=2 rios=4 wios=5 "
      "dbytes=0 dios=0\n",
      "rbytes", "wbytes");
  CHECK(bytes.read == 101);
  CHECK(bytes.written == 9);
  const Transfer old = sum_of_words(
      "254:0 Read 100\n254:0 Write 7\n254:0 Sync 90\n254:0 Async 17\n254:0 Total 107\n"
      "8:16 Read 1\n8:16 Write 2\nTotal 110\n");
  CHECK(old.read == 101);
  CHECK(old.written == 9);
  CHECK(sum_of_words("Total 0\n").read == 0);
  CHECK(sum_of_fields("", "rbytes", "wbytes").read == 0);
}

TEST_CASE("files are read, written and missed", "[cgroups]") {
  const test::Folder folder;
  test::write_bytes(folder / "pids.max", "77\n");
  ::mkdir((folder / "b").c_str(), 0755);
  ::mkdir((folder / "a").c_str(), 0755);
  const UniqueFd dir = open_directory(AT_FDCWD, folder.path().c_str());
  REQUIRE(dir);
  char buffer[64];
  CHECK(read_file(dir.get(), "pids.max", buffer) == "77\n");
  CHECK_FALSE(read_file(dir.get(), "none", buffer));
  CHECK(write_file(dir.get(), "pids.max", "88") == 0);
  CHECK(read_all(dir.get(), "pids.max") == "88\n");  // not made shorter: those of the kernel never are
  CHECK(write_file(dir.get(), "none", "1") == ENOENT);
  CHECK(read_all(dir.get(), "none").empty());
  CHECK(directories_in(dir.get()) == std::vector<std::string>{"a", "b"});
  test::write_bytes(folder / "cgroup.procs", "12\n0\n345\n");
  CHECK(processes_in(dir.get(), "cgroup.procs") == std::vector<pid_t>{12, 0, 345});
  ::symlink("/etc/passwd", (folder / "link").c_str());
  CHECK(write_file(dir.get(), "link", "x") == ELOOP);
}

TEST_CASE("disks of files and memory are left out", "[cgroups]") {
  const test::Folder folder;
  for (const auto& [name, device] :
       {std::pair{"vda", "254:0\n"}, {"loop0", "7:0\n"}, {"sdb", "8:16\n"}, {"ram1", "1:1\n"}}) {
    std::filesystem::create_directory(folder / name);
    test::write_bytes(folder / (std::string(name) + "/dev"), device);
  }
  CHECK(disks_in(folder.path().string()) == std::vector<std::string>{"8:16", "254:0"});
  CHECK(disks_in(folder / "none").empty());
}

TEST_CASE("bytes for people", "[cgroups]") {
  CHECK(bytes_text(64 << 20) == "64 MiB");
  CHECK(bytes_text((64 << 20) + (1 << 19)) == "64.5 MiB");
  CHECK(bytes_text(0) == "0 MiB");
}
