#include "wire/decoder.hpp"

namespace mesoscore::wire {

void Decoder::fail(std::string_view why) {
  if (error_) return;
  std::string text(name_);
  for (std::size_t i = 0; i < depth_; ++i) {
    if (path_[i]) text.append(text.empty() ? "" : ".").append(path_[i]);
  }
  text.append(text.empty() ? "" : ": ").append(why);
  error_.emplace(Errc::protocol_error, std::move(text));
}

void Decoder::charge(std::size_t bytes) {
  if (bytes > budget_) return fail("has more elements than its size justifies");
  budget_ -= bytes;
}

bool Decoder::expect(protozero::pbf_wire_type type) {
  if (!ok()) return false;
  if (reader_->wire_type() == type) return true;
  fail("has another wire type than expected");
  return false;
}

}  // namespace mesoscore::wire
