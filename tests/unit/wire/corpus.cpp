// Writes the seeds of tests/fuzz/frame_decoder: one file per message, small, a stream of several, and what
// connections say about themselves; and those of record_decoder: one file per kind. Run it by its name after
// a change of the format:
//   test_unit_wire "the corpus of the frame decoder"
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "samples.hpp"
#include "support/operation_resources.hpp"
#include "wire/codec.hpp"
#include "wire/framing.hpp"
#include "wire/record_codec.hpp"

using namespace mesoscore;

namespace {

const std::filesystem::path kCorpus = std::filesystem::path(MESOSCORE_SUITE_DIR) / "../../fuzz/corpus";
const std::filesystem::path kFolder = kCorpus / "frame_decoder";

// Neither empty nor huge.
bool is_better(std::size_t size, std::size_t than) { return size < 600 ? size > than : size < than; }

void write(const std::string& name, const std::string& stream) {
  std::ofstream out(kFolder / name, std::ios::binary);
  out << '\1' << stream;  // the first byte says how the stream is cut
}

template <class T>
std::string framed(const T& value) {
  std::string out;
  const std::size_t at = wire::begin_frame(out);
  wire::encode(value, out);
  wire::end_frame(out, at);
  return out;
}

}  // namespace

TEST_CASE("the corpus of the frame decoder", "[.]") {
  std::filesystem::create_directories(kFolder);
  std::string all;
  for (std::size_t i = 0; i < std::variant_size_v<Message>; ++i) {
    std::string best;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const std::string stream = framed(Sampler(seed, 0.7).message(i));
      if (best.empty() || is_better(stream.size(), best.size())) best = stream;
    }
    write(std::string(message_name(Sampler(0, 0).message(i))), best);
    if (best.size() < 200) all += best;
  }
  const OperateOnAgent operate{AgentId("a1"), create({test::volume("v1", "eng/web")})};
  write("OperateOnAgent", framed(Message(msg::OperatorCall{1, operate})));
  write("stream", all);
  write("Hello", framed(wire::Greeting{Hello{PeerRole::agent, 1, 0, 3, "mesoscore"}, std::nullopt}));
  write("Refusal", framed(wire::Greeting{Hello{}, wire::Goodbye{Errc::connection_refused, "full"}}));
  write("Goodbye", framed(wire::Goodbye{Errc::limit_exceeded, "slow"}));
  write("garbage", "GET / HTTP/1.1\r\n\r\n");
}

TEST_CASE("the corpus of the record decoder", "[.]") {
  std::filesystem::create_directories(kCorpus / "record_decoder");
  for (std::size_t i = 0; i < std::variant_size_v<Record>; ++i) {
    std::string best;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      std::string bytes;
      const Record record = Sampler(seed, 0.7).record(i);
      wire::encode(record, bytes);
      if (best.empty() || is_better(bytes.size(), best.size())) best = bytes;
    }
    std::ofstream(kCorpus / "record_decoder" / ("kind" + std::to_string(i + 1)), std::ios::binary) << best;
  }
}
