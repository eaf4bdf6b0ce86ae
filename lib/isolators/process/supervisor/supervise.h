#pragma once

#include "start.h"

// The life of one supervisor, in a process of its own: starts the process of the launch, waits for its end, leaves
// nothing behind, records and reports. The exit code for the zygote: 0 if the launcher has been told all.
int supervise(const struct Launch* launch, const char* boot_id);
