// Files of web servers that behave, and of others.
#include <chrono>

#include "archives.hpp"
#include "catch.hpp"
#include "fixture.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kDigestOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

}  // namespace

TEST_CASE("a file of a web server comes into the sandbox under its name") {
  FetchTest test;
  test.serve("/a/b%20c?v=1", "hello");
  CHECK(test.get({.value = test.url("/a/b%20c?v=1")}) == "");
  CHECK(bytes_of(test.sandbox("b c")) == "hello");
  CHECK(test.cached_files() == 0);
  CHECK(test.get({.value = test.url("/a/b%20c?v=1"), .executable = true, .output_file = "x/run"}) == "");
  CHECK(bytes_of(test.sandbox("x/run")) == "hello");
  CHECK((std::filesystem::status(test.sandbox("x/run")).permissions() & std::filesystem::perms::owner_exec) !=
        std::filesystem::perms::none);
}

TEST_CASE("all files of a command come, in their order") {
  FetchTest test;
  test.serve("/1", "one");
  test.serve("/a.tar.gz", tar_gz({{.name = "deep/2", .content = "two"}}));
  write_bytes(test.file("3"), "three");
  test.serve("/later/1", "replaced");
  CHECK(test.fetch(test.request({{.value = test.url("/1")},
                                 {.value = test.url("/a.tar.gz")},
                                 {.value = test.file("3")},
                                 {.value = test.url("/later/1")}})) == "");
  CHECK(bytes_of(test.sandbox("1")) == "replaced");
  CHECK(bytes_of(test.sandbox("deep/2")) == "two");
  CHECK(bytes_of(test.sandbox("3")) == "three");
  CHECK(test.fetch(test.request({})) == "");
  CHECK(test.cached_files() == 0);
}

TEST_CASE("the first file that fails ends the fetch, and is named") {
  FetchTest test;
  test.serve("/1", "one");
  test.serve("/3", "three");
  const std::string error = test.fetch(
      test.request({{.value = test.url("/1")}, {.value = test.url("/2")}, {.value = test.url("/3")}}));
  CHECK(error == "uri '" + test.url("/2") + "': the server answers with status 404");
  CHECK(bytes_of(test.sandbox("1")) == "one");
  CHECK(bytes_of(test.sandbox("2")) == "(none)");
  CHECK(bytes_of(test.sandbox("3")) == "(none)");
}

TEST_CASE("redirects are followed, but not for ever and not to files") {
  FetchTest test;
  const auto redirect = [](const std::string& where) {
    return Page([=](const std::string&) -> TinyAnswer {
      return {with_length("", "HTTP/1.1 302 Found\r\nLocation: " + where)};
    });
  };
  test.serve("/there", "hello");
  test.serve("/moved", redirect("/there"));
  test.serve("/for-ever", redirect("/for-ever"));
  test.serve("/passwd", redirect("file:///etc/passwd"));
  CHECK(test.get({.value = test.url("/moved")}) == "");
  CHECK(bytes_of(test.sandbox("moved")) == "hello");
  CHECK_THAT(test.get({.value = test.url("/for-ever")}), Contains("/for-ever'") && Contains("redirect"));
  CHECK(test.get({.value = test.url("/passwd")}) != "");
  CHECK(bytes_of(test.sandbox("passwd")) == "(none)");
  CHECK(test.cached_files() == 0);
}

