// What the launcher (C++) and the supervisor executable (C) say to each other. Both are built from this header
// together, so there is no version in it.
//
//   channel  SOCK_SEQPACKET, descriptor MESO_CHANNEL_FD of all supervisors: launches in, reports out. Whichever
//            supervisor is idle takes the next launch; it is free for another one when the container has ended.
//   control  SOCK_STREAM, descriptor MESO_CONTROL_FD of the zygote: each byte asks for one more supervisor.
//
// The launcher counts, and asks for a supervisor when it launches more than it has. When it closes the channel, idle
// supervisors end at once and the others when their containers have ended; the zygote ends with the control socket.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  MESO_CHANNEL_FD = 3,
  MESO_CONTROL_FD = 4,
  MESO_INLINE_BYTES = 16384,     // a longer launch message travels in a memfd
  MESO_KILL_SIGNAL = 40,         // a real-time signal; its value is MESO_KILL_VALUE
  MESO_DEFAULT_GRACE_MS = 3000,  // for a kill signal that says nothing, and for a plain SIGTERM to the supervisor
};

// The grace, and for whom the signal is: the supervisor may have another container by now.
#define MESO_KILL_VALUE(serial, grace_ms) (((serial) & 0xffffffffu) << 32 | (uint64_t)(uint32_t)(grace_ms))

// ---- launcher to supervisor ----------------------------------------------------------------------------------------

enum {
  MESO_HELD = 1,         // descriptor passed along: a socket; one byte = run, its end without a byte = give up
  MESO_SWITCH_USER = 2,  // uid, gid and groups are to be taken on
  MESO_IN_MEMFD = 4,     // descriptor passed along (the last): a memfd with the whole message
  MESO_RETIRE = 8,       // no launch: the supervisor that gets this ends
  MESO_NO_NEW_PRIVILEGES = 16,
  MESO_PARENT = 32,      // descriptor passed along (behind that of MESO_HELD): a pidfd of a container that is entered
};

// Followed by the table of texts, the group ids (uint32_t), perhaps a MesoEnclosure with its arrays, and the texts
// themselves, each ended by a NUL.
// The table holds offsets from the start of the message as uint64_t, which the receiver turns into pointers in place:
// MESO_TEXTS fixed ones, then candidates, arguments and environment, each of these ended by a zero.
struct MesoLaunch {
  uint32_t size;   // of the whole message
  uint32_t flags;  // MESO_HELD, ...
  uint64_t serial; // names the launch in all reports about it
  uint64_t enclosing;  // for the record: names what the launcher has to know if another process is to run in there
  uint32_t uid, gid;
  uint32_t groups_offset, group_count;
  uint32_t candidate_count, argument_count, environment_count;
  uint32_t enclosure_offset;  // of the MesoEnclosure; 0: the process is not enclosed
};

// An array of the MesoEnclosure, at this distance from its start. Texts follow each other, each with its NUL.
struct MesoList {
  uint32_t offset, count;
};

enum { MESO_MAKE_NOTHING, MESO_MAKE_DIRECTORY, MESO_MAKE_FILE };

struct MesoMount {
  uint64_t flags;  // of mount(2)
  uint32_t source, source_root, target, type, options;  // texts
  uint32_t make;   // MESO_MAKE_NOTHING, ...
  int32_t tree;    // for the supervisor's use: a descriptor of what is mounted
  uint32_t reserved;
};

struct MesoLimit {
  uint64_t resource, soft, hard;
};

enum {
  MESO_CAPABILITIES = 1,  // `bounding` and `effective` count
  MESO_OOM_SCORE = 2,     // `oom_score_adj` counts
};

