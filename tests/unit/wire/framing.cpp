#include "wire/framing.hpp"

#include <cstring>

#include "catch.hpp"
#include "mesoscore/rng.hpp"

using namespace mesoscore;

namespace {

std::string frame_of(std::string_view body) {
  std::string out;
  const std::size_t at = wire::begin_frame(out);
  out += body;
  wire::end_frame(out, at);
  return out;
}

// Feeds at most `size` of the bytes; returns how many fitted.
std::size_t feed(wire::Deframer& deframer, std::string_view bytes, std::size_t size) {
  const auto space = deframer.space();
  const std::size_t fitted = std::min({space.size(), bytes.size(), size});
  std::memcpy(space.data(), bytes.data(), fitted);
  deframer.received(fitted);
  return fitted;
}

}  // namespace

TEST_CASE("frames come out as they went in, however the bytes are cut") {
  Rng rng(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> bodies;
    std::string bytes;
    for (std::uint64_t i = rng.below(50); i > 0; --i) {
      bodies.emplace_back(rng.below(round % 5 == 0 ? 100'000 : 300), static_cast<char>('a' + i % 26));
      bytes += frame_of(bodies.back());
    }
    wire::Deframer deframer(rng.below(2) == 0 ? 64u << 10 : 1, 1u << 20);
    std::vector<std::string> got;
    std::string_view rest = bytes;
    while (!rest.empty()) {
      rest.remove_prefix(feed(deframer, rest, 1 + rng.below(20'000)));
      for (;;) {
        const auto frame = deframer.next();
        REQUIRE(frame);
        if (!*frame) break;
        got.emplace_back(**frame);
      }
    }
    CHECK(got == bodies);
    CHECK(deframer.pending().empty());
  }
}

TEST_CASE("a length alone allocates nothing") {
  wire::Deframer deframer(64u << 10, 1u << 30);
  feed(deframer, "\x3f\xff\xff\xff", 4);
  REQUIRE(deframer.next());
  CHECK_FALSE(deframer.next()->has_value());
  CHECK(deframer.space().size() > 0);
  CHECK(deframer.capacity() <= 64u << 10);
}

TEST_CASE("the buffer grows with the bytes of a large frame and shrinks after it") {
  wire::Deframer deframer(64u << 10, 8u << 20);
  const std::string bytes = frame_of(std::string(5'000'000, 'x'));
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const std::size_t arrived = bytes.size() - rest.size();
    rest.remove_prefix(feed(deframer, rest, 64u << 10));
    CHECK(deframer.capacity() <= std::max<std::size_t>(256u << 10, 2 * (arrived + (64u << 10))));
  }
  REQUIRE(deframer.next()->has_value());
  CHECK(deframer.space().size() == 64u << 10);
}

TEST_CASE("an idle connection keeps a small buffer") {
  wire::Deframer deframer(64u << 10, 8u << 20);
  for (int i = 0; i < 10; ++i) {
    feed(deframer, frame_of("small"), 100);
    CHECK(deframer.next()->has_value());
  }
  CHECK(deframer.capacity() == 4096);
}

TEST_CASE("a frame over the limit is an error that names both") {
  wire::Deframer deframer(64u << 10, 1000);
  const std::string fits = frame_of(std::string(1000, 'x'));
  feed(deframer, fits, fits.size());
  CHECK(deframer.next()->has_value());
  feed(deframer, std::string("\0\0\3\xe9", 4), 4);
  const auto frame = deframer.next();
  REQUIRE_FALSE(frame);
  CHECK(frame.error() == Errc::limit_exceeded);
  CHECK(frame.error().message == "a frame of 1001 bytes, at most 1000 (max_frame_bytes)");
}
