#include "http/transfer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <utility>

#include "core/text_cat.hpp"

namespace mesoscore::http {

namespace {

constexpr std::size_t kMaxHeaderBytes = 64u << 10;    // of one answer
constexpr std::size_t kMaxUnwantedBytes = 64u << 10;  // that are kept of an answer that on_data does not want

// libcurl's milliseconds: zero means a default of its own.
long milliseconds(Duration duration) {
  if (duration <= Duration::zero()) return std::numeric_limits<std::int32_t>::max();
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::min<std::int64_t>(count, std::numeric_limits<std::int32_t>::max()));
}

// What would begin another line of the request, or end the text.
bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool has_header(const Request& request, std::string_view name) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [&](const Header& header) { return lower(header.name) == name; });
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
}

Status validate(const Request& request) {
  if (!is_token(request.method))
    return fail(Errc::invalid_argument, cat("the method \"", request.method, "\""));
  if (!is_one_line(request.url))
    return fail(Errc::invalid_argument, "the URL contains a line break or a NUL");
  if (!is_one_line(request.unix_socket))
    return fail(Errc::invalid_argument, "the path of the socket is not a path");
  for (const Header& header : request.headers) {
    if (!is_token(header.name) || !is_one_line(header.value)) {
      return fail(Errc::invalid_argument, cat("the header \"", header.name, "\" is malformed"));
    }
  }
  if (request.max_body_bytes == 0 && !request.on_data) {
    return fail(Errc::invalid_argument, "max_body_bytes is 0, and nobody takes the data");
  }
  return {};
}

}  // namespace

Transfer::Transfer(CallId id, Request request, Client::Handler on_done)
    : done(std::move(on_done)),
      id_(id),
      request_(std::move(request)),
      easy_(curl_easy_init()),
      last_byte_(std::chrono::steady_clock::now()) {}

Status Transfer::prepare() {
  if (!easy_) return fail(Errc::io_error, "libcurl cannot make a handle");
  Status done_well = validate(request_);
  if (done_well) done_well = set_options();
  if (done_well) done_well = set_body();
  if (done_well) done_well = set_limits();
  if (!done_well) return fail(Error(done_well.error().code, cat(what(), ": ", done_well.error().message)));
  return {};
}

namespace {

// Sets options one after the other, and remembers the first error.
class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) {}
  template <class T>
  Options& set(CURLoption option, T value) {
    if (code_ == CURLE_OK) code_ = curl_easy_setopt(easy_, option, value);
    return *this;
  }
  Status status() const {
    if (code_ == CURLE_OK) return {};
    return fail(Errc::invalid_argument, curl_easy_strerror(code_));
  }

 private:
  CURL* easy_;
  CURLcode code_ = CURLE_OK;
};

}  // namespace

Status Transfer::set_options() {
  Options options(easy_.get());
  options.set(CURLOPT_PRIVATE, static_cast<void*>(this))
      .set(CURLOPT_ERRORBUFFER, static_cast<char*>(error_text_))
      .set(CURLOPT_URL, request_.url.c_str())
      .set(CURLOPT_PROTOCOLS_STR, "http,https")
      .set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
      .set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1))
      .set(CURLOPT_NOSIGNAL, 1L)
      .set(CURLOPT_WRITEFUNCTION, &Transfer::on_body)
      .set(CURLOPT_WRITEDATA, static_cast<void*>(this))
      .set(CURLOPT_HEADERFUNCTION, &Transfer::on_header)
      .set(CURLOPT_HEADERDATA, static_cast<void*>(this))
      .set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket)
      .set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  if (!request_.unix_socket.empty()) options.set(CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket.c_str());
  if (!request_.environment_proxy) options.set(CURLOPT_PROXY, "");
  if (!request_.verify_tls) options.set(CURLOPT_SSL_VERIFYPEER, 0L).set(CURLOPT_SSL_VERIFYHOST, 0L);
  if (request_.open_socket) options.set(CURLOPT_FRESH_CONNECT, 1L).set(CURLOPT_FORBID_REUSE, 1L);
  return options.status();
}

Status Transfer::set_body() {
  std::vector<std::string> lines;
  for (const Header& header : request_.headers) {
    lines.push_back(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  lines.emplace_back("Expect:");  // what libcurl would add by itself
  if (!has_header(request_, "content-type")) lines.emplace_back("Content-Type:");
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(header_list_.get(), line.c_str());
    if (!longer) return fail(Errc::io_error, "no memory for the headers");
    static_cast<void>(header_list_.release());
    header_list_.reset(longer);
  }
  Options options(easy_.get());
  options.set(CURLOPT_HTTPHEADER, header_list_.get());
  if (request_.method == "HEAD") {
    options.set(CURLOPT_NOBODY, 1L);
  } else if (request_.method != "GET" || !request_.body.empty()) {
    options.set(CURLOPT_POSTFIELDS, request_.body.c_str())
        .set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()))
        .set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  return options.status();
}

Status Transfer::set_limits() {
  Options options(easy_.get());
  options.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect_timeout));
  if (request_.timeout > Duration::zero()) options.set(CURLOPT_TIMEOUT_MS, milliseconds(request_.timeout));
  if (request_.max_body_bytes > 0) {
    const auto most =
        std::min<std::uint64_t>(request_.max_body_bytes, std::numeric_limits<curl_off_t>::max());
    options.set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(most));
  }
  if (request_.max_redirects > 0) {
    options.set(CURLOPT_FOLLOWLOCATION, 1L).set(CURLOPT_MAXREDIRS, static_cast<long>(request_.max_redirects));
  }
  return options.status();
}

// ---- callbacks: zero, or a bad socket, ends the call

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view piece(data, size * count);
  return static_cast<Transfer*>(self)->take_body(piece) ? piece.size() : 0;
}

bool Transfer::take_body(std::string_view piece) {
  if (cancelled) return false;
  last_byte_ = std::chrono::steady_clock::now();
  response_.bytes += piece.size();
  if (request_.max_body_bytes > 0 && response_.bytes > request_.max_body_bytes) {
    failure_.emplace(Errc::limit_exceeded,
                     cat("the answer is larger than ", request_.max_body_bytes, " bytes"));
    return false;
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (request_.on_data && status >= 200 && status < 300) {
    const Status taken = request_.on_data(piece);
    if (!taken) failure_ = taken.error();
    return taken.has_value() && !cancelled;
  }
  if (request_.on_data) {
    piece = piece.substr(0, kMaxUnwantedBytes - response_.body.size());
    cut_ = response_.body.size() + piece.size() == kMaxUnwantedBytes;
  }
  response_.body.append(piece);
  return !cut_;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view line(data, size * count);
  return static_cast<Transfer*>(self)->take_header(line) ? line.size() : 0;
}

bool Transfer::take_header(std::string_view line) {
  if (cancelled) return false;
  last_byte_ = std::chrono::steady_clock::now();
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    header_bytes_ = 0;
  }
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    failure_.emplace(Errc::limit_exceeded, cat("the headers are larger than ", kMaxHeaderBytes, " bytes"));
    return false;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.push_back({lower(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
  return true;
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  if (!transfer.request_.open_socket) {
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
  Result<int> made = transfer.request_.open_socket(address->family, address->socktype, address->protocol);
  if (made) return *made;
  transfer.failure_ = std::move(made.error());
  return CURL_SOCKET_BAD;
}

}  // namespace mesoscore::http
