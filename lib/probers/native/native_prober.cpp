#include "probers/native/native_prober.hpp"

#include <algorithm>
#include <utility>

#include <asio/post.hpp>

#include "core/text_cat.hpp"
#include "http/client.hpp"

namespace mesoscore::probers_native {

namespace {

constexpr std::uint32_t kLastPort = 65535;

Status check(const Probe& what) {
  const auto* http = std::get_if<HttpProbe>(&what);
  const auto* tcp = std::get_if<TcpProbe>(&what);
  if (!http && !tcp)
    return fail(Errc::invalid_argument, "this prober makes TCP and HTTP probes, and no others");
  const std::uint32_t port = http ? http->port : tcp->port;
  if (port >= 1 && port <= kLastPort) return {};
  return fail(Errc::invalid_argument, cat("port ", port, ": give one from 1 to ", kLastPort));
}

}  // namespace

NativeProber::NativeProber(probers::NativeOptions options) : options_(options) {
  options_.max_at_once = std::max(options_.max_at_once, 1u);
}

NativeProber::~NativeProber() = default;

void NativeProber::start(asio::any_io_executor executor) {
  executor_ = std::move(executor);
  client_ =
      std::make_unique<http::Client>(executor_, http::ClientOptions{.max_connections = 0, .max_idle = 0});
}

void NativeProber::stop() {
  waiting_.clear();
  under_way_.clear();
  client_.reset();
}

void NativeProber::probe(const Probe& what, pid_t pid, Duration timeout, Handler done) {
  if (!client_) return;
  Job job{what, pid, timeout, std::move(done)};
  if (under_way_.size() < options_.max_at_once) return begin(std::move(job));
  waiting_.push_back(std::move(job));
}

void NativeProber::begin(Job job) {
  const std::uint64_t number = ++last_number_;
  auto on_end = [weak = weak_from_this(), number, done = std::move(job.done)](Result<ProbeResult> result) {
    if (auto self = weak.lock()) self->ended(number, done, std::move(result));
  };
  std::shared_ptr<Attempt>& attempt = under_way_[number];
  if (Status valid = check(job.what); !valid) {
    return asio::post(executor_, [on_end, error = std::move(valid.error())] { on_end(fail(error)); });
  }
  attempt = std::holds_alternative<TcpProbe>(job.what)
                ? probe_tcp(executor_, job, std::move(on_end))
                : probe_http(*client_, job, options_.max_redirects, std::move(on_end));
}

void NativeProber::ended(std::uint64_t number, const Handler& done, Result<ProbeResult> result) {
  const auto found = under_way_.find(number);
  if (found == under_way_.end()) return;  // stopped
  const Handler handler = done;           // it may belong to the attempt
  const auto attempt = std::move(found->second);
  under_way_.erase(found);
  if (!waiting_.empty()) {
    Job next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(next));
  }
  handler(std::move(result));
}

}  // namespace mesoscore::probers_native

namespace mesoscore::probers {

std::shared_ptr<Prober> native(NativeOptions options) {
  return std::make_shared<probers_native::NativeProber>(options);
}

}  // namespace mesoscore::probers
