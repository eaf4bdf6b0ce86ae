// What is fetched once and used again.
#include "fetchers/curl/cache.hpp"
#include "archives.hpp"
#include "catch.hpp"
#include "fetchers/curl/download.hpp"
#include "fixture.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using Catch::Matchers::Contains;

namespace {

// Answers 304 to whoever knows the present version.
void serve_version(FetchTest& test, const std::string& path, const std::string& body,
                   const std::string& header, const std::string& asked_by, const std::string& version) {
  test.serve(path, [=](const std::string& head) -> TinyAnswer {
    if (head.find(asked_by + ": " + version) != std::string::npos) {
      return {"HTTP/1.1 304 Not Modified\r\n" + header + ": " + version + "\r\n\r\n"};
    }
    return {with_length(body, "HTTP/1.1 200 OK\r\n" + header + ": " + version)};
  });
}

CommandUri cached(const std::string& url) { return {.value = url, .cache = true}; }

std::shared_ptr<fetchers::Blob> blob(std::uint64_t bytes) {
  auto out = std::make_shared<fetchers::Blob>("/nowhere/at/all");
  out->bytes = bytes;
  return out;
}

}  // namespace

TEST_CASE("a cached file is asked for again by its ETag, or by its date") {
  const std::pair<const char*, const char*> kinds[] = {{"ETag", "If-None-Match"},
                                                       {"Last-Modified", "If-Modified-Since"}};
  for (const auto& [header, asked_by] : kinds) {
    INFO(header);
    FetchTest test;
    const std::string first = header == std::string("ETag") ? "\"v1\"" : "Tue, 03 Nov 2026 10:00:00 GMT";
    serve_version(test, "/f", "one", header, asked_by, first);
    CHECK(test.get(cached(test.url("/f"))) == "");
    CHECK(bytes_of(test.sandbox("f")) == "one");
    write_bytes(test.sandbox("f"), "what a task has made of it");
    CHECK(test.get(cached(test.url("/f"))) == "");
    CHECK(bytes_of(test.sandbox("f")) == "one");
    REQUIRE(test.requests.size() == 2);
    CHECK_THAT(test.requests[1], Contains(std::string(asked_by) + ": " + first));
    CHECK(test.cached_files() == 1);

    serve_version(test, "/f", "two", header, asked_by, "\"v2\"");
    CHECK(test.get(cached(test.url("/f"))) == "");
    CHECK(bytes_of(test.sandbox("f")) == "two");
    CHECK(test.cached_files() == 1);
  }
}

TEST_CASE("a cached file of which nothing is known is fetched again, one with the right digest is not") {
  FetchTest test;
  test.serve("/abc", "abc");
  CHECK(test.get(cached(test.url("/abc"))) == "");
  CHECK(test.get(cached(test.url("/abc"))) == "");
  CHECK(test.requests.size() == 2);
  CommandUri known = cached(test.url("/abc"));
  known.sha256 = "BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(test.get(known) == "");
  CHECK(test.requests.size() == 2);
  known.sha256 = std::string(64, '0');
  CHECK_THAT(test.get(known), Contains("its sha256 is ba7816bf"));
  CHECK(test.requests.size() == 3);
}

TEST_CASE("files are shared within one framework only") {
  FetchTest test;
  serve_version(test, "/f", "one", "ETag", "If-None-Match", "\"v1\"");
  CHECK(test.get(cached(test.url("/f"))) == "");
  FetchRequest other = test.request({cached(test.url("/f"))});
  other.framework_id = "another";
  CHECK(test.fetch(other) == "");
  CHECK(test.requests[1].find("If-None-Match") == std::string::npos);
  CHECK(test.cached_files() == 2);
}

