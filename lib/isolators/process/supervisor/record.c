#include "record.h"

#include "sys.h"

int read_stat(int pid, struct ProcessStat* stat) {
  struct Text path = {.length = 0};
  text_add(&path, "/proc/");
  text_add_number(&path, pid);
  text_add(&path, "/stat");
  const int fd = sys_open(text_end(&path), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  char line[512];
  const long bytes = sys_read(fd, line, sizeof line - 1);
  sys_close(fd);
  if (bytes <= 0) return -ESRCH;
  line[bytes] = 0;
  // "pid (name) state parent ...": the name may hold anything, so look for the last parenthesis.
  const char* at = line + bytes;
  while (at > line && *at != ')') --at;
  if (*at != ')') return -ESRCH;
  for (int field = 2; field < 22 && *at != 0; ++at) {
    if (*at != ' ') continue;
    ++field;
    const char* value = at + 1;
    if (field == 4) stat->parent = (int)text_number(&value);
    if (field == 22) stat->start_time = text_number(&value);
  }
  return 0;
}

// A record always has the same size, so that a file which is used again is neither shortened nor lengthened:
// that would cost far more than the write. The rest is empty lines.
enum { RECORD_BYTES = 256 };

static int write_record(struct Record* record) {
  char bytes[RECORD_BYTES];
  for (size_t i = 0; i < RECORD_BYTES; ++i) bytes[i] = i < record->text.length ? record->text.bytes[i] : '\n';
  const long written = sys_write_at(record->fd, bytes, RECORD_BYTES, 0);
  if (written < 0) return (int)written;
  return written == RECORD_BYTES ? 0 : -ENOSPC;
}

// rename() that never replaces, also where the file system has no such thing.
static int rename_to_new(const char* from, const char* to) {
  int error = sys_rename(from, to, RENAME_NOREPLACE);
  if (error != -EINVAL) return error;
  error = sys_link(from, to);
  sys_unlink(from);
  return error;
}

int record_open(struct Record* record, const struct RecordPaths* paths, const struct Identity* supervisor,
                uint64_t serial, uint64_t enclosing) {
  record->fd = sys_open(paths->spare, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (record->fd < 0) return record->fd;
  struct Text* text = &record->text;
  text->length = 0;
  text_add(text, "mesoscore-container 1\nboot ");
  text_add(text, supervisor->boot_id);
  text_add(text, "\nsupervisor ");
  text_add_number(text, supervisor->pid);
  text_add(text, " ");
  text_add_number(text, (int64_t)supervisor->start_time);
  text_add(text, "\nserial ");
  text_add_number(text, (int64_t)serial);
  if (enclosing != 0) {
    text_add(text, "\nenclosing ");
    text_add_number(text, (int64_t)enclosing);
  }
  text_add(text, "\n");
  int error = write_record(record);
  if (error == 0) error = rename_to_new(paths->spare, paths->run);
  if (error == 0) return 0;
  sys_close(record->fd);
  sys_unlink(paths->spare);
  return error;
}

void record_drop(const struct Record* record, const struct RecordPaths* paths) {
  sys_unlink(paths->run);
  sys_close(record->fd);
}

void record_exit(struct Record* record, const struct RecordPaths* paths, int wait_status, int killed) {
  struct Text* text = &record->text;
  text_add(text, "status ");
  text_add_number(text, wait_status);
  text_add(text, "\nkilled ");
  text_add_number(text, killed);
  text_add(text, "\nended ");
  text_add_number(text, sys_now_ns(WALL_CLOCK));
  text_add(text, "\n");
  // Only a complete record gets the final name: a full disk must not become an exit status of zero.
  if (write_record(record) == 0) sys_rename(paths->run, paths->exit, 0);
  sys_close(record->fd);
}
