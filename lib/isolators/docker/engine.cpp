#include "isolators/docker/engine.hpp"

#include <utility>

#include "core/text_cat.hpp"
#include "isolators/docker/replies.hpp"

namespace mesoscore::docker {

namespace {

constexpr unsigned kHeavyAtOnce = 32;
constexpr std::uint64_t kLargestAnswer = 64u << 20;  // of a list of many containers
constexpr std::string_view kHost = "http://docker";  // a name only: the socket is what is connected to

}  // namespace

Engine::Call::State::~State() {
  if (counter) --*counter;
  if (const auto connected = client.lock(); connected && handler) connected->cancel(id);
}

Engine::Engine(asio::any_io_executor executor, isolators::DockerOptions options)
    : options_(std::move(options)),
      client_(std::make_shared<http::Client>(std::move(executor),
                                             http::ClientOptions{.max_connections = 0, .max_idle = 32})) {}

Engine::Call Engine::ask(EngineRequest request, Handler done) {
  Call call;
  call.state_ = std::make_shared<Call::State>();
  call.state_->request = std::move(request);
  call.state_->handler = std::move(done);
  if (version_ == ApiVersion{}) {
    unsent_.push_back(call.state_);
    agree_on_version();
  } else {
    send_or_queue(call.state_);
  }
  return call;
}

// ---- version

void Engine::agree_on_version() {
  if (std::exchange(agreeing_, true)) return;
  http::Request request{.url = cat(kHost, "/version"), .unix_socket = options_.socket};
  request.connect_timeout = options_.request_timeout;
  request.timeout = options_.request_timeout;
  client_->start(std::move(request),
                 [this](Result<http::Response> response) { on_version(std::move(response)); });
}

void Engine::on_version(Result<http::Response> response) {
  agreeing_ = false;
  if (!response) return fail_unsent({Answer::Kind::away, 0, {}, response.error().message});
  const Result<ApiVersion> chosen = choose(*response);
  if (!chosen) return fail_unsent({Answer::Kind::refused, response->status, {}, chosen.error().message});
  version_ = *chosen;
  for (const Weak& weak : std::exchange(unsent_, {})) {
    if (const auto state = weak.lock()) send_or_queue(state);
  }
}

Result<ApiVersion> Engine::choose(const http::Response& response) const {
  if (response.status != 200) {
    return fail(
        Errc::protocol_error,
        cat(options_.socket, " is not the socket of a docker engine: /version answers ", response.status));
  }
  const Result<VersionReply> reply = read_version(response.body);
  if (!reply) return fail(reply.error());
  if (reply->api < kOldestApi) {
    return fail(Errc::version_mismatch, cat("the docker engine speaks API ", to_string(reply->api),
                                            ", at least ", to_string(kOldestApi), " is needed"));
  }
  return std::max(std::min(reply->api, kNewestApi), reply->least);
}

void Engine::fail_unsent(const Answer& answer) {
  for (const Weak& weak : std::exchange(unsent_, {})) end(weak, answer);
}

// ---- requests

void Engine::send_or_queue(const std::shared_ptr<Call::State>& state) {
  if (state->request.heavy && *heavy_ >= kHeavyAtOnce) return queue_.push_back(state);
  send(state);
}

void Engine::send(const std::shared_ptr<Call::State>& state) {
  EngineRequest& wanted = state->request;
  if (wanted.heavy) {
    ++*heavy_;
    state->counter = heavy_;
  }
  http::Request request;
  request.method = wanted.method;
  request.url = cat(kHost, "/v", to_string(version_), wanted.path);
  request.unix_socket = options_.socket;
  request.connect_timeout = options_.request_timeout;
  request.timeout = wanted.timeout;
  request.max_body_bytes = wanted.on_data ? 0 : kLargestAnswer;
  if (!wanted.body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = std::move(wanted.body);
  }
  if (wanted.on_data) {
    request.on_data = [weak = Weak(state)](std::string_view piece) -> Status {
      const auto self = weak.lock();
      return self ? self->request.on_data(piece) : Status{};
    };
  }
  state->client = client_;
  state->id = client_->start(std::move(request), [this, weak = Weak(state)](Result<http::Response> response) {
    on_response(weak, std::move(response));
  });
}

void Engine::on_response(const Weak& weak, Result<http::Response> response) {
  const auto state = weak.lock();
  if (!state) return;
  if (const auto counter = std::exchange(state->counter, nullptr)) {
    --*counter;
    send_next();
  }
  if (!response) {
    version_ = {};  // it may be another engine when it comes back
    return end(weak, {Answer::Kind::away, 0, {}, std::move(response.error().message)});
  }
  const bool done = response->status / 100 == 2 || response->status == 304;
  if (done) return end(weak, {Answer::Kind::done, response->status, std::move(response->body), {}});
  end(weak, {Answer::Kind::refused, response->status, {}, refusal_text(response->body)});
}

void Engine::send_next() {
  while (!queue_.empty() && *heavy_ < kHeavyAtOnce) {
    const auto next = queue_.front().lock();
    queue_.pop_front();
    if (next) send(next);
  }
}

void Engine::end(const Weak& weak, Answer answer) {
  const auto state = weak.lock();
  if (!state || !state->handler) return;
  // The handler may begin another call in the place of this one.
  const Handler handler = std::exchange(state->handler, nullptr);
  handler(std::move(answer));
}

}  // namespace mesoscore::docker
