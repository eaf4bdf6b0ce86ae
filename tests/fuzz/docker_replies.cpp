// Whatever a docker engine, or who pretends to be one, answers: nothing of it may harm the agent.
// components: isolator_docker
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "isolators/docker/frames.hpp"
#include "isolators/docker/replies.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mesoscore::docker;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(refusal_text(text));
  static_cast<void>(read_version(text));
  static_cast<void>(read_created(text));
  static_cast<void>(read_wait(text));
  static_cast<void>(read_container(text));
  static_cast<void>(read_list(text));
  mesoscore::ContainerUsage usage;
  static_cast<void>(read_stats(text, usage));
  PullProgress progress;
  std::size_t passed_on = 0;
  FrameReader frames([&](Stream, std::string_view piece) {
    passed_on += piece.size();
    return mesoscore::Status{};
  });
  const std::size_t piece = size / 3 + 1;
  for (std::size_t at = 0; at < size; at += piece) {
    progress.feed(text.substr(at, piece));
    if (!frames.feed(text.substr(at, piece))) break;
  }
  if (passed_on > size) __builtin_trap();
  return 0;
}
