// Sockets in the network namespace of another process.
#pragma once

#include <sys/types.h>

#include "mesoscore/result.hpp"

namespace mesoscore::probers_native {

// As socket(2), close-on-exec, in the network namespace of `pid`; 0: in our own. The calling thread is back
// in its own when this returns. Needs CAP_SYS_ADMIN where the namespaces differ. not_found: the process has
// ended.
Result<int> make_socket(pid_t pid, int family, int type, int protocol);

}  // namespace mesoscore::probers_native
