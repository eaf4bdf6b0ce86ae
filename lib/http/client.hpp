// A small asynchronous HTTP/1.1 client: libcurl on an asio executor, without a thread. For the Engine API of
// docker, for probes and for the fetcher.
//
//     http::Client client(executor);
//     client.start({.url = "http://docker/_ping", .unix_socket = "/var/run/docker.sock"},
//                  [](Result<http::Response> response) { ... });
//
// Threading: all calls are made on the executor, one at a time, and handlers are called there. Host names
// (not addresses, not unix sockets) are looked up by libcurl, whose builds usually take a thread for each
// look-up.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "mesoscore/result.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::http {

struct Header {
  std::string name{};  // of answers: in lower case
  std::string value{};
  friend bool operator==(const Header&, const Header&) = default;
};

struct Request {
  std::string method = "GET";
  std::string url{};          // http:// or https://
  std::string unix_socket{};  // a path: the host of `url` is only a name then
  std::vector<Header> headers{};
  std::string body{};

  Duration connect_timeout = std::chrono::seconds(10);  // with the look-up of the name and TLS; zero: none
  Duration timeout{0};                                  // of the whole; zero: none
  Duration stall_timeout{0};                            // without a byte of the answer; zero: none
  unsigned max_redirects = 0;                           // 0: a redirect is the answer
  std::uint64_t max_body_bytes = 1u << 20;              // more is limit_exceeded; 0: any, with on_data only
  bool verify_tls = true;
  bool environment_proxy = false;  // as http_proxy, https_proxy and no_proxy say

  // Takes the body of an answer of 200 to 299 piece by piece, instead of Response::body. An error ends the
  // call and is its result. May cancel this call, or destroy the client.
  std::function<Status(std::string_view piece)> on_data{};
  // Makes the socket, e.g. in another network namespace; it is not used for any other request. The client
  // closes it.
  std::function<Result<int>(int family, int type, int protocol)> open_socket{};
};

struct Response {
  int status = 0;
  std::vector<Header> headers{};  // after redirects: of the last answer
  std::string body{};             // with on_data: of answers other than 200 to 299, its beginning
  std::uint64_t bytes = 0;        // of the body
  std::string url{};              // after redirects: of the last request
  std::string redirect_url{};     // absolute; of a redirect that was not followed

  std::string_view header(std::string_view name) const noexcept;  // in lower case; empty: there is none
};

struct ClientOptions {
  unsigned max_connections = 64;  // at a time; further requests wait, and their timeouts count. 0: any number
  unsigned max_idle = 16;         // connections that are kept for other requests
};

enum class CallId : std::uint64_t { none = 0 };

class Client {
 public:
  // Any status is a Response. Errors name method and URL: invalid_argument (the request is malformed),
  // connection_refused (nobody listens, or no such socket), not_found (of the host name), connection_closed
  // (it broke before the answer was complete), std::errc::timed_out, limit_exceeded (body, headers or
  // redirects), protocol_error (not HTTP, TLS), io_error, and those of on_data and open_socket.
  using Handler = std::function<void(Result<Response>)>;

  explicit Client(asio::any_io_executor executor, ClientOptions options = {});
  // Cancels all calls.
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Calls `done` once, never from within start(), unless the call is cancelled before.
  CallId start(Request request, Handler done);
  // No handler of it is called any more. Of a call that has ended: does nothing.
  void cancel(CallId id);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mesoscore::http
