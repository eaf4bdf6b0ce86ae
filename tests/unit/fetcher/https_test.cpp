// Files of web servers that speak TLS.
#include "catch.hpp"
#include "fixture.hpp"
#include "support/skip.hpp"
#include "support/tls_server.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr const char* kStranger = "SSL certificate problem";  // libcurl's words for OpenSSL's

void refused(FetchTest& test, const std::string& url, const std::string& why) {
  CHECK_THAT(test.get({.value = url, .output_file = "got"}),
             StartsWith("uri '" + url + "': ") && Contains(why));
  CHECK(bytes_of(test.sandbox("got")) == "(none)");
  CHECK(test.cached_files() == 0);
}

void got(FetchTest& test, const std::string& url) {
  CHECK(test.get({.value = url, .output_file = "got"}) == "");
  CHECK(bytes_of(test.sandbox("got")) == "hello");
  std::filesystem::remove(test.sandbox("got"));
}

Page redirect(const std::string& where) {
  return [=](const std::string&) -> TinyAnswer {
    return {with_length("", "HTTP/1.1 302 Found\r\nLocation: " + where)};
  };
}

}  // namespace

TEST_CASE("a file of a server whose certificate the machine trusts") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server;
  const Trust trust(server.certificate());
  if (!trust.problem().empty()) return skip(trust.problem());
  FetchTest test;
  got(test, server.url("/hello"));
  CHECK(test.get({.value = server.url("/hello"), .cache = true, .output_file = "kept"}) == "");
  CHECK(bytes_of(test.sandbox("kept")) == "hello");
  CHECK(test.get({.value = server.url("/none")}) ==
        "uri '" + server.url("/none") + "': the server answers with status 404");
}

TEST_CASE("nothing is taken from a server that is not who it should be") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer stranger, elsewhere("DNS:elsewhere.example");
  FetchTest before;
  refused(before, stranger.url("/hello"), kStranger);
  const Trust trust(elsewhere.certificate());
  if (!trust.problem().empty()) return skip(trust.problem());
  FetchTest test;
  refused(test, stranger.url("/hello"), kStranger);
  refused(test, elsewhere.url("/hello"), "'127.0.0.1'");
}

TEST_CASE("redirects lead from TLS to plain text and back, and to nobody who is not believed") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server, stranger;
  const Trust trust(server.certificate());
  if (!trust.problem().empty()) return skip(trust.problem());
  FetchTest test;
  test.serve("/plain", "hello");
  test.serve("/known", redirect(server.url("/hello")));
  test.serve("/unknown", redirect(stranger.url("/hello")));
  got(test, server.url("/to?" + test.url("/plain")));
  got(test, test.url("/known"));
  refused(test, test.url("/unknown"), kStranger);
  refused(test, server.url("/to?" + stranger.url("/hello")), kStranger);
  refused(test, server.url("/to?file:///etc/passwd"), "");
}
