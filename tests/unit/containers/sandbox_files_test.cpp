// Files of sandboxes: what can be read, and that nothing else can.
#include "runtime/containers/sandbox_files.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <future>

#include "folder_tree.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;
using runtime::SandboxFiles;

struct Sandboxes : Tree {
  Sandboxes() {
    write("S1/F/t1/c1/stdout", "0123456789");
    write("S1/F/t1/c1/data/deep", "x");
    write("S1/F/t2/c2/stdout", "of another task");
    write("secret", "nothing of a sandbox");
  }
  SandboxFiles files() const {
    return SandboxFiles(*this / "S1", [this](std::string_view framework, std::string_view task) {
      return framework == "F" && task == "t1" ? running : ContainerId();
    });
  }
  Result<AgentReport> read(std::string path, std::int64_t offset = 0, std::uint64_t length = 0) const {
    return files().read({std::move(path), offset, length});
  }
  std::string text(std::string path, std::int64_t offset = 0, std::uint64_t length = 0) const {
    const auto report = read(std::move(path), offset, length);
    INFO((report ? "" : report.error().message));
    REQUIRE(report);
    return report->data;
  }
  std::vector<std::string> names(std::string path) const {
    const auto report = files().list({std::move(path)});
    INFO((report ? "" : report.error().message));
    REQUIRE(report);
    CHECK(report->size == report->files.size());
    std::vector<std::string> all;
    for (const FileInfo& file : report->files) all.push_back(file.path);
    return all;
  }
  // Both questions.
  void check_refused(const std::string& path, Errc code) const {
    INFO(path);
    for (const auto& report : {read(path), files().list({path})}) {
      REQUIRE_FALSE(report);
      CHECK(report.error() == code);
      CHECK_THAT(report.error().message, Contains(path.substr(0, 10)));
    }
  }
  ContainerId running;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("directories are listed from the frameworks down") {
  const Sandboxes s;
  CHECK(s.names("") == Names{"F"});
  CHECK(s.names("F") == Names{"F/t1", "F/t2"});
  CHECK(s.names("F/t1") == Names{"F/t1/c1"});
  CHECK(s.names("F/t1/c1") == Names{"F/t1/c1/data", "F/t1/c1/stdout"});
  CHECK(s.names("F/t1/c1/") == s.names("F/t1/c1"));
  CHECK(s.names("F/t1/c1/data") == Names{"F/t1/c1/data/deep"});
  const auto report = s.files().list({"F/t1/c1"});
  REQUIRE(report);
  const FileInfo& file = report->files[1];
  CHECK(file.size == 10);
  CHECK(S_ISREG(file.mode));
  CHECK(S_ISDIR(report->files[0].mode));
  CHECK_FALSE(file.uid.empty());
  CHECK_FALSE(file.gid.empty());
  CHECK(file.mtime > 1e9);
}

TEST_CASE("before the first task there are no files") {
  const SandboxFiles none(std::string(), nullptr);
  REQUIRE(none.list({""}));
  CHECK(none.list({""})->files.empty());
  CHECK(none.list({"F"}).error() == Errc::not_found);
  CHECK(none.read({"F/t1/c1/stdout"}).error() == Errc::not_found);
}

TEST_CASE("a file is read from any offset") {
  const Sandboxes s;
  CHECK(s.text("F/t1/c1/stdout") == "0123456789");
  CHECK(s.text("F/t1/c1/stdout", 4) == "456789");
  CHECK(s.text("F/t1/c1/stdout", 4, 3) == "456");
  CHECK(s.text("F/t1/c1/stdout", -2) == "89");
  CHECK(s.text("F/t1/c1/stdout", -2, 1) == "8");
  CHECK(s.text("F/t1/c1/stdout", -20) == "0123456789");
  CHECK(s.text("F/t1/c1/stdout", INT64_MIN, 1) == "0");
  for (const std::int64_t beyond : {10LL, 11LL, static_cast<long long>(INT64_MAX)}) {
    const auto report = s.read("F/t1/c1/stdout", beyond, 5);
    REQUIRE(report);
    CHECK(report->data.empty());
    CHECK(report->size == 10);
  }
  CHECK(s.read("F/t1/c1/stdout", -3)->offset == 7);
  CHECK(s.text("F/t1/c1/data/../stdout", 9) == "9");
}

TEST_CASE("one answer has so many bytes") {
  Sandboxes s;
  s.write("S1/F/t1/c1/long", std::string(kMaxReadBytes + 10, 'x'));
  CHECK(s.text("F/t1/c1/long").size() == kMaxReadBytes);
  CHECK(s.text("F/t1/c1/long", 0, UINT64_MAX).size() == kMaxReadBytes);
  CHECK(s.text("F/t1/c1/long", static_cast<std::int64_t>(kMaxReadBytes)).size() == 10);
}

TEST_CASE("latest is the container that runs, or else the last one") {
  Sandboxes s;
  CHECK(s.text("F/t1/latest/stdout") == "0123456789");
  ::usleep(20'000);  // the clock of file systems is coarse
  s.write("S1/F/t1/b2/stdout", "second");
  CHECK(s.text("F/t1/latest/stdout") == "second");
  CHECK(s.names("F/t1/latest") == Names{"F/t1/b2/stdout"});
  s.running = "c1";
  CHECK(s.text("F/t1/latest/stdout") == "0123456789");
  s.make("S1/F/t3");
  s.check_refused("F/t3/latest/stdout", Errc::not_found);
  s.check_refused("F/t4/latest/stdout", Errc::not_found);
}

TEST_CASE("what is not there is not found") {
  const Sandboxes s;
  for (const char* path : {"F/t1/c1/stderr", "F/t1/c9/stdout", "F/t1/c1/stdout/x", "nothing", "F//c1"}) {
    s.check_refused(path, Errc::not_found);
  }
  s.check_refused(std::string("F/t1/c1/stdout\0x", 16), Errc::not_found);
  s.check_refused("F/t1/c1/" + std::string(300, 'x'), Errc::not_found);
  s.check_refused("F/t1/c1/" + std::string(100'000, 'x'), Errc::not_found);
  CHECK(s.read("").error() == Errc::invalid_argument);
  CHECK(s.read("F/t1/c1").error() == Errc::invalid_argument);
  CHECK(s.files().list({"F/t1/c1/stdout"}).error() == Errc::invalid_argument);
}

TEST_CASE("no path leads out of a sandbox") {
  Sandboxes s;
  for (const char* path :
       {"..", "../secret", "F/../../secret", "F/t1/../../../secret", "./F/t1/c1/stdout",
        "F/t1/c1/../../t2/c2/stdout", "F/t1/c1/data/../../../t2/c2/stdout", "/etc/passwd", "//etc/passwd"}) {
    s.check_refused(path, Errc::permission_denied);
  }
  s.check_refused(s / "S1/F/t1/c1/stdout", Errc::permission_denied);
}

TEST_CASE("no symbolic link leads out of a sandbox") {
  Sandboxes s;
  const std::string sandbox = "S1/F/t1/c1/";
  s.link(sandbox + "absolute", "/etc/passwd");
  s.link(sandbox + "up", "../../../../secret");
  s.link(sandbox + "other", "../../t2/c2/stdout");
  s.link(sandbox + "directory", "/etc");
  s.link(sandbox + "data/two", "../other");
  s.link(sandbox + "loop", "loop");
  s.link(sandbox + "magic", "/proc/self/root/etc/passwd");
  s.link(sandbox + "kind", "data/deep");
  for (const char* name :
       {"absolute", "up", "other", "directory/passwd", "directory", "data/two", "loop", "magic"}) {
    s.check_refused("F/t1/c1/" + std::string(name), Errc::permission_denied);
  }
  CHECK(s.text("F/t1/c1/kind") == "x");
  // The directories above belong to the agent: there are no links among them, whoever has put them there.
  s.link("S1/F/t9", s / "S1/F/t2");
  s.check_refused("F/t9/c2/stdout", Errc::permission_denied);
  // A list shows links as what they are.
  const auto report = s.files().list({"F/t1/c1"});
  REQUIRE(report);
  CHECK(S_ISLNK(report->files[0].mode));
}

TEST_CASE("pipes and devices are not opened") {
  Sandboxes s;
  REQUIRE(::mkfifo((s / "S1/F/t1/c1/pipe").c_str(), 0600) == 0);
  auto asked = std::async(std::launch::async, [&] { return s.read("F/t1/c1/pipe"); });
  REQUIRE(asked.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  CHECK(asked.get().error() == Errc::invalid_argument);
  // Whoever waits for a reader of the pipe has not had one.
  const int writer = ::open((s / "S1/F/t1/c1/pipe").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  CHECK(writer < 0);
  if (writer >= 0) ::close(writer);
  if (::mknod((s / "S1/F/t1/c1/zero").c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0) {
    CHECK(s.read("F/t1/c1/zero").error() == Errc::invalid_argument);
  }
}

TEST_CASE("of a large directory the first files are listed, and all are counted") {
  Sandboxes s;
  s.make("S1/F/t1/c1/many");
  const std::string many = s / "S1/F/t1/c1/many/";
  for (std::size_t i = 0; i < kMaxListedFiles + 5; ++i) {
    const int fd = ::open((many + std::to_string(i)).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    ::close(fd);
  }
  const auto report = s.files().list({"F/t1/c1/many"});
  REQUIRE(report);
  CHECK(report->files.size() == kMaxListedFiles);
  CHECK(report->size == kMaxListedFiles + 5);
}

}  // namespace mesoscore::test
