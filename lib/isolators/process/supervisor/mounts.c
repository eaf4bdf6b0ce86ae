// All that is to be bound is taken before anything is mounted: its paths are those of the machine. Mounts
// then exist as descriptors, which no later mount can hide and no symbolic link can mislead.
#include "mounts.h"

#include "sys_enclose.h"
#include "text.h"

// What the machine mounts later is seen, and what we mount stays ours: a propagation type of mount(2).
enum { RECEIVE_ONLY = 1 << 19 };

static const char* text_of(const struct Child* child, uint32_t offset) {
  return offset == 0 ? "" : enclosure_part(child->launch, offset);
}

static int is_bind(const struct MesoMount* mount) {
  return (mount->flags & MS_BIND) != 0 && (mount->flags & MS_REMOUNT) == 0;
}

// ---- what is to be bound
// --------------------------------------------------------------------------------------------------

static int open_source(const struct Child* child, const struct MesoMount* mount) {
  const char* source = text_of(child, mount->source);
  if (mount->source_root == 0) return sys_open(source, O_PATH | O_CLOEXEC, 0);
  const int folder = sys_open(text_of(child, mount->source_root), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder < 0) return folder;
  const int fd = sys_open_beneath(folder, source, O_PATH, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
  sys_close(folder);
  return fd;
}

static uint64_t attributes_of(uint64_t flags) {
  uint64_t attributes = 0;
  if (flags & MS_RDONLY) attributes |= MOUNT_ATTR_RDONLY;
  if (flags & MS_NOSUID) attributes |= MOUNT_ATTR_NOSUID;
  if (flags & MS_NODEV) attributes |= MOUNT_ATTR_NODEV;
  if (flags & MS_NOEXEC) attributes |= MOUNT_ATTR_NOEXEC;
  return attributes;
}

// What the source has of these flags it keeps. What comes from the machine later is seen, what is mounted
// below the copy is not seen there.
static int take_copy(const struct Child* child, const struct MesoMount* mount) {
  const int source = open_source(child, mount);
  if (source < 0) return source;
  const int deep = (mount->flags & MS_REC) != 0;
  const int copy = sys_copy_mount(source, deep);
  sys_close(source);
  if (copy < 0) return copy;
  const struct mount_attr attributes = {.attr_set = attributes_of(mount->flags)};
  const int error = attributes.attr_set == 0 ? 0 : sys_mount_attributes(copy, &attributes, deep);
  if (error == 0) return copy;
  sys_close(copy);
  return error;
}

// ---- where it is to be
// ----------------------------------------------------------------------------------------------------

static int open_inside(int root, const char* path) {
  return sys_open_beneath(root, path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

static int make_here(int folder, const char* name, uint32_t make) {
  const int made =
      make == MESO_MAKE_FILE ? sys_create_at(folder, name, 0644) : sys_mkdir_at(folder, name, 0755);
  if (made < 0) return made;
  if (make == MESO_MAKE_FILE) sys_close(made);
  return 0;
}

// Where a task may have been before us: no link of it leads elsewhere.
struct Way {
  int top;           // a descriptor
  uint64_t resolve;  // how a path is followed from there
  int is_users;      // what is made on the way is the user's
};

// One part after the other of a path that has neither "." nor ".." in it; each that is missing is made.
static int make_on(const struct Child* child, const struct Way* way, char* path, uint32_t make) {
  const struct Launch* launch = child->launch;
  const int gives = way->is_users && (launch->flags & MESO_SWITCH_USER) != 0;
  int folder = sys_duplicate(way->top);
  for (char* part = path; folder >= 0;) {
    while (*part == '/') ++part;
    if (*part == 0) break;
    char* end = part;
    while (*end != 0 && *end != '/') ++end;
    const char behind = *end;
    *end = 0;
    int next = sys_open_beneath(way->top, path, O_PATH, way->resolve);
    if (next == -ENOENT) {
      next = make_here(folder, part, behind == 0 ? make : MESO_MAKE_DIRECTORY);
      if (next == 0 && gives) next = sys_give_at(folder, part, launch->uid, launch->gid);
      if (next == 0) next = sys_open_beneath(way->top, path, O_PATH, way->resolve);
    }
    *end = behind;
    sys_close(folder);
    folder = next;
    part = end;
  }
  return folder;
}

// The part of a path behind the directory, or null.
static char* behind_directory(char* path, const char* directory) {
  if (*directory == 0) return 0;
  while (*directory != 0 && *path == *directory) ++path, ++directory;
  if (*directory != 0 || *path != '/') return 0;
  while (*path == '/') ++path;
  return path;
}

// In the sandbox no link is followed, and what is made is the user's. In a root of its own links stay within
// it; on the machine there is nothing to be made.
static int make_inside(const struct Child* child, int root, char* path, uint32_t make) {
  const char* sandbox = child->launch->texts[MESO_DIRECTORY];
  char* rest = behind_directory(path, sandbox);
  struct Way way = {.top = root, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  if (!rest) {
    if (child->launch->enclosure->root == 0) way.resolve |= RESOLVE_NO_SYMLINKS;
    return make_on(child, &way, path, make);
  }
  const int top = open_inside(root, sandbox);
  if (top < 0) return top;
  way = (struct Way){
      .top = top, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, .is_users = 1};
  const int made = make_on(child, &way, rest, make);
  sys_close(top);
  return made;
}

static int open_target(const struct Child* child, int root, const struct MesoMount* mount) {
  char* path = enclosure_part(child->launch, mount->target);
  const int target = open_inside(root, path);
  if (target != -ENOENT || mount->make == MESO_MAKE_NOTHING) return target;
  return make_inside(child, root, path, mount->make);
}

// ---- together
// -------------------------------------------------------------------------------------------------------------

static int mount_at(const struct Child* child, const struct MesoMount* mount, int target) {
  if (is_bind(mount)) return sys_attach_mount(mount->tree, target);
  const int error = sys_fchdir(target);
  if (error < 0) return error;
  return sys_mount(text_of(child, mount->source), ".", text_of(child, mount->type), mount->flags,
                   text_of(child, mount->options));
}

static int mount_one(struct Child* child, int root, const struct MesoMount* mount, uint32_t number) {
  const int target = open_target(child, root, mount);
  if (target < 0) return failed_at(child, MESO_STAGE_MOUNT_TARGET, number, target);
  const int error = mount_at(child, mount, target);
  sys_close(target);
  return error == 0 || failed_at(child, MESO_STAGE_MOUNT, number, error);
}

// The directory that is to be the root, as a mount of its own; or the present one.
static int open_root(const char* path) {
  const int fd = sys_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0 || (path[0] == '/' && path[1] == 0)) return fd;
  int copy = sys_copy_mount(fd, 1);
  const int error = copy < 0 ? copy : sys_attach_mount(copy, fd);
  sys_close(fd);
  if (error == 0) return copy;
  sys_close(copy);
  return error;
}

// The old root comes to lie on the new one, and is taken away.
static int change_root(int root) {
  int error = sys_fchdir(root);
  if (error == 0) error = sys_pivot_root(".", ".");
  if (error == 0) error = sys_unmount(".", 2 /* MNT_DETACH */);
  if (error == 0) error = sys_chdir("/");
  return error;
}

int build_mounts(struct Child* child) {
  const struct MesoEnclosure* enclosure = child->launch->enclosure;
  struct MesoMount* mounts = enclosure_part(child->launch, enclosure->mounts.offset);
  const uint32_t count = enclosure->mounts.count;
  int error = sys_mount("", "/", "", MS_REC | RECEIVE_ONLY, "");
  if (error < 0) return failed(child, MESO_STAGE_PROPAGATION, error);
  for (uint32_t i = 0; i < count; ++i) {
    mounts[i].tree = is_bind(&mounts[i]) ? take_copy(child, &mounts[i]) : 0;
    if (mounts[i].tree < 0) return failed_at(child, MESO_STAGE_MOUNT_SOURCE, i, mounts[i].tree);
  }
  const int root = open_root(enclosure->root == 0 ? "/" : text_of(child, enclosure->root));
  if (root < 0) return failed(child, MESO_STAGE_ROOT, root);
  for (uint32_t i = 0; i < count; ++i) {
    if (!mount_one(child, root, &mounts[i], i)) return 0;
  }
  error = enclosure->root == 0 ? sys_chdir("/") : change_root(root);
  return error == 0 || failed(child, MESO_STAGE_ROOT, error);
}
