// The process of a container that is enclosed, between its birth and its execve(); as in child.h. In this order.
#pragma once

#include "child.h"

// While it still sees the machine: its outputs, which are opened as the user.
int enclose_outside(struct Child* child);
// Loopback, host name, mounts and root of the namespaces that were made for it.
int enclose_build(struct Child* child);
// What it may do; then it runs.
int enclose_and_run(struct Child* child);

// The main function of a process without an init; the argument is its Child.
int enclosed_main(void* child);