TEST_CASE("an answer that is too large is given up, whatever it says of its length") {
  FetchTest test({.max_file_bytes = 100'000});
  test.serve("/fits", std::string(100'000, 'x'));
  test.serve("/large", std::string(100'001, 'x'));
  test.serve("/endless", [](const std::string&) -> TinyAnswer { return {"HTTP/1.1 200 OK\r\n\r\n", true}; });
  test.serve("/announced", [](const std::string&) -> TinyAnswer {
    return {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", true};
  });
  CHECK(test.get({.value = test.url("/fits")}) == "");
  for (const char* path : {"/large", "/endless", "/announced"}) {
    INFO(path);
    CHECK_THAT(test.get({.value = test.url(path)}), Contains("larger than 100000 bytes"));
    CHECK(bytes_of(test.sandbox(path + 1)) == "(none)");
  }
  CHECK(test.cached_files() == 0);
}

TEST_CASE("an answer that is shorter than it said, or says more than it said") {
  FetchTest test;
  test.serve("/half", [](const std::string&) -> TinyAnswer {
    return {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", false, true};
  });
  test.serve("/more", [](const std::string&) -> TinyAnswer {
    return {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello", false, true};
  });
  CHECK(test.get({.value = test.url("/half")}) != "");
  CHECK(bytes_of(test.sandbox("half")) == "(none)");
  CHECK(test.get({.value = test.url("/more")}) == "");
  CHECK(bytes_of(test.sandbox("more")) == "hel");
}

TEST_CASE("servers that are silent, slow, gone or no web servers") {
  using std::chrono::milliseconds;
  FetchTest test({.timeout = milliseconds(700), .stall_timeout = milliseconds(300)});
  test.serve("/silent", [](const std::string&) -> TinyAnswer { return {}; });
  test.serve("/stalls", [](const std::string&) -> TinyAnswer {
    return {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"};
  });
  test.serve("/ssh", [](const std::string&) -> TinyAnswer { return {"SSH-2.0-x\r\n", false, true}; });
  for (const char* path : {"/silent", "/stalls", "/ssh"}) {
    INFO(path);
    CHECK_THAT(test.get({.value = test.url(path)}), Contains(path));
    CHECK(bytes_of(test.sandbox(path + 1)) == "(none)");
  }
  CHECK_THAT(test.get({.value = "http://127.0.0.1:1/x"}), Contains("uri 'http://127.0.0.1:1/x'"));
  CHECK(test.cached_files() == 0);
}

TEST_CASE("the digest of what came is checked before anything of it is used") {
  FetchTest test;
  test.serve("/abc", "abc");
  CHECK(test.get({.value = test.url("/abc"), .sha256 = kDigestOfAbc}) == "");
  test.serve("/abd", "abd");
  CHECK_THAT(test.get({.value = test.url("/abd"), .sha256 = kDigestOfAbc}),
             Contains("its sha256 is a52d159f"));
  CHECK(bytes_of(test.sandbox("abd")) == "(none)");
  test.serve("/a.tar", tar({{.name = "f", .content = "1"}}));
  CHECK_THAT(test.get({.value = test.url("/a.tar"), .sha256 = kDigestOfAbc}), Contains("its sha256 is"));
  CHECK(bytes_of(test.sandbox("f")) == "(none)");
}

TEST_CASE("a fetch that is cancelled ends the connection and leaves nothing") {
  FetchTest test;
  test.serve("/endless", [](const std::string&) -> TinyAnswer { return {"HTTP/1.1 200 OK\r\n\r\n", true}; });
  std::optional<Status> result;
  test.begin(test.request({{.value = test.url("/endless")}}), result);
  test.run_until([&] { return test.cached_files() == 1; });
  test.fetcher->cancel("c");
  CHECK(test.cached_files() == 0);
  test.io.restart();
  test.io.run_for(std::chrono::milliseconds(50));
  CHECK(test.cached_files() == 0);
  CHECK_FALSE(result);
  CHECK(std::filesystem::is_empty(test.folder / "box"));
}

TEST_CASE("at most so many at once, and the others after them") {
  FetchTest test({.max_at_once = 2});
  for (int i = 0; i < 6; ++i) test.serve("/" + std::to_string(i), std::to_string(i));
  std::vector<std::optional<Status>> results(6);
  for (int i = 0; i < 6; ++i) {
    const std::string name = std::to_string(i);
    test.begin(test.request({{.value = test.url("/" + name)}}, "c" + name),
               results[static_cast<std::size_t>(i)]);
  }
  test.fetcher->cancel("c0");
  test.fetcher->cancel("c4");
  test.run_until([&] { return results[1] && results[2] && results[3] && results[5]; });
  CHECK(bytes_of(test.sandbox("5")) == "5");
  CHECK_FALSE(results[0]);
  CHECK_FALSE(results[4]);
  CHECK(bytes_of(test.sandbox("4")) == "(none)");
}

TEST_CASE("stop ends all fetches, and no handler is called any more") {
  FetchTest test({.max_at_once = 1});
  test.serve("/endless", [](const std::string&) -> TinyAnswer { return {"HTTP/1.1 200 OK\r\n\r\n", true}; });
  std::vector<std::optional<Status>> results(2);
  test.begin(test.request({{.value = test.url("/endless")}}, "a"), results[0]);
  test.begin(test.request({{.value = test.url("/endless")}}, "b"), results[1]);
  test.run_until([&] { return test.requests.size() == 1; });
  test.fetcher->stop();
  test.io.restart();
  test.io.run_for(std::chrono::milliseconds(50));
  CHECK_FALSE(results[0]);
  CHECK_FALSE(results[1]);
  CHECK(test.cached_files() == 0);
}
