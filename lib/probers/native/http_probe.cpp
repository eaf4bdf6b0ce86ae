// One GET after the other, as long as a redirect leads to the same host and port.
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "http/client.hpp"
#include "probers/native/native_prober.hpp"
#include "probers/native/network_namespace.hpp"

namespace mesoscore::probers_native {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFirstGood = 200, kLastGood = 399;

std::string origin_of(const HttpProbe& probe) {
  return cat(probe.scheme, "://", probe.ipv6 ? "[::1]" : "127.0.0.1", ":", probe.port);
}

// "http://127.0.0.1:8080" of "http://127.0.0.1:8080/path?query"; the port is always there.
std::string origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos) return {};
  const std::size_t end = std::min(url.find_first_of("/?#", host + 3), url.size());
  std::string origin(url.substr(0, end));
  const std::string_view authority = url.substr(host + 3, end - host - 3);
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  if (!has_port) origin += url.starts_with("https:") ? ":443" : ":80";
  return origin;
}

class HttpAttempt : public Attempt, public std::enable_shared_from_this<HttpAttempt> {
 public:
  using Done = std::function<void(Result<ProbeResult>)>;

  HttpAttempt(http::Client& client, const Job& job, unsigned max_redirects, Done done)
      : client_(client),
        origin_(origin_of(std::get<HttpProbe>(job.what))),
        pid_(job.pid),
        timeout_(job.timeout),
        until_(Clock::now() + job.timeout),
        redirects_left_(max_redirects),
        max_redirects_(max_redirects),
        done_(std::move(done)) {}

  ~HttpAttempt() override {
    if (call_ != http::CallId::none) client_.cancel(call_);
  }

  void get(const std::string& url) {
    http::Request request;
    request.url = url;
    request.verify_tls = false;
    request.headers = {{"Connection", "close"}};
    request.connect_timeout = Duration::zero();
    if (timeout_ > Duration::zero()) {  // what is left of it; zero would be none
      const Duration left = until_ - Clock::now();
      request.timeout = std::max<Duration>(left, std::chrono::milliseconds(1));
    }
    request.max_body_bytes = 0;
    request.on_data = [](std::string_view) { return Status{}; };  // however much it is
    request.open_socket = [pid = pid_](int family, int type, int protocol) {
      return make_socket(pid, family, type, protocol);
    };
    call_ = client_.start(std::move(request), [weak = weak_from_this()](Result<http::Response> response) {
      if (auto self = weak.lock()) self->answered(std::move(response));
    });
  }

 private:
  void answered(Result<http::Response> response) {
    call_ = http::CallId::none;
    if (!response) return end(fail(plain(std::move(response.error()))));
    const std::string& next = response->redirect_url;
    if (next.empty() || origin_of(next) != origin_) return end(result_of(response->status));
    if (redirects_left_-- > 0) return get(next);
    end(fail(Errc::limit_exceeded, cat("more than ", max_redirects_, " redirects")));
  }

  // For people: the URL is in the name of the check.
  Error plain(Error error) const {
    if (error.code == std::errc::timed_out)
      error.message = cat("no complete answer within ", in_seconds(timeout_));
    if (error.code == make_error_code(Errc::connection_refused)) error.message = "connection refused";
    return error;
  }

  static ProbeResult result_of(int status) {
    return {status >= kFirstGood && status <= kLastGood,
            {.type = CheckType::http, .status_code = static_cast<std::uint32_t>(status)}};
  }

  void end(Result<ProbeResult> result) {
    const auto self = shared_from_this();
    std::exchange(done_, nullptr)(std::move(result));
  }

  http::Client& client_;
  std::string origin_;
  pid_t pid_;
  Duration timeout_;
  Clock::time_point until_;
  unsigned redirects_left_, max_redirects_;
  Done done_;
  http::CallId call_ = http::CallId::none;
};

}  // namespace

std::shared_ptr<Attempt> probe_http(http::Client& client, const Job& job, unsigned max_redirects,
                                    std::function<void(Result<ProbeResult>)> done) {
  const auto& probe = std::get<HttpProbe>(job.what);
  auto attempt = std::make_shared<HttpAttempt>(client, job, max_redirects, std::move(done));
  attempt->get(
      cat(origin_of(probe), probe.path.empty() ? std::string_view("/") : std::string_view(probe.path)));
  return attempt;
}

}  // namespace mesoscore::probers_native
