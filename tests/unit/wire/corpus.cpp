// Writes the seeds of tests/fuzz/frame_decoder: one file per message, small, a stream of several, and what
// connections say about themselves. Run it by its name after a change of the format:
//   test_unit_wire "the corpus of the frame decoder"
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "samples.hpp"
#include "support/operation_resources.hpp"
#include "wire/codec.hpp"
#include "wire/framing.hpp"

using namespace mesoscore;

namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(MESOSCORE_SUITE_DIR) / "../../fuzz/corpus/frame_decoder";

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
    for (std::uint64_t seed = 0; seed < 40; ++seed) {  // neither empty nor huge
      const std::string stream = framed(Sampler(seed, 0.7).message(i));
      if (best.empty() || (stream.size() < 600 ? stream.size() > best.size() : stream.size() < best.size())) {
        best = stream;
      }
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
