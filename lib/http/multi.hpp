// The multi handle of libcurl, its descriptors and its timer on an asio executor.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "http/client.hpp"
#include "http/transfer.hpp"

namespace mesoscore::http {

class Client::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, ClientOptions options);
  ~Impl();

  CallId start(Request request, Handler done);
  void cancel(CallId id);
  void close();

 private:
  // A descriptor of libcurl's that it wants watched.
  struct Socket {
    explicit Socket(const asio::any_io_executor& executor) : descriptor(executor) {}
    asio::posix::stream_descriptor descriptor;
    int wanted = CURL_POLL_NONE;
    bool reading = false, writing = false;  // a wait is on its way
    bool gone = false;
  };

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void*);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void want(curl_socket_t fd, int what);
  void watch(curl_socket_t fd, const std::shared_ptr<Socket>& socket);
  void wait(curl_socket_t fd, const std::shared_ptr<Socket>& socket, bool read);
  void set_timer(long milliseconds);

  void add(CallId id);
  void watch_stall(Transfer& transfer);
  void act(curl_socket_t fd, int events);
  void reap();
  std::unique_ptr<Transfer> take(CallId id);
  void end(CallId id, Result<Response> result);
  void destroy();

  asio::any_io_executor executor_;
  CURLM* multi_ = nullptr;
  asio::steady_timer timer_;
  std::unordered_map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
  std::unordered_map<CallId, std::unique_ptr<Transfer>> transfers_;
  std::vector<CallId> cancelled_;  // while libcurl was running
  std::uint64_t last_id_ = 0;
  bool inside_ = false;  // libcurl is running: it may not be called from its callbacks
  bool closed_ = false;
};

}  // namespace mesoscore::http
