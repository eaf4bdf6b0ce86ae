#include "outputs.h"

#include "sys_enclose.h"
#include "text.h"

enum { CHUNK = 16384, MAX_PATH = 4096 };

// ---- files, as the user
// ---------------------------------------------------------------------------------------------------

struct FileCall {
  const struct Launch* launch;
  const char* path;
  uint32_t old_files;
  int result;
};

// "<path>.<number>", number 0 is the path itself.
static const char* numbered(char* to, const char* path, uint32_t number) {
  const size_t length = text_length(path);
  if (length + 16 > MAX_PATH) return path;
  memcpy(to, path, length + 1);
  if (number == 0) return to;
  struct Text text = {.length = 0};
  text_add(&text, ".");
  text_add_number(&text, number);
  text_end(&text);
  memcpy(to + length, text.bytes, text.length + 1);
  return to;
}

static void open_file(struct FileCall* call) {
  call->result = sys_open(call->path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_CLOEXEC, 0644);
}

// Makes place, and opens a new file. Whatever lies there is moved or left, never followed.
static void rotate_file(struct FileCall* call) {
  static char from[MAX_PATH], to[MAX_PATH];
  if (call->old_files == 0) sys_unlink(call->path);
  for (uint32_t i = call->old_files; i > 0; --i) {
    sys_rename(numbered(from, call->path, i - 1), numbered(to, call->path, i), 0);
  }
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
  call->result = sys_open(call->path, flags, 0644);
}

static int take_user_of(const struct Launch* launch) {
  int error = sys_setgroups(launch->group_count, launch->groups);
  if (error == 0) error = sys_setgid_all(launch->gid);
  if (error == 0) error = sys_setuid_all(launch->uid);
  return error;
}

static int open_main(void* argument) {
  struct FileCall* call = argument;
  call->result = take_user_of(call->launch);
  if (call->result == 0) open_file(call);
  return 0;
}

static int rotate_main(void* argument) {
  struct FileCall* call = argument;
  call->result = take_user_of(call->launch);
  if (call->result == 0) rotate_file(call);
  return 0;
}

// A process that becomes the user, and shares memory and descriptors with us.
static int call_as_user(struct FileCall* call, int (*function)(void*)) {
  __attribute__((aligned(16))) char stack[4096];
  const unsigned long flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD;
  const long pid = clone_onto(flags, stack + sizeof stack, function, call);
  if (pid < 0) return (int)pid;
  int status = 0;
  sys_wait((int)pid, &status, 0);
  return call->result;
}

static int open_as_user(const struct Launch* launch, const char* path) {
  struct FileCall call = {.launch = launch, .path = path};
  if (launch->flags & MESO_SWITCH_USER) return call_as_user(&call, open_main);
  open_file(&call);
  return call.result;
}

static int rotate_as_user(const struct Launch* launch, const char* path) {
  struct FileCall call = {.launch = launch, .path = path, .old_files = launch->enclosure->rotation_files};
  if (launch->flags & MESO_SWITCH_USER) return call_as_user(&call, rotate_main);
  rotate_file(&call);
  return call.result;
}

// ---- bytes
// ----------------------------------------------------------------------------------------------------------------

// What the file system does not take is lost, as it would be for the process itself.
static void write_all(struct Output* output, const char* from, size_t bytes) {
  while (bytes > 0) {
    const long written = sys_write(output->file, from, bytes);
    if (written == -EINTR) continue;
    if (written <= 0) return;
    from += written;
    bytes -= (size_t)written;
    output->size += (uint64_t)written;
  }
}

// How much of it still goes into the file: whole lines, if there is the end of one.
static size_t part_that_fits(const struct Output* output, uint64_t limit, const char* from, size_t bytes) {
  const uint64_t room = output->size < limit ? limit - output->size : 0;
  if (bytes <= room) return bytes;
  for (size_t end = (size_t)room; end > 0; --end) {
    if (from[end - 1] == '\n') return end;
  }
  return output->size > 0 && !output->in_line ? 0 : (size_t)room;
}

static void store(const struct Outputs* outputs, struct Output* output, const char* from, size_t bytes) {
  const uint64_t limit = outputs->launch->enclosure->rotation_bytes;
  for (;;) {
    const size_t part = part_that_fits(output, limit, from, bytes);
    write_all(output, from, part);
    if (part > 0) output->in_line = from[part - 1] != '\n';
    from += part;
    bytes -= part;
    if (bytes == 0) return;
    const int fresh = rotate_as_user(outputs->launch, output->path);
    if (fresh < 0) return write_all(output, from, bytes);  // the old one grows on
    sys_close(output->file);
    output->file = fresh;
    output->size = 0;
  }
}

