// The machine of a recording, made again.
#pragma once

#include <variant>

#include "mesoscore/recording.hpp"
#include "recording/header.hpp"

namespace mesoscore::recording {

class Machine {
 public:
  explicit Machine(Master master) : machine_(std::move(master)) {}
  explicit Machine(Agent agent) : machine_(std::move(agent)) {}

  void step(std::span<Event> events, TimePoint now, Outbox& out) {
    std::visit([&](auto& machine) { machine.step(events, now, out); }, machine_);
  }
  void receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out) {
    std::visit([&](auto& machine) { machine.receive(from, messages, now, out); }, machine_);
  }
  void tick(TimePoint now, Outbox& out) {
    std::visit([&](auto& machine) { machine.tick(now, out); }, machine_);
  }

 private:
  std::variant<Master, Agent> machine_;
};

Result<Machine> make_machine(Header header, const ReplayOptions& options);

}  // namespace mesoscore::recording
