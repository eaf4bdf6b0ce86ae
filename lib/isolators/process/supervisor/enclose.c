#include "enclose.h"

#include "mounts.h"
#include "sys_enclose.h"
#include "text.h"

// ---- outside
// --------------------------------------------------------------------------------------------------------------

static int set_oom_score(struct Child* child) {
  const struct MesoEnclosure* enclosure = child->launch->enclosure;
  if (!(enclosure->flags & MESO_OOM_SCORE)) return 1;
  struct Text text = {.length = 0};
  text_add_number(&text, enclosure->oom_score_adj);
  long done = sys_open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC, 0);
  if (done >= 0) {
    const int fd = (int)done;
    done = sys_write(fd, text.bytes, text.length);
    sys_close(fd);
  }
  return done >= 0 || failed(child, MESO_STAGE_OOM_SCORE, (int)done);
}

// The outputs are files of the user, whose other rights are needed for a while yet.
static int open_outputs_as_user(struct Child* child) {
  const struct Launch* launch = child->launch;
  if (!(launch->flags & MESO_SWITCH_USER)) return open_outputs(child);
  const int error = sys_setgroups(launch->group_count, launch->groups);
  if (error < 0) return failed(child, MESO_STAGE_USER, error);
  sys_setfsgid(launch->gid);
  sys_setfsuid(launch->uid);
  const int opened = open_outputs(child);
  sys_setfsuid(0);
  sys_setfsgid(0);
  return opened;
}

int enclose_outside(struct Child* child) { return set_oom_score(child) && open_outputs_as_user(child); }

// ---- the new namespaces
// ---------------------------------------------------------------------------------------------------

static int bring_up_loopback(void) {
  const int fd = sys_socket(2 /* AF_INET */, 2 /* SOCK_DGRAM */);
  if (fd < 0) return fd;
  struct InterfaceFlags request = {.name = "lo"};
  int error = sys_ioctl(fd, SIOCGIFFLAGS, &request);
  request.flags = (short)(request.flags | 1 /* IFF_UP */);
  if (error == 0) error = sys_ioctl(fd, SIOCSIFFLAGS, &request);
  sys_close(fd);
  return error;
}

int enclose_build(struct Child* child) {
  const struct MesoEnclosure* enclosure = child->launch->enclosure;
  int error = enclosure->namespaces & CLONE_NEWNET ? bring_up_loopback() : 0;
  if (error < 0) return failed(child, MESO_STAGE_LOOPBACK, error);
  if (enclosure->hostname != 0) {
    const char* name = enclosure_part(child->launch, enclosure->hostname);
    error = sys_sethostname(name, text_length(name));
    if (error < 0) return failed(child, MESO_STAGE_HOSTNAME, error);
  }
  return !(enclosure->namespaces & CLONE_NEWNS) || build_mounts(child);
}

// ---- what it may do
// -------------------------------------------------------------------------------------------------------

static int set_limits(struct Child* child) {
  const struct MesoList* list = &child->launch->enclosure->limits;
  const struct MesoLimit* limits = enclosure_part(child->launch, list->offset);
  for (uint32_t i = 0; i < list->count; ++i) {
    const uint64_t values[2] = {limits[i].soft, limits[i].hard};
    const int error = sys_set_limit((int)limits[i].resource, values);
    if (error < 0) return failed_at(child, MESO_STAGE_LIMIT, i, error);
  }
  return 1;
}

// What it can never have.
static int drop_capabilities(struct Child* child) {
  const struct MesoEnclosure* enclosure = child->launch->enclosure;
  if (!(enclosure->flags & MESO_CAPABILITIES)) return 1;
  for (unsigned i = 0; i < 64; ++i) {
    if (enclosure->bounding >> i & 1) continue;
    const int has = sys_prctl(PR_CAPBSET_READ, i);
    if (has < 0) break;  // the kernel knows no more
    const int error = has ? sys_prctl(PR_CAPBSET_DROP, i) : 0;
    if (error < 0) return failed_at(child, MESO_STAGE_CAPABILITIES, i, error);
  }
  // Otherwise every program that root starts gets all that is not dropped.
  const int is_root = child->launch->flags & MESO_SWITCH_USER ? child->launch->uid == 0 : sys_getuid() == 0;
  if (is_root && enclosure->effective != enclosure->bounding) {
    const int error = sys_prctl(PR_SET_SECUREBITS, SECBIT_NOROOT);
    if (error < 0) return failed(child, MESO_STAGE_CAPABILITIES, error);
  }
  if (enclosure->effective != 0) sys_prctl(PR_SET_KEEPCAPS, 1);
  return 1;
}

// What it has at the start, also as another user than root.
static int take_capabilities(struct Child* child) {
  const struct MesoEnclosure* enclosure = child->launch->enclosure;
  if (!(enclosure->flags & MESO_CAPABILITIES)) return 1;
  int error = sys_set_capabilities(enclosure->effective);
  if (error < 0) return failed(child, MESO_STAGE_CAPABILITIES, error);
  sys_prctl2(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0);
  for (unsigned i = 0; i < 64; ++i) {
    if (!(enclosure->effective >> i & 1)) continue;
    error = sys_prctl2(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i);
    if (error < 0) return failed_at(child, MESO_STAGE_CAPABILITIES, i, error);
  }
  return 1;
}

static int take_filter(struct Child* child) {
  const struct MesoList* filter = &child->launch->enclosure->filter;
  if (filter->count == 0) return 1;
  const int error =
      sys_set_filter((struct sock_filter*)enclosure_part(child->launch, filter->offset), filter->count);
  return error == 0 || failed(child, MESO_STAGE_FILTER, error);
}

int enclose_and_run(struct Child* child) {
  const struct Launch* launch = child->launch;
  if (!set_limits(child) || !drop_capabilities(child) || !take_user(child)) return 0;
  sys_prctl(PR_SET_PDEATHSIG, SIGKILL);  // see die_with_supervisor()
  if (!take_directory(child) || !take_capabilities(child)) return 0;
  if (launch->flags & MESO_NO_NEW_PRIVILEGES) {
    const int error = sys_prctl(PR_SET_NO_NEW_PRIVS, 1);
    if (error < 0) return failed(child, MESO_STAGE_NO_NEW_PRIVILEGES, error);
  }
  sys_close_from(3);
  sys_set_mask(0);
  return take_filter(child) && run(child);  // the filter comes last: it may forbid all of the above
}

int enclosed_main(void* argument) {
  struct Child* child = argument;
  const struct Launch* launch = child->launch;
  if (!enter_cgroups_v1(child)) return 127;
  sys_setpgid(0, 0);
  if (!die_with_supervisor(child)) return 127;
  if (launch->flags & MESO_HELD && !(report_held(child, sys_getpid()) && wait_for_release(child))) return 127;
  if (enclose_outside(child) && enclose_build(child)) enclose_and_run(child);
  return 127;
}
