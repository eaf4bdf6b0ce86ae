// The options of machines as bytes, for recordings: all that decides what a machine does. Of an agent order
// only the name is written; whoever reads the options puts it back.
#pragma once

#include <string>
#include <string_view>

#include "mesoscore/agent.hpp"
#include "mesoscore/master.hpp"

namespace mesoscore::wire {

void encode(const MasterOptions& options, std::string& out);
void encode(const AgentOptions& options, std::string& out);
// protocol_error, with the path of the field. Options that a newer version has added are skipped.
Result<AgentOptions> decode_agent_options(std::string_view bytes);
struct ReadMasterOptions {
  MasterOptions options{};
  std::string agent_order{};  // its name; empty: none
};
Result<ReadMasterOptions> decode_master_options(std::string_view bytes);

}  // namespace mesoscore::wire