// True if there may be more.
static int move_some(const struct Outputs* outputs, struct Output* output) {
  static char bytes[CHUNK];
  const long count = sys_read(output->pipe, bytes, sizeof bytes);
  if (count > 0) {
    store(outputs, output, bytes, (size_t)count);
    return 1;
  }
  if (count == -EINTR) return 1;
  if (count == -EAGAIN) return 0;
  sys_close(output->pipe);
  output->pipe = -1;
  return 0;
}

// ---- from the start to the end
// --------------------------------------------------------------------------------------------

static int open_one(struct Outputs* outputs, struct Launch* launch, int number) {
  struct Output* output = &outputs->all[number];
  int ends[2];
  output->path = launch->texts[MESO_STDOUT + number];
  output->file = open_as_user(launch, output->path);
  if (output->file < 0) return output->file;
  const long size = sys_seek_end(output->file);
  output->size = size > 0 ? (uint64_t)size : 0;
  const int error = sys_pipe(ends);
  if (error < 0) {
    sys_close(output->file);
    return error;
  }
  sys_set_flags(ends[0], O_NONBLOCK);
  output->pipe = ends[0];
  launch->output_fds[number] = ends[1];
  ++outputs->count;
  return 0;
}

static int is_same(const char* a, const char* b) {
  while (*a != 0 && *a == *b) ++a, ++b;
  return *a == *b;
}

int outputs_open(struct Outputs* outputs, struct Launch* launch, struct Failure* failure) {
  *outputs = (struct Outputs){.launch = launch};
  if (!launch->enclosure || launch->enclosure->rotation_bytes == 0) return 1;
  const int one_file = is_same(launch->texts[MESO_STDOUT], launch->texts[MESO_STDERR]);
  for (int i = 0; i < (one_file ? 1 : 2); ++i) {
    const int error = open_one(outputs, launch, i);
    if (error == 0) continue;
    *failure = (struct Failure){.stage = i == 0 ? MESO_STAGE_STDOUT : MESO_STAGE_STDERR, .error = -error};
    outputs_started(outputs, launch);
    outputs_close(outputs);
    return 0;
  }
  if (one_file) launch->output_fds[1] = launch->output_fds[0];
  outputs->signals = -1;
  return 1;
}

void outputs_started(struct Outputs* outputs, struct Launch* launch) {
  for (int i = 0; i < outputs->count; ++i) sys_close(launch->output_fds[i]);
}

static void read_signal(int fd, siginfo_t* info) {
  struct signalfd_siginfo from;
  info->si_signo = 0;
  if (sys_read(fd, &from, sizeof from) != (long)sizeof from) return;
  info->si_signo = (int)from.ssi_signo;
  info->si_code = from.ssi_code;
  info->si_ptr = (void*)from.ssi_ptr;
}

int outputs_wait(struct Outputs* outputs, SignalMask mask, siginfo_t* info, const TimeSpec* timeout) {
  if (outputs->count == 0) return sys_wait_signal(mask, info, timeout);
  if (outputs->signals < 0) outputs->signals = sys_signalfd(mask);
  struct pollfd fds[3] = {{.fd = outputs->signals, .events = POLLIN}};
  for (int i = 0; i < 2; ++i) {
    fds[i + 1] = (struct pollfd){.fd = i < outputs->count ? outputs->all[i].pipe : -1, .events = POLLIN};
  }
  if (sys_poll_for(fds, 3, timeout) <= 0) return 0;
  info->si_signo = 0;
  for (int i = 0; i < outputs->count; ++i) {
    if (fds[i + 1].revents) move_some(outputs, &outputs->all[i]);
  }
  if (fds[0].revents) read_signal(outputs->signals, info);
  return info->si_signo;
}

void outputs_close(struct Outputs* outputs) {
  for (int i = 0; i < outputs->count; ++i) {
    struct Output* output = &outputs->all[i];
    while (output->pipe >= 0 && move_some(outputs, output)) continue;
    if (output->pipe >= 0) sys_close(output->pipe);
    sys_close(output->file);
  }
  if (outputs->count > 0 && outputs->signals >= 0) sys_close(outputs->signals);
  outputs->count = 0;
}
