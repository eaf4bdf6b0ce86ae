// The engine's commits: what waits for the storage, and what happens when too much does.
#include "core/text_cat.hpp"
#include "runtime/engine.hpp"

namespace mesoscore::runtime {
namespace {

constexpr std::string_view kBehind = "too much waits for the storage";

}  // namespace

void Engine::start_commits(EngineConfig& config) {
  CommitQueueConfig queue;
  queue.executor = executor_;
  queue.storage = std::move(config.storage);
  queue.storage_executor = std::move(config.storage_executor);
  // The queue is closed before we are gone.
  queue.carry_out = [this](Commit& commit) {
    const auto self = shared_from_this();  // a hook may let go of us
    carry_out(commit);
  };
  queue.carried_out = [this] { commits_carried_out(); };
  queue.on_storage = std::move(config.on_storage);
  queue.log = [this](LogLevel level, std::string_view line) { log(level, line); };
  commits_ = std::make_shared<CommitQueue>(std::move(queue));
}

void Engine::carry_out_commits(std::vector<Commit>& commits) {
  if (!commits_) {
    for (Commit& commit : commits) {
      if (!ended_) carry_out(commit);
    }
    return;
  }
  // For the machine these peers are gone already.
  for (const Commit& commit : commits) {
    for (const Close& each : commit.closes) {
      hub_.mute(each.peer);
      forget_events_of(each.peer);
    }
  }
  commits_->add(commits);
  if (!ended_ && storage_is_behind()) shed_peers();
}

void Engine::carry_out(Commit& commit) {
  for (Envelope& envelope : commit.after) hub_.send(envelope.to, std::move(envelope.message));
  for (const Close& each : commit.closes) close(each);
  if (!commit.containers.empty()) apply(commit.containers);
}

// Later than the turn that has made them.
void Engine::commits_carried_out() {
  const auto self = shared_from_this();
  if (ended_) return;
  hub_.size() > 1 ? flush_soon() : hub_.flush();
}

bool Engine::storage_is_behind() const noexcept { return commits_ && commits_->waiting() > max_waiting_; }

// All of them: who stays would only make it worse, and who comes again later finds us as durable as we are.
void Engine::shed_peers() {
  if (hub_.size() == 0) return;
  log(LogLevel::error, cat(kBehind, " (", std::to_string(commits_->waiting()), " changes and messages): ",
                           std::to_string(hub_.size()), " connections are closed"));
  commits_->drop_messages();
  for (const PeerId peer : hub_.peers()) {
    const bool heard = hub_.hears(peer);
    hub_.remove(peer);
    if (heard) push(PeerDisconnected{peer, std::string(kBehind)});
  }
  last_loss_ = kBehind;
}

void Engine::when_durable(std::function<void()> then) {
  commits_ ? commits_->when_done(std::move(then)) : then();
}

}  // namespace mesoscore::runtime
