#include "recording/header.hpp"

#include <bit>

#include "core/text_cat.hpp"
#include "recording/bytes.hpp"
#include "recording/frames.hpp"
#include "wire/record_codec.hpp"

namespace mesoscore::recording {

// The state of a generator that has not been drawn from is its seed.
std::uint64_t seed_of(Rng rng) noexcept {
  static_assert(sizeof(Rng) == sizeof(std::uint64_t));
  return std::bit_cast<std::uint64_t>(rng);
}

void put(const Header& header, std::span<const Record> records, std::string& out) {
  const std::size_t at = begin_frame(out);
  put_number(out, static_cast<std::uint8_t>(header.machine));
  put_text(out, header.version);
  put_number(out, header.seed);
  put_number(out, header.now.time_since_epoch().count());
  put_text(out, header.options);
  put_text(out, header.policy);
  put_number(out, static_cast<std::uint8_t>(header.preempts));
  put_number(out, static_cast<std::uint32_t>(records.size()));
  std::string bytes;
  for (const Record& record : records) {
    bytes.clear();
    wire::encode(record, bytes);
    put_text(out, bytes);
  }
  end_frame(FrameKind::header, out, at);
}

Result<Header> read_header(std::string_view body) {
  ByteReader reader(body);
  Header header;
  const auto machine = reader.number<std::uint8_t>();
  if (machine > static_cast<std::uint8_t>(RecordedMachine::agent)) {
    return fail(Errc::version_mismatch,
                cat("machines of number ", std::to_string(machine), " are not known"));
  }
  header.machine = static_cast<RecordedMachine>(machine);
  header.version = reader.text();
  header.seed = reader.number<std::uint64_t>();
  header.now = TimePoint(Duration(reader.number<Duration::rep>()));
  header.options = reader.text();
  header.policy = reader.text();
  header.preempts = reader.number<std::uint8_t>() != 0;
  for (auto count = reader.number<std::uint32_t>(); count > 0 && reader.ok(); --count) {
    auto record = wire::decode_record(reader.text());
    if (!reader.ok()) break;
    if (!record) return fail(Errc::data_corrupt, cat("a record of the header: ", record.error().message));
    header.records.push_back(*std::move(record));
  }
  if (!reader.ok()) return fail(Errc::data_corrupt, "the header is cut short");
  return header;
}

}  // namespace mesoscore::recording
