#pragma once

#include <string>

namespace mesoscore::agent_detail {

// A status of waitpid(2) for people: "exited with status 3", "killed by signal 9 (SIGKILL)".
std::string exit_text(int wait_status);

}  // namespace mesoscore::agent_detail
