// Probes of servers that speak TLS: who they are does not matter, only whether they answer.
#include <optional>

#include <asio/io_context.hpp>

#include "mesoscore/probers/native.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"
#include "support/tls_server.hpp"

namespace mesoscore::test {
namespace {

using namespace std::chrono_literals;

ProbeResult probe(const TlsServer& server, const std::string& path) {
  asio::io_context io;
  const auto prober = probers::native();
  prober->start(io.get_executor());
  std::optional<Result<ProbeResult>> found;
  prober->probe(HttpProbe{.port = server.port(), .path = path, .scheme = "https"}, 0, 20s,
                [&](Result<ProbeResult> result) { found = std::move(result); });
  while (!found) REQUIRE(io.run_one_for(30s) == 1);
  prober->stop();
  INFO((*found ? "" : found->error().message));
  REQUIRE(*found);
  return **found;
}

ProbeResult with_status(std::uint32_t status) {
  return {status < 400, {.type = CheckType::http, .status_code = status}};
}

}  // namespace

TEST_CASE("an https probe takes any certificate, and the answer decides") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server, elsewhere("DNS:elsewhere.example");
  CHECK(probe(server, "/hello") == with_status(200));
  CHECK(probe(server, "/none") == with_status(404));
  CHECK(probe(elsewhere, "/hello") == with_status(200));
}

TEST_CASE("an https probe follows redirects to the same server by TLS only") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server, other;
  CHECK(probe(server, "/to?" + server.url("/hello")) == with_status(200));
  CHECK(probe(server, "/to?/none") == with_status(404));
  CHECK(probe(server, "/to?" + other.url("/none")) == with_status(302));
  CHECK(probe(server, "/to?http://127.0.0.1:" + std::to_string(server.port()) + "/none") == with_status(302));
}

}  // namespace mesoscore::test
