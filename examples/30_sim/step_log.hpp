// Steps of a machine as readable lines:
//
//     #12 +3.250000 s  from peer 3: AgentUpdate t7 TASK_RUNNING
//          -> peer 4: Update t7 TASK_RUNNING
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "mesoscore/step_observer.hpp"

class StepLog final : public mesoscore::StepObserver {
 public:
  explicit StepLog(std::ostream& out) : out_(out) {}

  void begin(const mesoscore::MasterOptions& options, const mesoscore::AllocationPolicy* policy,
             mesoscore::Rng rng, mesoscore::TimePoint now,
             std::span<const mesoscore::Record> records) noexcept override;
  void begin(const mesoscore::AgentOptions& options, mesoscore::Rng rng, mesoscore::TimePoint now,
             std::span<const mesoscore::Record> records) noexcept override;
  void stepping(std::span<const mesoscore::Event> events, mesoscore::TimePoint now) noexcept override;
  void receiving(mesoscore::PeerId from, std::span<const mesoscore::Message> messages,
                 mesoscore::TimePoint now) noexcept override;
  void ticking(mesoscore::TimePoint now) noexcept override;
  void stepped(const mesoscore::Outbox& out, const mesoscore::OutboxSizes& before) noexcept override;

 private:
  void start(mesoscore::TimePoint now, std::size_t records);
  void head(mesoscore::TimePoint now, std::string_view what);
  void line(std::string_view what);

  std::ostream& out_;
  mesoscore::TimePoint first_{};
  std::uint64_t step_ = 0;
};

std::string describe(const mesoscore::Message& message);
std::string describe(const mesoscore::Event& event);
