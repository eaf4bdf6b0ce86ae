#include "launch.h"

// Turns `count` offsets and the zero behind them into pointers. The table behind them, or null if an offset
// leads out.
static uint64_t* open_texts(char* message, uint64_t bytes, uint64_t* table, uint64_t count, char*** texts) {
  const uint64_t* end = (const uint64_t*)(const void*)(message + bytes);
  *texts = (char**)table;
  for (uint64_t i = 0; i < count; ++i, ++table) {
    if (table >= end || *table >= bytes) return 0;
    *table += (uint64_t)message;
  }
  return table;
}

int launch_open(struct Launch* launch, char* message, uint64_t bytes) {
  const struct MesoLaunch* header = (const void*)message;
  // The last byte ends the last text, so no text can lead out of the message.
  if (bytes < sizeof *header || header->size != bytes || message[bytes - 1] != 0) return 0;
  launch->flags = header->flags;
  launch->serial = header->serial;
  launch->enclosing = header->enclosing;
  launch->uid = header->uid;
  launch->gid = header->gid;
  launch->group_count = header->group_count;
  if (header->groups_offset + header->group_count * sizeof(uint32_t) > bytes) return 0;
  launch->groups = (const void*)(message + header->groups_offset);
  if (header->enclosure_offset != 0) {
    if (header->enclosure_offset % 8 != 0) return 0;
    if (header->enclosure_offset + sizeof(struct MesoEnclosure) > bytes) return 0;
    launch->enclosure = (void*)(message + header->enclosure_offset);
  }
  uint64_t* table = (void*)(message + sizeof *header);
  table = open_texts(message, bytes, table, MESO_TEXTS, &launch->texts);
  if (table) table = open_texts(message, bytes, table, header->candidate_count, &launch->candidates);
  if (table) table = open_texts(message, bytes, table + 1, header->argument_count, &launch->arguments);
  if (table) table = open_texts(message, bytes, table + 1, header->environment_count, &launch->environment);
  return table != 0;
}
