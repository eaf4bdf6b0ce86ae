#include "wire/record_codec.hpp"

#include <array>
#include <utility>

#include "wire/tables/records.hpp"

namespace mesoscore::wire {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Record>> kRecordNames = {
    "Self",          "Framework",        "Executor",  "Task",   "Kill",  "Update",          "Operation",
    "AdmittedAgent", "UnreachableAgent", "GoneAgent", "Weight", "Quota", "RemovedFramework"};

template <std::size_t I>
void read_record(Decoder& decoder, std::string_view body, Record& record) {
  decoder.set_name(kRecordNames[I]);
  decoder.read_message(body, record.emplace<I>());
}

using ReadRecord = void (*)(Decoder&, std::string_view body, Record&);
template <std::size_t... I>
constexpr auto record_readers(std::index_sequence<I...>) {
  return std::array<ReadRecord, sizeof...(I)>{&read_record<I>...};
}
constexpr auto kRecordReaders = record_readers(std::make_index_sequence<std::variant_size_v<Record>>());

// One field, and nothing behind it.
void read_only_field(Decoder& decoder, std::string_view bytes, Record& record) {
  Cursor cursor(bytes);
  cursor.next();
  const std::uint32_t number = cursor.number();
  if (number == 0) return decoder.fail("is empty");
  if (cursor.type() != protozero::pbf_wire_type::length_delimited) {
    return decoder.fail("does not begin with a body");
  }
  if (number > kRecordReaders.size()) {
    return decoder.fail("is of the unknown kind " + std::to_string(number));
  }
  const std::string_view body = cursor.bytes();
  if (cursor.left() != 0) return decoder.fail("has bytes behind its end");
  kRecordReaders[number - 1](decoder, body, record);
}

}  // namespace

void encode(const Record& record, std::string& out) {
  if (record.valueless_by_exception()) return;
  const auto number = static_cast<std::uint32_t>(record.index() + 1);
  Encoder encoder(out);
  std::visit([&]<class R>(const R& body) { Kind<R>::put(encoder, number, body); }, record);
  encoder.finish();
}

Result<Record> decode_record(std::string_view bytes) {
  Decoder decoder(bytes.size());
  decoder.set_name("the record");
  Result<Record> record;
  decoder.guard([&] { read_only_field(decoder, bytes, *record); });
  if (decoder.ok()) return record;
  return fail(Errc::data_corrupt, decoder.error()->message);
}

}  // namespace mesoscore::wire
