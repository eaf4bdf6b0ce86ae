// May an agent that is started again go on as the one it was?
#pragma once

#include "mesoscore/agent_info.hpp"
#include "mesoscore/record.hpp"

namespace mesoscore::agent_detail {

// What it is now, with the id and the operations of before. invalid_argument: it has lost or changed
// something; the text says what was, what is now, and the remedies.
Result<AgentInfo> continued(const record::Self& before, const AgentInfo& now);

}  // namespace mesoscore::agent_detail
