#include "http/multi.hpp"

#include <signal.h>

#include <chrono>
#include <ctime>
#include <utility>

#include <asio/post.hpp>

#include "core/assert.hpp"

namespace mesoscore::http {

namespace {

// Once, and never undone: others in this program may use libcurl too.
bool initialize_libcurl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  return code == CURLE_OK;
}

// TLS writes to sockets without MSG_NOSIGNAL; a peer that is gone must not end the host program.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    if (!was_pending_) pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigpipe() {
    if (was_pending_) return;
    const timespec now{};
    while (sigtimedwait(&pipe_, nullptr, &now) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

}  // namespace

Client::Impl::Impl(asio::any_io_executor executor, ClientOptions options)
    : executor_(std::move(executor)), timer_(executor_) {
  multi_ = initialize_libcurl() ? curl_multi_init() : nullptr;
  MESOSCORE_ASSERT(multi_ != nullptr, "libcurl can be initialized");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options.max_connections));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options.max_idle));
}

Client::Impl::~Impl() { close(); }

// ---- calls

CallId Client::Impl::start(Request request, Handler done) {
  const CallId id{++last_id_};
  transfers_.emplace(id, std::make_unique<Transfer>(id, std::move(request), std::move(done)));
  asio::post(executor_, [weak = weak_from_this(), id] {
    if (auto self = weak.lock()) self->add(id);
  });
  return id;
}

void Client::Impl::add(CallId id) {
  const auto found = transfers_.find(id);
  if (closed_ || found == transfers_.end()) return;
  Transfer& transfer = *found->second;
  if (Status ready = transfer.prepare(); !ready) return end(id, fail(std::move(ready.error())));
  transfer.added = curl_multi_add_handle(multi_, transfer.handle()) == CURLM_OK;
  if (!transfer.added) return end(id, fail(Errc::io_error, "libcurl does not take the request"));
  if (transfer.request().stall_timeout > Duration::zero()) {
    transfer.stall = std::make_unique<asio::steady_timer>(executor_);
    watch_stall(transfer);
  }
}

void Client::Impl::watch_stall(Transfer& transfer) {
  transfer.stall->expires_at(transfer.last_byte() + transfer.request().stall_timeout);
  transfer.stall->async_wait([weak = weak_from_this(), id = transfer.id()](const std::error_code& error) {
    auto self = weak.lock();
    if (error || !self || self->closed_) return;
    const auto found = self->transfers_.find(id);
    if (found == self->transfers_.end()) return;
    Transfer& same = *found->second;
    const bool late = same.last_byte() + same.request().stall_timeout <= std::chrono::steady_clock::now();
    if (late) return self->end(id, fail(same.stalled()));
    self->watch_stall(same);
  });
}

void Client::Impl::cancel(CallId id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end()) return;
  if (!inside_) return static_cast<void>(take(id));
  found->second->cancelled = true;
  cancelled_.push_back(id);
}

// Out of the table and out of libcurl.
std::unique_ptr<Transfer> Client::Impl::take(CallId id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end()) return nullptr;
  std::unique_ptr<Transfer> transfer = std::move(found->second);
  transfers_.erase(found);
  if (transfer->added) {
    const NoSigpipe guard;
    curl_multi_remove_handle(multi_, transfer->handle());
  }
  return transfer;
}

// Nothing of this object may be used afterwards: the handler may have destroyed the client.
void Client::Impl::end(CallId id, Result<Response> result) {
  const std::unique_ptr<Transfer> transfer = take(id);
  if (transfer && transfer->done) transfer->done(std::move(result));
}

void Client::Impl::close() {
  if (std::exchange(closed_, true)) return;
  if (!inside_) return destroy();
  for (auto& [id, transfer] : transfers_) transfer->cancelled = true;
}

void Client::Impl::destroy() {
  const auto transfers = std::exchange(transfers_, {});
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  timer_.cancel();
  for (auto& [fd, socket] : sockets_) {
    socket->gone = true;
    socket->descriptor.release();
  }
  sockets_.clear();
  const NoSigpipe guard;
  for (const auto& [id, transfer] : transfers) {
    if (transfer->added) curl_multi_remove_handle(multi_, transfer->handle());
  }
  curl_multi_cleanup(std::exchange(multi_, nullptr));
}

// ---- libcurl's events

void Client::Impl::act(curl_socket_t fd, int events) {
  const auto self = shared_from_this();
  {
    const NoSigpipe guard;
    int running = 0;
    inside_ = true;
    curl_multi_socket_action(multi_, fd, events, &running);
    inside_ = false;
  }
  if (closed_) return destroy();
  for (const CallId id : std::exchange(cancelled_, {})) take(id);
  reap();
}

void Client::Impl::reap() {
  int left = 0;
  while (!closed_) {
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    if (!message) return;
    if (message->msg != CURLMSG_DONE) continue;
    char* data = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &data);
    Transfer& transfer = *reinterpret_cast<Transfer*>(data);
    end(transfer.id(), transfer.result(message->data.result));
  }
}

int Client::Impl::on_timer(CURLM*, long milliseconds, void* self) {
  static_cast<Impl*>(self)->set_timer(milliseconds);
  return 0;
}

void Client::Impl::set_timer(long milliseconds) {
  if (milliseconds < 0) return static_cast<void>(timer_.cancel());
  timer_.expires_after(std::chrono::milliseconds(milliseconds));
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    auto self = weak.lock();
    if (!error && self && !self->closed_) self->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

int Client::Impl::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  static_cast<Impl*>(self)->want(fd, what);
  return 0;
}

void Client::Impl::want(curl_socket_t fd, int what) {
  std::shared_ptr<Socket>& socket = sockets_[fd];
  if (what == CURL_POLL_REMOVE) {
    if (socket) {
      socket->gone = true;
      socket->descriptor.release();  // libcurl closes it, or keeps it for another request
    }
    sockets_.erase(fd);
    return;
  }
  if (!socket) {
    socket = std::make_shared<Socket>(executor_);
    std::error_code failed;
    socket->descriptor.assign(fd, failed);
  }
  socket->wanted = what;
  watch(fd, std::shared_ptr<Socket>(socket));
}

void Client::Impl::watch(curl_socket_t fd, const std::shared_ptr<Socket>& socket) {
  if ((socket->wanted & CURL_POLL_IN) != 0 && !socket->reading) wait(fd, socket, true);
  if ((socket->wanted & CURL_POLL_OUT) != 0 && !socket->writing) wait(fd, socket, false);
}

void Client::Impl::wait(curl_socket_t fd, const std::shared_ptr<Socket>& socket, bool read) {
  (read ? socket->reading : socket->writing) = true;
  const auto kind = read ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
  socket->descriptor.async_wait(kind,
                                [weak = weak_from_this(), socket, fd, read](const std::error_code& error) {
                                  (read ? socket->reading : socket->writing) = false;
                                  auto self = weak.lock();
                                  if (error || !self || self->closed_ || socket->gone) return;
                                  // What is no longer wanted is not told: the answer would be for another
                                  // question.
                                  if ((socket->wanted & (read ? CURL_POLL_IN : CURL_POLL_OUT)) == 0) return;
                                  self->act(fd, read ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
                                  if (!self->closed_ && !socket->gone) self->watch(fd, socket);
                                });
}

}  // namespace mesoscore::http
