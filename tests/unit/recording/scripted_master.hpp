// A master that is driven and recorded without a server: three agents register, a framework subscribes and
// declines, pings are answered; all of it in virtual time.
#pragma once

#include <vector>

#include "mesoscore/recording.hpp"
#include "support/machine_harness.hpp"

namespace mesoscore::test {

class ScriptedMaster {
 public:
  ScriptedMaster(StepObserver& observer, MasterOptions options = {}, std::uint64_t seed = 7)
      : observer_(observer), master_(options, nullptr, Rng(seed), now_) {
    observer_.begin(options, nullptr, Rng(seed), now_, {});
  }

  void run(int rounds) {
    for (std::uint64_t i = 1; i <= 3; ++i) register_agent(PeerId{i}, "host-" + std::to_string(i));
    subscribe(PeerId{10});
    for (int i = 0; i < rounds; ++i) round();
  }
  void step(std::vector<Event> events) {
    out_.clear();
    observer_.stepping(events, now_);
    const OutboxSizes before = sizes_of(out_);
    master_.step(events, now_, out_);
    observer_.stepped(out_, before);
  }

 private:
  void register_agent(PeerId peer, const std::string& hostname) {
    auto info = std::make_shared<AgentInfo>();
    info->hostname = hostname;
    info->resources = Resources::parse("cpus:4;mem:1024;ports:[1000-2000]").value();
    std::vector<Event> events;
    events.emplace_back(PeerConnected{peer, PeerRole::agent, "inproc"});
    events.emplace_back(Received(peer, msg::RegisterAgent{std::move(info)}));
    step(std::move(events));
  }
  void subscribe(PeerId peer) {
    auto info = std::make_shared<FrameworkInfo>();
    info->user = "u";
    info->name = "framework";
    info->roles = {RoleName("eng")};
    std::vector<Event> events;
    events.emplace_back(PeerConnected{peer, PeerRole::scheduler, "inproc"});
    events.emplace_back(Received(peer, msg::Subscribe{std::move(info), {}, {}}));
    step(std::move(events));
  }
  // Answers what has come out, then lets two seconds pass.
  void round() {
    std::vector<Message> pongs, declines;
    for (const Envelope& envelope : out_.sends) {
      if (std::get_if<msg::Ping>(&envelope.message)) pongs.emplace_back(msg::Pong{});
      if (const auto* made = std::get_if<msg::OfferMade>(&envelope.message)) {
        declines.emplace_back(msg::Decline{{made->offer.id}, Filters{std::chrono::seconds(5)}});
      }
    }
    if (++rounds_ % 4 == 0) declines.clear();  // these it keeps
    out_.clear();
    receive(PeerId{10}, declines);
    receive(PeerId{1}, pongs);
    now_ += std::chrono::seconds(2);
    observer_.ticking(now_);
    const OutboxSizes before = sizes_of(out_);
    master_.tick(now_, out_);
    observer_.stepped(out_, before);
  }
  void receive(PeerId from, std::vector<Message>& messages) {
    observer_.receiving(from, messages, now_);
    const OutboxSizes before = sizes_of(out_);
    master_.receive(from, messages, now_, out_);
    observer_.stepped(out_, before);
  }

  StepObserver& observer_;
  TimePoint now_ = kStart;
  Master master_;
  Outbox out_;
  int rounds_ = 0;
};

}  // namespace mesoscore::test
