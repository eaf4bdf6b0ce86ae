#include "inproc/world.hpp"

#include <asio/post.hpp>

namespace mesoscore::inproc {
namespace {

Status check(const Listening& listening, const ConnectionOptions& options) {
  const Hello& theirs = listening.options.hello;
  if (theirs.major != options.hello.major) {
    return fail(Errc::version_mismatch, listening.endpoint.str() + " speaks protocol version " +
                                            std::to_string(theirs.major) + ", this side version " +
                                            std::to_string(options.hello.major));
  }
  const std::size_t most = listening.options.limits.max_connections;
  if (listening.connections->load(std::memory_order_relaxed) >= most) {
    return fail(Errc::connection_refused, listening.endpoint.str() + " has its " + std::to_string(most) +
                                              " connections (max_connections)");
  }
  return {};
}

// Runs on the listener's executor. A listener that went away in between drops the end: its peer sees the
// close.
void accept(const Listening& listening, std::shared_ptr<Connection> connection) {
  const auto on_accept = listening.on_accept;  // kept: the handler may destroy the listener
  if (on_accept) (*on_accept)(std::move(connection));
}

}  // namespace

Status World::add(const std::shared_ptr<Listening>& listening) {
  const std::scoped_lock lock(mutex_);
  const bool added = names_.emplace(listening->endpoint.host, listening).second;
  if (added) return {};
  return fail(Errc::already_exists, listening->endpoint.str() + " is in use");
}

void World::remove(const Listening& listening) {
  const std::scoped_lock lock(mutex_);
  names_.erase(listening.endpoint.host);
}

Result<std::shared_ptr<Connection>> World::connect(const asio::any_io_executor& executor, const Endpoint& to,
                                                   const ConnectionOptions& options) {
  // Held to the end: a listener that is found does not go away, nor does the executor behind it.
  const std::scoped_lock lock(mutex_);
  const auto found = names_.find(to.host);
  if (found == names_.end()) return fail(Errc::connection_refused, "nobody listens at " + to.str());
  const std::shared_ptr<Listening>& listening = found->second;
  if (const Status ok = check(*listening, options); !ok) return fail(ok.error());

  const auto near = std::make_shared<Inbox>(executor, batches_);
  const auto far = std::make_shared<Inbox>(listening->executor, batches_);
  listening->connections->fetch_add(1, std::memory_order_relaxed);
  auto accepted =
      std::make_shared<End>(PeerInfo{options.hello, to.str(), std::nullopt},
                            listening->options.limits.max_queued_messages, far, near, listening->connections);
  asio::post(listening->executor,
             [listening, end = std::move(accepted)]() mutable { accept(*listening, std::move(end)); });
  return std::make_shared<End>(PeerInfo{listening->options.hello, to.str(), std::nullopt},
                               options.limits.max_queued_messages, near, far, nullptr);
}

NamedListener::NamedListener(std::shared_ptr<World> world, std::shared_ptr<Listening> listening)
    : world_(std::move(world)), listening_(std::move(listening)) {}

NamedListener::~NamedListener() {
  world_->remove(*listening_);
  listening_->on_accept.reset();
  listening_->executor = {};  // no longer outstanding work
}

}  // namespace mesoscore::inproc
