// The start of the process of a container, up to its execve().
#pragma once

#include <stdint.h>

#include "protocol.h"
#include "record.h"

// A launch message, opened up: the pointers lead into it.
struct Launch {
  uint32_t flags;
  uint64_t serial;
  uint32_t uid, gid;
  uint32_t group_count;
  const uint32_t* groups;
  char** texts;  // MESO_SPARE_RECORD, ...
  char** candidates;
  char** arguments;
  char** environment;
  const struct MesoEnclosure* enclosure;  // null: none
  int release_fd;                         // -1 if not held
};
// The message is changed. 0 if it is not well formed.
int launch_open(struct Launch* launch, char* message, uint64_t bytes);

struct Failure {
  uint32_t stage;  // MESO_STAGE_NONE: there was none
  int error;
  uint32_t candidate;
};

// The pid of the process, which has called execve(); otherwise 0 and a failure, and no process is left.
int start_process(const struct Launch* launch, const struct Identity* supervisor, struct Failure* failure);
