#pragma once

#include "child.h"

// Makes the mounts of the enclosure in the mount namespace of the calling process, and then its root. As in child.h.
int build_mounts(struct Child* child);
