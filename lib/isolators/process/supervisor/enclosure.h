// What encloses a process, step by step. All return a negative errno on failure.
#pragma once

#include "protocol.h"

const char* enclosure_text(const struct MesoEnclosure* enclosure, uint32_t offset);
const char* text_after(const char* text);  // in a list of texts

// The calling process goes into the control group of this directory, version 1.
int cgroup_enter(const char* directory);
