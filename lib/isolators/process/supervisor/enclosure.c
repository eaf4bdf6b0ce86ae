#include "enclosure.h"

#include "sys.h"
#include "text.h"

const char* enclosure_text(const struct MesoEnclosure* enclosure, uint32_t offset) {
  return (const char*)enclosure + offset;
}

const char* text_after(const char* text) { return text + text_length(text) + 1; }

int cgroup_enter(const char* directory) {
  const int folder = sys_open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder < 0) return folder;
  const int fd = sys_open_at(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  sys_close(folder);
  if (fd < 0) return fd;
  const long written = sys_write(fd, "0", 1);
  sys_close(fd);
  return written < 0 ? (int)written : 0;
}