TEST_CASE("who asks at the same time waits for the same download") {
  FetchTest test;
  std::string body(200'000, 'x');
  test.serve("/f", body);
  std::vector<std::optional<Status>> results(4);
  for (std::size_t i = 0; i < 4; ++i) {
    CommandUri uri = cached(test.url("/f"));
    uri.output_file = "f" + std::to_string(i);
    if (i == 3) uri.sha256 = std::string(64, '1');
    test.begin(test.request({uri}, "c" + std::to_string(i)), results[i]);
  }
  test.fetcher->cancel("c0");  // the others wait on
  test.run_until([&] { return results[1] && results[2] && results[3]; });
  CHECK(test.requests.size() == 1);
  CHECK(*results[1]);
  CHECK(bytes_of(test.sandbox("f1")) == body);
  CHECK(bytes_of(test.sandbox("f2")) == body);
  CHECK_FALSE(*results[3]);  // its digest is another
  CHECK_FALSE(results[0]);
  CHECK(bytes_of(test.sandbox("f0")) == "(none)");
}

TEST_CASE("a cached archive is unpacked each time") {
  FetchTest test;
  serve_version(test, "/a.tgz", tar_gz({{.name = "f", .content = "1"}}), "ETag", "If-None-Match", "\"v1\"");
  for (int round = 0; round < 2; ++round) {
    CHECK(test.get(cached(test.url("/a.tgz"))) == "");
    CHECK(bytes_of(test.sandbox("f")) == "1");
    std::filesystem::remove(test.sandbox("f"));
  }
  CHECK_THAT(test.requests.at(1), Contains("If-None-Match"));
}

TEST_CASE("what does not fit is not kept, and the next start begins with nothing") {
  FetchTest test({.cache_max_bytes = 100'000});
  test.serve("/large", std::string(100'000, 'x'));
  test.serve("/small", std::string(50'000, 'x'));
  CHECK(test.get(cached(test.url("/large"))) == "");
  CHECK(test.cached_files() == 0);
  CHECK(test.get(cached(test.url("/small"))) == "");
  CHECK(test.cached_files() == 1);
  const auto next = fetchers::curl();
  write_bytes(test.folder / "cache/left", "by a program that was killed");
  REQUIRE(next->start(test.io.get_executor(), test.folder / "cache", Logger()));
  CHECK(test.cached_files() == 0);
  next->stop();
}

TEST_CASE("a failed download is not used again") {
  FetchTest test;
  serve_version(test, "/f", "one", "ETag", "If-None-Match", "\"v1\"");
  CHECK(test.get(cached(test.url("/f"))) == "");
  test.pages.erase("/f");
  CHECK_THAT(test.get(cached(test.url("/f"))), Contains("404"));
  CHECK(test.cached_files() == 0);
}

TEST_CASE("nothing is remembered of shared downloads that nobody waits for") {
  FetchTest test;
  fetchers::Downloads downloads(test.io.get_executor(), test.folder / "cache", {});
  test.serve("/endless", [](const std::string&) -> TinyAnswer { return {"HTTP/1.1 200 OK\r\n\r\n", true}; });
  test.serve("/abc", "abc");
  int ended = 0;
  const auto get = [&](const std::string& path, const std::string& sha256 = {}) {
    return downloads.get({.url = test.url(path), .key = path, .sha256 = sha256}, [&](auto) { ++ended; });
  };
  auto first = get("/endless"), second = get("/endless");
  test.run_until([&] { return test.requests.size() == 1; });
  first.reset();
  CHECK(downloads.shared() == 1);
  second.reset();
  CHECK(downloads.shared() == 0);
  first = get("/endless");  // and not the one that was given up
  test.run_until([&] { return test.requests.size() == 2; });
  first.reset();
  CHECK(ended == 0);

  first = get("/abc");
  CHECK(downloads.shared() == 1);
  test.run_until([&] { return ended == 1; });
  CHECK(downloads.shared() == 0);
  first = get("/abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // it is there
  CHECK(downloads.shared() == 0);
  test.run_until([&] { return ended == 2; });
}

TEST_CASE("the cache lets go what was used longest ago") {
  fetchers::Cache cache(30'000);
  std::weak_ptr<const fetchers::Blob> b;
  cache.add("a", blob(5000));
  {
    const auto second = blob(5000);
    b = second;
    cache.add("b", second);
  }
  cache.add("c", blob(5000));
  CHECK(cache.find("a"));
  cache.add("d", blob(5000));
  CHECK(b.expired());
  CHECK_FALSE(cache.find("b"));
  CHECK(cache.find("a"));
  CHECK(cache.find("c"));
  const std::uint64_t full = cache.bytes();
  cache.add("a", blob(5000));
  CHECK(cache.bytes() == full);
  cache.add("huge", blob(30'000));
  CHECK_FALSE(cache.find("huge"));
  CHECK(cache.find("d"));
  for (const char* key : {"a", "c", "d"}) cache.remove(key);
  cache.remove("a");
  CHECK(cache.bytes() == 0);
  for (int i = 0; i < 100; ++i) cache.add(std::to_string(i), blob(0));
  CHECK(cache.bytes() <= 30'000);
  CHECK_FALSE(cache.find("0"));
}
