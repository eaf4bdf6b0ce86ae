// The engine's connections: whom it listens to, whom it dials, and what comes of it.
#include <algorithm>

#include "core/notices.hpp"
#include "runtime/engine.hpp"

namespace mesoscore::runtime {
namespace {

constexpr std::size_t kWorthARun = 8;  // events
constexpr std::size_t kMostPerRun = 128;

std::string scheme_of(std::string_view endpoint) {
  return std::string(endpoint.substr(0, endpoint.find("://")));
}

}  // namespace

Status Engine::listen(std::span<const std::string> endpoints) {
  std::vector<std::unique_ptr<Listener>> listeners;
  for (const std::string& endpoint : endpoints) {
    auto listener = transports_.listen(
        executor_, endpoint, connection_,
        [weak = weak_from_this(), scheme = scheme_of(endpoint)](std::shared_ptr<Connection> connection) {
          const auto self = weak.lock();
          if (self) self->accept(std::move(connection), scheme);
        });
    if (!listener) return fail(std::move(listener.error()));
    listeners.push_back(*std::move(listener));
  }
  for (auto& listener : listeners) listeners_.push_back(std::move(listener));
  return {};
}

std::vector<Endpoint> Engine::endpoints() const {
  std::vector<Endpoint> bound;
  bound.reserve(listeners_.size());
  for (const auto& listener : listeners_) bound.push_back(listener->endpoint());
  return bound;
}

Status Engine::check(const PeerInfo& peer, std::string_view scheme) const {
  if (std::find(accepts_.begin(), accepts_.end(), peer.hello.role) != accepts_.end()) {
    return admit_ ? admit_(peer, scheme) : Status();
  }
  return fail(Errc::permission_denied,
              cat("the ", to_string(connection_.hello.role),
                  " at this endpoint does not take a peer of the role ", to_string(peer.hello.role)));
}

void Engine::accept(std::shared_ptr<Connection> connection, std::string_view scheme) {
  if (ended_ || finishing_) return;
  if (storage_is_behind()) return connection->close();  // it will come again
  const Status admitted = check(connection->peer(), scheme);
  if (admitted) return connected(std::move(connection));
  log(LogLevel::warning, cat(connection->peer().address, ": ", admitted.error().message));
  connection->send(msg::ErrorMessage{admitted.error().message});
  connection->close();
}

void Engine::dial() {
  transports_.connect(executor_, dial_to_, connection_,
                      [weak = weak_from_this()](Result<std::shared_ptr<Connection>> result) {
                        const auto self = weak.lock();
                        if (self) self->dialed(std::move(result));
                      });
}

void Engine::dialed(Result<std::shared_ptr<Connection>> result) {
  if (ended_ || finishing_) return;
  if (storage_is_behind()) return push(DialFailed{"our own storage is behind"});
  if (!result) return push(DialFailed{std::move(result.error().message)});
  const PeerRole role = (*result)->peer().hello.role;
  if (role == dial_role_) return connected(*std::move(result));
  push(DialFailed{cat(dial_to_, " is no ", to_string(dial_role_), " but of the role ", to_string(role))});
}

void Engine::connected(std::shared_ptr<Connection> connection) {
  const PeerId peer = hub_.add(connection);
  push(PeerConnected{peer, connection->peer().hello.role, connection->peer().address});
  Connection::Handlers handlers;
  handlers.on_messages = [weak = weak_from_this(), peer](std::span<Message> messages) {
    if (const auto self = weak.lock()) self->received(peer, messages);
  };
  handlers.on_close = [weak = weak_from_this(), peer](const Error& why) {
    if (const auto self = weak.lock()) self->closed(peer, why);
  };
  connection->start(std::move(handlers));
}

void Engine::received(PeerId from, std::span<Message> messages) {
  while (!messages.empty() && !ended_ && !finishing_ && hub_.hears(from)) {
    const std::span<Message> some = messages.first(std::min(messages.size(), kMostPerRun));
    messages = messages.subspan(some.size());
    if (draining_ || !begun_ || incoming_.size() + some.size() < kWorthARun) {
      take(from, some);
      wake();
    } else {
      run(from, some);
    }
  }
}

void Engine::take(PeerId from, std::span<Message> messages) {
  for (Message& message : messages) {  // moved once
    Received& event = std::get<Received>(queue().emplace_back(std::in_place_type<Received>));
    event.peer = from;
    event.message = std::move(message);
  }
}

void Engine::closed(PeerId peer, const Error& why) {
  if (ended_) return;
  const bool heard = hub_.hears(peer);
  hub_.remove(peer);
  if (!heard) return;
  last_loss_ = why.message;
  push(PeerDisconnected{peer, why.message});
}

// The machine is done with the peer: nothing of it may follow, not even what waits in the queue.
void Engine::close(const Close& close) {
  hub_.close(close.peer);
  last_loss_ = close.why;
  forget_events_of(close.peer);
}

void Engine::forget_events_of(PeerId peer) {
  std::erase_if(incoming_, [&](const Event& event) {
    const auto* received = std::get_if<Received>(&event);
    const auto* gone = std::get_if<PeerDisconnected>(&event);
    return (received && received->peer == peer) || (gone && gone->peer == peer);
  });
}

}  // namespace mesoscore::runtime
