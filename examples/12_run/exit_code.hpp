#pragma once

#include "mesoscore/task.hpp"

// The exit code that a shell would show for a task that did not finish: the command's own, 128 + n for signal
// n, and 1 for all else. A status carries it only in its message for people: "exit code 3".
int exit_code_of(const mesoscore::TaskStatus& status);
