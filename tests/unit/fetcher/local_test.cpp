// Files of the agent's own machine.
#include <sys/stat.h>
#include <unistd.h>

#include <asio/post.hpp>

#include "archives.hpp"
#include "catch.hpp"
#include "fixture.hpp"
#include "support/skip.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using Catch::Matchers::Contains;

TEST_CASE("a file of an allowed directory is copied, and can be made executable") {
  FetchTest test;
  REQUIRE(test.started);
  write_bytes(test.file("run"), "#!/bin/sh\n");
  CHECK(test.get({.value = test.file("run")}) == "");
  CHECK(bytes_of(test.sandbox("run")) == "#!/bin/sh\n");
  struct stat info {};
  REQUIRE(::stat(test.sandbox("run").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0644);
  CHECK(test.get({.value = "file://" + test.file("run"), .executable = true, .output_file = "bin/x"}) == "");
  REQUIRE(::stat(test.sandbox("bin/x").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0755);
  CHECK(bytes_of(test.file("run")) == "#!/bin/sh\n");
}

TEST_CASE("a file replaces what has its name, but no full directory") {
  FetchTest test;
  write_bytes(test.file("f"), "new");
  write_bytes(test.sandbox("f"), "an older and longer one");
  CHECK(test.get({.value = test.file("f")}) == "");
  CHECK(bytes_of(test.sandbox("f")) == "new");
  std::filesystem::create_directory(test.sandbox("empty"));
  CHECK(test.get({.value = test.file("f"), .output_file = "empty"}) == "");
  CHECK(bytes_of(test.sandbox("empty")) == "new");
  std::filesystem::create_directories(test.sandbox("full/x"));
  CHECK_THAT(test.get({.value = test.file("f"), .output_file = "full"}), Contains("cannot replace 'full'"));
}

TEST_CASE("nothing outside of the allowed directories is taken, whatever leads there") {
  FetchTest test;
  write_bytes(test.folder / "outside/secret", "secret");
  std::filesystem::create_symlink(test.folder / "outside/secret", test.file("link"));
  std::filesystem::create_symlink(test.folder / "outside", test.file("dir"));
  std::filesystem::create_symlink("/proc/self/root/etc/passwd", test.file("magic"));
  for (const std::string& path : {test.folder / "outside/secret", test.file("link"), test.file("dir/secret"),
                                  test.file("../outside/secret"), test.file("magic"), test.file("missing"),
                                  (test.folder / "files") + "x/secret", std::string("/etc/passwd")}) {
    INFO(path);
    const std::string error = test.get({.value = path, .output_file = "out"});
    CHECK_THAT(error, Contains("uri '" + path.substr(0, 20)) &&
                          Contains("no such file below the directories") && Contains(test.folder / "files"));
    CHECK(bytes_of(test.sandbox("out")) == "(none)");
  }
  // A link that stays inside is followed.
  write_bytes(test.file("real"), "inside");
  std::filesystem::create_symlink(test.file("real"), test.file("inner"));
  CHECK(test.get({.value = test.file("inner")}) == "");
  CHECK(bytes_of(test.sandbox("inner")) == "inside");
}

TEST_CASE("without allowed directories no file is taken") {
  Folder folder;
  std::filesystem::create_directory(folder.path() / "box");
  asio::io_context io;
  const auto fetcher = fetchers::curl();
  REQUIRE(fetcher->start(io.get_executor(), folder / "box", Logger()));
  std::string error;
  fetcher->fetch({.container_id = "c", .uris = {{.value = "/etc/passwd"}}, .sandbox = folder / "box"},
                 [&](const Status& status) { error = status ? "none" : status.error().message; });
  CHECK(error.empty());  // never from within
  io.run();
  CHECK_THAT(error, Contains("uri '/etc/passwd'") && Contains("file_roots is empty"));
  fetcher->stop();
}

TEST_CASE("what is fetched belongs to the user of the task") {
  if (::geteuid() != 0) return skip("only root can give files to others");
  FetchTest test;
  std::filesystem::permissions(test.folder.path(), std::filesystem::perms::all);
  write_bytes(test.file("f"), "1");
  write_bytes(test.file("a.tar"), tar({{.name = "d/e/f", .content = "1"},
                                       {.name = "l", .type = AE_IFLNK, .link = "d"},
                                       {.name = "g/", .type = AE_IFDIR}}));
  test.serve("/h", "2");
  FetchRequest request = test.request({{.value = test.file("f"), .output_file = "sub/f"},
                                       {.value = test.file("a.tar")},
                                       {.value = test.url("/h")},
                                       {.value = test.url("/h"), .cache = true, .output_file = "h2"}});
  request.user = "nobody";
  CHECK(test.fetch(request) == "");
  for (const char* name : {"sub", "sub/f", "d", "d/e", "d/e/f", "l", "g", "h", "h2"}) {
    INFO(name);
    struct stat info {};
    REQUIRE(::lstat(test.sandbox(name).c_str(), &info) == 0);
    CHECK(info.st_uid == 65534);
  }
  request.user = "no-such-user";
  CHECK_THAT(test.fetch(request), Contains("no-such-user"));
}

TEST_CASE("directories, pipes and files that are too large are refused") {
  FetchTest test({.max_file_bytes = 100});
  std::filesystem::create_directory(test.file("d"));
  CHECK_THAT(test.get({.value = test.file("d")}), Contains("is not a regular file"));
  REQUIRE(::mkfifo(test.file("pipe").c_str(), 0644) == 0);
  CHECK_THAT(test.get({.value = test.file("pipe")}), Contains("is not a regular file"));
  write_bytes(test.file("fits"), std::string(100, 'x'));
  CHECK(test.get({.value = test.file("fits")}) == "");
  write_bytes(test.file("large"), std::string(101, 'x'));
  CHECK_THAT(test.get({.value = test.file("large")}), Contains("larger than 100 bytes"));
  CHECK(bytes_of(test.sandbox("large")) == "(none)");
}

TEST_CASE("the digest of a file is checked") {
  FetchTest test;
  const std::string digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // of "abc"
  write_bytes(test.file("abc"), "abc");
  CHECK(test.get({.value = test.file("abc"), .sha256 = digest}) == "");
  std::string upper = digest;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  CHECK(test.get({.value = test.file("abc"), .sha256 = upper}) == "");
  write_bytes(test.file("abd"), "abd");
  CHECK_THAT(test.get({.value = test.file("abd"), .sha256 = digest}),
             Contains("its sha256 is a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9, not " +
                      digest));
  CHECK(bytes_of(test.sandbox("abd")) == "(none)");
}

TEST_CASE("others have their turn while a large file is copied") {
  FetchTest test;
  write_bytes(test.file("large"), std::string(64u << 20, 'x'));
  std::optional<Status> result;
  test.begin(test.request({{.value = test.file("large"), .sha256 = std::string(64, '0')}}), result);
  int turns = 0;
  auto longest = std::chrono::nanoseconds(0);
  auto last = std::chrono::steady_clock::now();
  const std::function<void()> tick = [&] {
    const auto now = std::chrono::steady_clock::now();
    longest = std::max<std::chrono::nanoseconds>(longest, now - last);
    last = now;
    ++turns;
    if (!result) asio::post(test.io, tick);
  };
  asio::post(test.io, tick);
  test.run_until([&] { return result.has_value(); });
  CHECK_FALSE(*result);
  CHECK(turns > 5);
  CHECK(longest <
        std::chrono::seconds(1));  // of slices of a few milliseconds, on a machine that does much else
}

TEST_CASE("a fetch that is cancelled writes nothing more") {
  FetchTest test;
  write_bytes(test.file("large"), std::string(64u << 20, 'x'));
  std::optional<Status> result;
  test.begin(test.request({{.value = test.file("large")}}), result);
  test.run_until([&] { return std::filesystem::exists(test.sandbox("large")); });
  test.fetcher->cancel("c");
  const auto size = std::filesystem::file_size(test.sandbox("large"));
  test.io.restart();
  test.io.run_for(std::chrono::milliseconds(50));
  CHECK(std::filesystem::file_size(test.sandbox("large")) == size);
  CHECK(size < (64u << 20));
  CHECK_FALSE(result);
}

TEST_CASE("what cannot be set up is an error of start") {
  Folder folder;
  asio::io_context io;
  const auto error = [&](fetchers::CurlOptions options, const std::string& cache) {
    const Status started = fetchers::curl(std::move(options))->start(io.get_executor(), cache, Logger());
    return started ? std::string("none") : started.error().message;
  };
  CHECK(error({}, folder.path()) == "none");
  CHECK_THAT(error({.max_at_once = 0}, folder.path()), Contains("max_at_once"));
  CHECK_THAT(error({.max_file_bytes = 0}, folder.path()), Contains("max_file_bytes"));
  CHECK_THAT(error({.file_roots = {"srv"}}, folder.path()),
             Contains("file root 'srv' is not an absolute path"));
  CHECK_THAT(error({}, folder / "missing"), Contains("missing"));
}
