#include "wire/decoder.hpp"

namespace mesoscore::wire {
namespace {

constexpr std::uint64_t kLargestNumber = (1u << 29) - 1;

}  // namespace

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

void Cursor::next_long() {
  const std::uint64_t key = protozero::decode_varint(&at_, end_);
  const std::uint64_t number = key >> 3;
  if (number == 0 || number > kLargestNumber || (number >= 19000 && number <= 19999))
    throw protozero::invalid_tag_exception();
  number_ = static_cast<std::uint32_t>(number);
  type_ = static_cast<protozero::pbf_wire_type>(key & 7);
}

std::size_t Cursor::count_alike() const {
  Cursor ahead = *this;
  std::size_t count = 0;
  do {
    ++count;
    ahead.skip();
    ahead.next();
  } while (ahead.number_ == number_);
  return count;
}

void Cursor::skip() {
  switch (type_) {
    case protozero::pbf_wire_type::varint:
      protozero::skip_varint(&at_, end_);
      break;
    case protozero::pbf_wire_type::fixed64:
      take(8);
      break;
    case protozero::pbf_wire_type::length_delimited:
      bytes();
      break;
    case protozero::pbf_wire_type::fixed32:
      take(4);
      break;
    default:
      throw protozero::unknown_pbf_wire_type_exception();
  }
}

}  // namespace mesoscore::wire
