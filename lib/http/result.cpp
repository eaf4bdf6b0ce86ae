// What has come of a transfer: libcurl's codes in our words.
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/text_cat.hpp"
#include "http/transfer.hpp"

namespace mesoscore::http {

namespace {

std::error_code code_of(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return make_error_code(Errc::invalid_argument);
    case CURLE_COULDNT_CONNECT:
      return make_error_code(Errc::connection_refused);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return make_error_code(Errc::not_found);
    case CURLE_OPERATION_TIMEDOUT:
      return make_error_code(std::errc::timed_out);
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return make_error_code(Errc::connection_closed);
    case CURLE_TOO_MANY_REDIRECTS:
      return make_error_code(Errc::limit_exceeded);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
      return make_error_code(Errc::protocol_error);
    default:
      return make_error_code(Errc::io_error);
  }
}

}  // namespace

std::string Transfer::what() const {
  if (request_.unix_socket.empty()) return cat(request_.method, " ", request_.url);
  return cat(request_.method, " ", request_.url, " at ", request_.unix_socket);
}

Error Transfer::too_large() const {
  return {Errc::limit_exceeded, cat("the answer is larger than ", request_.max_body_bytes, " bytes")};
}

Error Transfer::explain(CURLcode code) const {
  long system_error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &system_error);
  std::string text =
      error_text_[0] != '\0' ? static_cast<const char*>(error_text_) : curl_easy_strerror(code);
  if (code == CURLE_COULDNT_CONNECT && system_error != 0) {
    text = std::generic_category().message(static_cast<int>(system_error));
    if (system_error == ETIMEDOUT) code = CURLE_OPERATION_TIMEDOUT;
  }
  long sent = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
  // The answer has another protocol, or leads to one; else it is that of the request.
  if (code == CURLE_UNSUPPORTED_PROTOCOL && sent > 0) code = CURLE_WEIRD_SERVER_REPLY;
  return {code_of(code), cat(what(), ": ", text)};
}

Error Transfer::stalled() const {
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(request_.stall_timeout).count();
  return {make_error_code(std::errc::timed_out), cat(what(), ": not a byte has come for ", limit, " ms")};
}

Result<Response> Transfer::result(CURLcode code) {
  if (code == CURLE_FILESIZE_EXCEEDED) failure_ = too_large();
  if (failure_) return fail(Error(failure_->code, cat(what(), ": ", failure_->message)));
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && cut_)) return fail(explain(code));
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  const char* url = nullptr;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_EFFECTIVE_URL, &url) == CURLE_OK && url) response_.url = url;
  url = nullptr;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &url) == CURLE_OK && url)
    response_.redirect_url = url;
  return std::move(response_);
}

}  // namespace mesoscore::http