// What encloses the process; see mesoscore/launch_plan.hpp. A text is named by its distance from the start of this
// struct; 0: there is none.
struct MesoEnclosure {
  uint64_t namespaces;           // CLONE_NEWPID, ...; with MESO_PARENT those that are entered
  uint64_t bounding, effective;  // bit n is capability n
  uint64_t rotation_bytes;       // 0: no rotation
  uint32_t rotation_files;
  uint32_t flags;                // MESO_CAPABILITIES, ...
  int32_t oom_score_adj;
  uint32_t hostname;
  uint32_t root;
  uint32_t cgroup;               // a directory of version 2
  struct MesoList cgroups_v1;    // texts: their files `tasks`
  struct MesoList mounts;        // MesoMount
  struct MesoList limits;        // MesoLimit
  struct MesoList filter;        // uint64_t: the instructions of a seccomp filter
};

enum {
  MESO_SPARE_RECORD, // path of a file that may be there from an earlier container; written anew, it becomes ...
  MESO_RUN_RECORD,   // ... the record of a running container, which must not exist yet, and at its end ...
  MESO_EXIT_RECORD,  // ... this one, with the exit status
  MESO_DIRECTORY,    // working directory
  MESO_STDOUT,
  MESO_STDERR,
  MESO_OUTPUT_DIRECTORY, // the two before lie below it, and no symbolic link on the way is followed; "": follow them
  MESO_TEXTS,
};

// ---- zygote and supervisors to launcher ----------------------------------------------------------------------------

enum {
  MESO_REPORT_HELD = 1,     // main_pid: of the process that waits for its release
  MESO_REPORT_STARTED = 2,  // main_pid
  MESO_REPORT_FAILED = 3,   // stage, error, candidate; nothing is left of the container
  MESO_REPORT_EXITED = 4,   // status, killed; nothing is left of the container
  MESO_REPORT_LOST = 5,     // by the zygote: pid and status of a supervisor that was killed; nothing is left of its
                            // container, if it had one
  MESO_REPORT_NO_FORK = 6,  // by the zygote: error; one supervisor that was asked for does not exist
};

// Where a launch failed.
enum {
  MESO_STAGE_NONE,
  MESO_STAGE_MESSAGE,      // the message could not be read
  MESO_STAGE_SUPERVISOR,   // fork of the supervisor; said by the launcher itself
  MESO_STAGE_RECORD,       // creation of the record
  MESO_STAGE_PROCESS,      // creation of the process
  MESO_STAGE_HOLD,         // not released
  MESO_STAGE_USER,         // setgroups, setresgid, setresuid
  MESO_STAGE_DIRECTORY,    // chdir
  MESO_STAGE_STDOUT,
  MESO_STAGE_STDERR,
  MESO_STAGE_EXEC,         // candidate: the one that `error` is about
  MESO_STAGE_INTERPRETER,  // the same, and the file is there: what is missing is its interpreter
  MESO_STAGE_CGROUP,       // candidate: 0 is `cgroup`, others are those of `cgroups_v1`, counted from 1
  MESO_STAGE_NO_NEW_PRIVILEGES,
  MESO_STAGE_OOM_SCORE,
  MESO_STAGE_LOOPBACK,
  MESO_STAGE_HOSTNAME,
  MESO_STAGE_PROPAGATION,   // what is mounted there is to be seen by nobody else
  MESO_STAGE_MOUNT_SOURCE,  // candidate: the number of the mount, counted from 0; of the next two as well
  MESO_STAGE_MOUNT_TARGET,
  MESO_STAGE_MOUNT,
  MESO_STAGE_ROOT,
  MESO_STAGE_LIMIT,         // candidate: its number, counted from 0
  MESO_STAGE_CAPABILITIES,
  MESO_STAGE_FILTER,
  MESO_STAGE_PARENT,        // the container that was to be entered
};

struct MesoReport {
  uint32_t kind;
  int32_t pid;          // of the supervisor
  uint64_t serial;
  uint64_t start_time;  // of the supervisor, as field 22 of /proc/<pid>/stat
  uint64_t used_user_us, used_system_us;  // STARTED: by the earlier containers of the supervisor
  int32_t main_pid;
  int32_t status;       // as from waitpid(2)
  uint32_t stage;
  int32_t error;        // an errno
  uint32_t candidate;
  uint32_t killed;      // a kill was asked for before the end
};

#ifdef __cplusplus
}
#endif
