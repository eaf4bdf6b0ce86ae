// A launch message, opened up.
#pragma once

#include <stdint.h>

#include "protocol.h"

// The pointers lead into the message.
struct Launch {
  uint32_t flags;
  uint64_t serial, enclosing;
  uint32_t uid, gid;
  uint32_t group_count;
  const uint32_t* groups;
  char** texts;  // MESO_SPARE_RECORD, ...
  char** candidates;
  char** arguments;
  char** environment;
  struct MesoEnclosure* enclosure;  // null: none
  int release_fd;                   // -1 if not held
  int parent_fd;                    // -1 if it enters no other container
  int output_fds[2];                // for stdout and stderr; -1: their files are to be opened
};
// The message is changed. 0 if it is not well formed.
int launch_open(struct Launch* launch, char* message, uint64_t bytes);

// What the enclosure names by its distance.
static inline void* enclosure_part(const struct Launch* launch, uint32_t offset) {
  return (char*)launch->enclosure + offset;
}
