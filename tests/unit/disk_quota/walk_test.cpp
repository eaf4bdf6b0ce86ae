// What a tree takes, beside what du says, and trees that are made to mislead.
#include "isolators/linux/disk_quota_walk.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "catch.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using disk_quota_detail::DiskWalk;
using test::Folder;

namespace {

constexpr auto kNow = DiskWalk::Time::min();  // a step at a time
constexpr auto kToTheEnd = DiskWalk::Time::max();

std::uint64_t taken(const std::string& root) {
  DiskWalk walk(root);
  const auto done = walk.go_on(kToTheEnd);
  REQUIRE(done);
  REQUIRE(*done);
  return walk.bytes();
}

std::uint64_t du(const std::string& root) {
  const std::string command = "du -x -s --block-size=1 '" + root + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe);
  unsigned long long bytes = 0;
  const int fields = std::fscanf(pipe, "%llu", &bytes);
  ::pclose(pipe);
  REQUIRE(fields == 1);
  return bytes;
}

void write_kib(const std::string& file, std::size_t kib) {
  test::write_bytes(file, std::string(kib * 1024, 'x'));
}

// A chain of so many directories with long names; the descriptor of the last.
int make_chain(const std::string& root, int levels) {
  const std::string name(200, 'd');
  int here = ::open(root.c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < levels; ++i) {
    REQUIRE(::mkdirat(here, name.c_str(), 0755) == 0);
    const int next = ::openat(here, name.c_str(), O_RDONLY | O_DIRECTORY);
    REQUIRE(next >= 0);
    ::close(here);
    here = next;
  }
  return here;
}

void write_kib_at(int directory, const char* name, std::size_t kib) {
  const int file = ::openat(directory, name, O_CREAT | O_WRONLY, 0644);
  const std::string bytes(kib * 1024, 'x');
  REQUIRE(::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  ::close(file);
}

}  // namespace

TEST_CASE("a walk sees what du sees", "[disk_quota]") {
  Folder folder;
  for (const char* name : {"a", "a/b", "a/b/c", "z"}) std::filesystem::create_directory(folder / name);
  for (int i = 0; i < 700; ++i) write_kib(folder / ("a/b/file-with-a-long-name-" + std::to_string(i)), 3);
  write_kib(folder / "a/b/c/x", 900);
  write_kib(folder / "z/y", 1);
  CHECK(taken(folder / "") > 700 * 4096);
  CHECK(taken(folder / "") == du(folder / ""));
}

TEST_CASE("a walk may be made in any number of slices", "[disk_quota]") {
  Folder folder;
  std::filesystem::create_directories(folder / "a/b");
  for (int i = 0; i < 20; ++i) write_kib(folder / ("a/b/" + std::to_string(i)), 8);
  DiskWalk walk(folder / "");
  int slices = 1;
  for (; !walk.go_on(kNow).value(); ++slices) CHECK(slices < 100);
  CHECK(slices > 20);
  CHECK(walk.bytes() == du(folder / ""));
}

TEST_CASE("holes in files are free", "[disk_quota]") {
  Folder folder;
  test::write_bytes(folder / "sparse", "x");
  std::filesystem::resize_file(folder / "sparse", std::uintmax_t{1} << 40);
  CHECK(taken(folder / "") < 100 * 1024);
}

TEST_CASE("a file of several names counts once", "[disk_quota]") {
  Folder folder;
  std::filesystem::create_directory(folder / "below");
  write_kib(folder / "file", 512);
  const std::uint64_t alone = taken(folder / "");
  for (int i = 0; i < 10; ++i) {
    std::filesystem::create_hard_link(folder / "file", folder / ("below/" + std::to_string(i)));
  }
  CHECK(taken(folder / "") == alone);
}

TEST_CASE("symbolic links are not followed", "[disk_quota]") {
  Folder folder, elsewhere;
  write_kib(elsewhere / "big", 1024);
  std::filesystem::create_directory_symlink(elsewhere.path(), folder / "directory");
  std::filesystem::create_symlink(elsewhere / "big", folder / "file");
  std::filesystem::create_directory_symlink(folder.path(), folder / "loop");
  CHECK(taken(folder / "") < 100 * 1024);
  DiskWalk walk(folder / "directory");
  CHECK_FALSE(walk.go_on(kToTheEnd));
}

TEST_CASE("fifos are not opened", "[disk_quota]") {
  Folder folder;
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0644) == 0);
  CHECK(taken(folder / "") < 100 * 1024);
}

TEST_CASE("directories deeper than the longest path are seen", "[disk_quota]") {
  Folder folder;
  const int last = make_chain(folder / "", 40);  // 8,000 characters
  const std::uint64_t empty = taken(folder / "");
  write_kib_at(last, "deep", 1024);
  ::close(last);
  write_kib(folder / "top", 512);  // seen although the walk is below when it is there
  CHECK(taken(folder / "") >= empty + 1536 * 1024);
}

TEST_CASE("what vanishes is not missed", "[disk_quota]") {
  Folder folder;
  for (const char* name : {"a", "a/x", "b", "b/x"}) std::filesystem::create_directory(folder / name);
  write_kib(folder / "a/x/file", 64);
  write_kib(folder / "b/x/file", 64);
  DiskWalk walk(folder / "");
  for (int i = 0; i < 6; ++i) REQUIRE_FALSE(walk.go_on(kNow).value());
  std::filesystem::remove_all(folder / "a");
  std::filesystem::remove_all(folder / "b");
  CHECK(walk.go_on(kToTheEnd).value());
  CHECK(walk.bytes() < 64 * 1024);
}

TEST_CASE("a directory that is moved away does not lead the walk out", "[disk_quota]") {
  Folder folder, elsewhere;
  std::filesystem::create_directories(folder / "a/b/c");
  std::filesystem::create_directory(folder / "z");
  write_kib(folder / "z/file", 256);
  for (int i = 0; i < 20; ++i) {
    write_kib(elsewhere / ("big" + std::to_string(i)), 1024);
    std::filesystem::create_directory(elsewhere / ("dir" + std::to_string(i)));
  }
  for (int steps = 1; steps < 30; ++steps) {
    DiskWalk walk(folder / "");
    bool done = false;
    for (int i = 0; i < steps && !done; ++i) done = walk.go_on(kNow).value();
    std::filesystem::rename(folder / "a/b/c", elsewhere / "c");
    CHECK(walk.go_on(kToTheEnd).value());
    CHECK(walk.bytes() >= 256 * 1024);  // the other directories are not forgotten
    CHECK(walk.bytes() < 1024 * 1024);
    std::filesystem::rename(elsewhere / "c", folder / "a/b/c");
  }
}

TEST_CASE("no descriptors left is an error, and not a small tree", "[disk_quota]") {
  Folder folder;
  std::filesystem::create_directory(folder / "a");
  const pid_t child = ::fork();
  if (child == 0) {
    DiskWalk walk(folder / "");
    if (walk.go_on(kNow).value()) ::_exit(1);
    while (::dup(0) >= 0) {
    }
    const auto done = walk.go_on(kToTheEnd);
    ::_exit(!done && done.error().code == std::errc::too_many_files_open ? 0 : 2);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
