// A client, and a server that it asks.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "http/client.hpp"
#include "support/catch.hpp"
#include "tiny_server.hpp"

namespace mesoscore::test {

class World {
 public:
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server.endpoint().port()) + path;
  }
  Result<http::Response> ask(http::Request request) {
    std::optional<Result<http::Response>> result;
    client.start(std::move(request), [&](Result<http::Response> got) { result = std::move(got); });
    CHECK_FALSE(result.has_value());  // never from within start()
    run_until([&] { return result.has_value(); });
    if (!result) return fail(Errc::io_error, "the test has waited for ten seconds");
    return std::move(*result);
  }
  Result<http::Response> get(const std::string& path) { return ask(http::Request{.url = url(path)}); }
  template <class Condition>
  void run_until(Condition met) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!met() && std::chrono::steady_clock::now() < until)
      context.run_one_for(std::chrono::milliseconds(100));
  }

  asio::io_context context;
  TinyServer<asio::ip::tcp> server{context, {asio::ip::address_v4::loopback(), 0}, tiny_answer};
  http::Client client{context.get_executor()};
};

}  // namespace mesoscore::test
