#include "simulator/trace.hpp"

#include <cstdio>

#include "core/text_cat.hpp"
#include "simulator/agenda.hpp"

namespace mesoscore::simulator_detail {

void Trace::add(std::string_view text) noexcept {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  add(h);
}

void Trace::add(const Message& message) noexcept {
  add(message.index());
  if (const auto* update = std::get_if<msg::AgentUpdate>(&message)) {
    add(update->status.task_id.view());
    add(static_cast<std::uint64_t>(update->status.state));
  } else if (const auto* told = std::get_if<msg::Update>(&message)) {
    add(told->status.task_id.view());
    add(static_cast<std::uint64_t>(told->status.state));
  } else if (const auto* run = std::get_if<msg::RunTask>(&message)) {
    add(run->task.task_id.view());
  } else if (const auto* offer = std::get_if<msg::OfferMade>(&message)) {
    add(offer->offer.id.view());
  } else if (const auto* again = std::get_if<msg::ReregisterAgent>(&message)) {
    add(again->tasks.size());
  }
}

void Trace::write(TimePoint at, std::string_view node, std::string_view text) {
  char head[64];
  const double seconds = to_seconds(at - kStart);
  const int size = std::snprintf(head, sizeof head, "%12.6f  ", seconds);
  std::string line(head, static_cast<std::size_t>(size));
  line += node;
  if (node.size() < 12) line.append(12 - node.size(), ' ');
  line += ' ';
  line += text;
  lines_.push_back(std::move(line));
  if (lines_.size() > most_lines_) lines_.pop_front();
}

}  // namespace mesoscore::simulator_detail
