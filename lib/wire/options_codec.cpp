#include "wire/options_codec.hpp"

#include <utility>

#include "wire/tables/options.hpp"

namespace mesoscore::wire {
namespace {

template <class T>
Status read(std::string_view name, std::string_view bytes, T&& options) {
  Decoder decoder(bytes.size());
  decoder.set_name(name);
  decoder.guard([&] { decoder.read_message(bytes, options); });
  if (!decoder.ok()) return fail(*decoder.error());
  return {};
}

}  // namespace

void encode(const MasterOptions& options, std::string& out) {
  ReadMasterOptions all{options, {}};
  if (options.allocator.agent_order) all.agent_order = options.allocator.agent_order->name();
  Encoder encoder(out);
  fields(encoder, WithOrder{std::as_const(all)});
  encoder.finish();
}

void encode(const AgentOptions& options, std::string& out) {
  Encoder encoder(out);
  fields(encoder, options);
  encoder.finish();
}

Result<AgentOptions> decode_agent_options(std::string_view bytes) {
  AgentOptions options;
  if (Status status = read("AgentOptions", bytes, options); !status) return fail(status.error());
  return options;
}

Result<ReadMasterOptions> decode_master_options(std::string_view bytes) {
  ReadMasterOptions read_options;
  read_options.options.allocator.min_allocatable.clear();  // lists that are empty are not written
  WithOrder view{read_options};
  if (Status status = read("MasterOptions", bytes, view); !status) return fail(status.error());
  return read_options;
}

}  // namespace mesoscore::wire
