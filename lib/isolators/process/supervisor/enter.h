#pragma once

#include "child.h"

// The main function of the process that enters a container that runs, another one's; the argument is its Child. There,
// it starts the process that was asked for, as a child of the supervisor, and ends; or it becomes that process.
int entering_main(void* child);
