#include "outputs.h"

#include "output_file.h"
#include "sys_enclose.h"

enum { CHUNK = 16384 };

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
    const int fresh = output_file_rotate_as_user(outputs->launch, output->path);
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
  output->file = output_file_open_as_user(launch, output->path);
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
  *outputs = (struct Outputs){.launch = launch, .signals = -1};
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
