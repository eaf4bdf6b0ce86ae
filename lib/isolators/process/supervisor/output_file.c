#include "output_file.h"

#include "sys_enclose.h"
#include "text.h"

enum { MAX_NAME = 256 };

// ---- the directory
// ---------------------------------------------------------------------------------------------------------

static const char* name_in(const char* path) {
  const char* name = path;
  for (const char* at = path; *at != 0; ++at) {
    if (*at == '/') name = at + 1;
  }
  return name;
}

// That which the file is in; `path` is whole again when it returns.
static int open_folder(const struct Launch* launch, char* path) {
  const char* top = launch->texts[MESO_OUTPUT_DIRECTORY];
  char* end = path + (name_in(path) - path);
  if (end == path) return sys_open(".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  const size_t length = text_length(top);
  if (length == 0 || path + length + 1 >= end) {
    const char behind = *end;
    *end = 0;
    const int folder = sys_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    *end = behind;
    return folder;
  }
  const int above = sys_open(top, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (above < 0) return above;
  end[-1] = 0;
  const uint64_t resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const int folder = sys_open_beneath(above, path + length + 1, O_PATH | O_DIRECTORY, resolve);
  end[-1] = '/';
  sys_close(above);
  return folder;
}

// ---- files in it
// -----------------------------------------------------------------------------------------------------------

// A file that has another name may be anybody's.
static int is_own_file(int fd) {
  struct statx about;
  if (sys_about(fd, STATX_TYPE | STATX_NLINK, &about) < 0) return 0;
  return (about.stx_mode & 0170000) == 0100000 && about.stx_nlink == 1;
}

static int open_in(const struct Launch* launch, int folder, const char* name, int more_flags) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_CLOEXEC | more_flags;
  if (launch->texts[MESO_OUTPUT_DIRECTORY][0] == 0) return sys_open_at(folder, name, flags, 0644);
  const int fd = sys_open_at(folder, name, flags | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (fd < 0) return fd;
  if (!is_own_file(fd)) {
    sys_close(fd);
    return -EPERM;
  }
  sys_set_flags(fd, O_APPEND);
  return fd;
}

// "<name>.<number>", number 0 is the name itself.
static const char* numbered(char* to, const char* name, uint32_t number) {
  const size_t length = text_length(name);
  if (length + 16 > MAX_NAME) return name;
  memcpy(to, name, length + 1);
  if (number == 0) return to;
  struct Text text = {.length = 0};
  text_add(&text, ".");
  text_add_number(&text, number);
  text_end(&text);
  memcpy(to + length, text.bytes, text.length + 1);
  return to;
}

// Makes place, and opens a new file. Whatever lies there is moved or left, never followed.
static int rotate_in(const struct Launch* launch, int folder, const char* name) {
  char from[MAX_NAME], to[MAX_NAME];
  const uint32_t old_files = launch->enclosure->rotation_files;
  if (old_files == 0) sys_unlink_at(folder, name);
  for (uint32_t i = old_files; i > 0; --i) {
    sys_rename_at(folder, numbered(from, name, i - 1), numbered(to, name, i));
  }
  return open_in(launch, folder, name, O_EXCL | O_NOFOLLOW);
}

static int with_folder(const struct Launch* launch, const char* path, int rotate) {
  char* whole = (char*)(uintptr_t)path;  // a text of the launch message, which is ours to change
  const int folder = open_folder(launch, whole);
  if (folder < 0) return folder;
  const char* name = name_in(path);
  const int fd = rotate ? rotate_in(launch, folder, name) : open_in(launch, folder, name, 0);
  sys_close(folder);
  return fd;
}

int output_file_open(const struct Launch* launch, const char* path) { return with_folder(launch, path, 0); }

int output_file_rotate(const struct Launch* launch, const char* path) { return with_folder(launch, path, 1); }

// ---- as the user
// -----------------------------------------------------------------------------------------------------------

struct FileCall {
  const struct Launch* launch;
  const char* path;
  int rotate;
  int result;
};

static int take_user_of(const struct Launch* launch) {
  int error = sys_setgroups(launch->group_count, launch->groups);
  if (error == 0) error = sys_setgid_all(launch->gid);
  if (error == 0) error = sys_setuid_all(launch->uid);
  return error;
}

static int call_main(void* argument) {
  struct FileCall* call = argument;
  const int error = take_user_of(call->launch);
  call->result = error < 0 ? error : with_folder(call->launch, call->path, call->rotate);
  return 0;
}

// A process that becomes the user, and shares memory and descriptors with us. The user may kill it.
static int call_as_user(const struct Launch* launch, const char* path, int rotate) {
  if (!(launch->flags & MESO_SWITCH_USER)) return with_folder(launch, path, rotate);
  struct FileCall call = {.launch = launch, .path = path, .rotate = rotate, .result = -EINTR};
  __attribute__((aligned(16))) char stack[8192];
  const unsigned long flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD;
  const long pid = clone_onto(flags, stack + sizeof stack, call_main, &call);
  if (pid < 0) return (int)pid;
  int status = 0;
  sys_wait((int)pid, &status, 0);
  return call.result;
}

int output_file_open_as_user(const struct Launch* launch, const char* path) {
  return call_as_user(launch, path, 0);
}

int output_file_rotate_as_user(const struct Launch* launch, const char* path) {
  return call_as_user(launch, path, 1);
}
