// Records as bytes, for storages that keep bytes. As in a frame (codec.hpp), the outer field is the number of
// the kind (index of the alternative of Record + 1), its value the body; the bodies are in
// tables/records.hpp.
//
// What a newer version added to a body is skipped; a kind that is not known is an error, because what it says
// would be lost. Decoding never throws and takes any bytes; its memory is bounded as that of messages is.
// Pure functions, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "mesoscore/record.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::wire {

// Appends. Allocates only when `out` grows.
void encode(const Record& record, std::string& out);
// data_corrupt: what is wrong, with the path of the field ("Update.status.uuid: 3 bytes, expected 16").
Result<Record> decode_record(std::string_view bytes);

}  // namespace mesoscore::wire
