// components: wire
//
// What may be in a file that a storage reads at its start: any bytes. Whatever is accepted is written again
// as the same record. The corpus is written by: test_unit_wire "the corpus of the record decoder" (a hidden
// case: name it to run it).
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/record_codec.hpp"

using namespace mesoscore;

namespace {

void expect(bool condition) {
  if (!condition) std::abort();
}

// Bytes that mean nothing justify more elements than their own bytes do.
bool is_without_padding(const Error& error) {
  return error.message.find("more elements than its size justifies") != std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Result<Record> record = wire::decode_record(bytes);
  if (!record) {
    expect(record.error() == Errc::data_corrupt && !record.error().message.empty());
    return 0;
  }
  std::string once, twice;
  wire::encode(*record, once);
  const Result<Record> again = wire::decode_record(once);
  if (!again && is_without_padding(again.error())) return 0;
  expect(again && again->index() == record->index() && key_of(*again) == key_of(*record));
  wire::encode(*again, twice);
  expect(once == twice);
  return 0;
}
