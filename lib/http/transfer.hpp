// One request as an easy handle of libcurl.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <asio/steady_timer.hpp>

#include "http/client.hpp"

namespace mesoscore::http {

class Transfer {
 public:
  Transfer(CallId id, Request request, Client::Handler done);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Makes the handle ready for curl_multi_add_handle().
  Status prepare();
  // What has come of it.
  Result<Response> result(CURLcode code);
  Error stalled() const;

  CallId id() const noexcept { return id_; }
  CURL* handle() const noexcept { return easy_.get(); }
  const Request& request() const noexcept { return request_; }
  std::chrono::steady_clock::time_point last_byte() const noexcept { return last_byte_; }

  Client::Handler done;
  std::unique_ptr<asio::steady_timer> stall;
  bool added = false;      // to the multi handle
  bool cancelled = false;  // from within a callback of libcurl: nothing more is said of it

 private:
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  bool take_body(std::string_view piece);
  bool take_header(std::string_view line);
  Status set_options();
  Status set_body();
  Status set_limits();
  Error explain(CURLcode code) const;
  Error too_large() const;
  std::string what() const;  // "GET http://..."

  struct EasyDelete {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  struct ListDelete {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  };

  CallId id_;
  Request request_;
  std::unique_ptr<curl_slist, ListDelete> header_list_;
  std::unique_ptr<CURL, EasyDelete> easy_;
  char error_text_[CURL_ERROR_SIZE] = {};
  Response response_;
  std::size_t header_bytes_ = 0;
  std::optional<Error> failure_;  // of ours, not of libcurl
  bool cut_ = false;              // enough of an unwanted answer has come
  std::chrono::steady_clock::time_point last_byte_;
};

}  // namespace mesoscore::http
