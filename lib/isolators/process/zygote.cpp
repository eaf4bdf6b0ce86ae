#include "isolators/process/zygote.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "isolators/process/failure_text.hpp"
#include "isolators/process/supervisor/protocol.h"

extern "C" {
extern const unsigned char mesoscore_supervisor_begin[];
extern const unsigned char mesoscore_supervisor_end[];
}

namespace mesoscore::supervision {

namespace {

constexpr int kReapTimeoutMs = 2000;
constexpr int kOutOfTheWay = 10;  // of the descriptors 0 to 4, which posix_spawn makes one after the other
#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x10;
#endif

bool write_all(int fd, const void* data, std::size_t bytes) {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::write(fd, from, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    from += written;
    bytes -= static_cast<std::size_t>(written);
  }
  return true;
}

// The executable as a file without a name.
UniqueFd executable_in_memory() {
  UniqueFd fd(::memfd_create("mesoscore-supervisor", MFD_CLOEXEC | MFD_EXEC));
  if (!fd) fd.reset(::memfd_create("mesoscore-supervisor", MFD_CLOEXEC));  // before Linux 6.3
  if (!fd) return fd;
  const auto bytes = static_cast<std::size_t>(mesoscore_supervisor_end - mesoscore_supervisor_begin);
  if (!write_all(fd.get(), mesoscore_supervisor_begin, bytes)) return UniqueFd();
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kOutOfTheWay));
}

// Attributes and file actions of posix_spawn(3): nothing of this program's signals and descriptors is passed
// on.
class SpawnPlan {
 public:
  SpawnPlan(int channel, int control) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_adddup2(&actions_, channel, MESO_CHANNEL_FD);
    ::posix_spawn_file_actions_adddup2(&actions_, control, MESO_CONTROL_FD);
    for (int fd : {0, 1, 2}) ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDWR, 0);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int run(const std::string& path, std::string boot_id, pid_t& pid) const {
    std::string name = "mesoscore-supervisor";
    char* const argv[] = {name.data(), boot_id.data(), nullptr};
    char* const environment[] = {nullptr};
    return ::posix_spawn(&pid, path.c_str(), &actions_, &attributes_, argv, environment);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

Status spawn(const ZygoteOptions& options, const SpawnPlan& plan, const std::string& boot_id, pid_t& pid) {
  int memory_error = 0;
  if (options.from_memory) {
    const UniqueFd executable = executable_in_memory();
    memory_error =
        executable ? plan.run("/proc/self/fd/" + std::to_string(executable.get()), boot_id, pid) : errno;
    if (memory_error == 0) return {};
  }
  if (options.supervisor_path.empty()) {
    return fail(Errc::launch_failed, "the supervisor of tasks cannot be run from memory (" +
                                         error_text(memory_error) +
                                         "): name an installed one in ProcessOptions::supervisor_path");
  }
  const int error = plan.run(options.supervisor_path, boot_id, pid);
  if (error == 0) return {};
  return fail(Errc::launch_failed,
              "cannot run the supervisor of tasks \"" + options.supervisor_path + "\": " + error_text(error));
}

// One end for us, not blocking; the other, which is returned, for the zygote.
Result<UniqueFd> socket_pair(int type, UniqueFd& ours) {
  int sockets[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, sockets) != 0) {
    return fail(Errc::launch_failed,
                "cannot start the supervisor of tasks: socketpair: " + error_text(errno));
  }
  ours.reset(sockets[0]);
  ::fcntl(sockets[0], F_SETFL, O_NONBLOCK);
  UniqueFd theirs(sockets[1]);
  theirs.reset(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, kOutOfTheWay));
  return theirs;
}

}  // namespace

Result<Zygote> start_zygote(const ZygoteOptions& options, const std::string& boot_id) {
  Zygote zygote;
  Result<UniqueFd> channel = socket_pair(SOCK_SEQPACKET, zygote.channel);
  if (!channel) return fail(channel.error());
  Result<UniqueFd> control = socket_pair(SOCK_STREAM, zygote.control);
  if (!control) return fail(control.error());
  const SpawnPlan plan(channel->get(), control->get());
  if (Status spawned = spawn(options, plan, boot_id, zygote.pid); !spawned) return fail(spawned.error());
  zygote.process.reset(static_cast<int>(::syscall(SYS_pidfd_open, zygote.pid, 0)));
  if (!zygote.process) {
    const int error = errno;
    zygote.control.reset();  // makes it end
    reap_zygote(zygote.pid, -1);
    return fail(Errc::launch_failed, "cannot watch the supervisor of tasks: " + error_text(error));
  }
  return zygote;
}

int reap_zygote(pid_t pid, int process) {
  pollfd ended{process, POLLIN, 0};
  if (process >= 0 && ::poll(&ended, 1, kReapTimeoutMs) == 0) ::kill(pid, SIGKILL);
  int status = 0;
  // The host may have reaped it before, with a wait for any child.
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 0;
  }
  return status;
}

int send_launch(int channel, std::vector<char>& message, const LaunchDescriptors& with) {
  int fds[3];
  std::size_t count = 0;
  for (const UniqueFd* one : {&with.held, &with.parent}) {
    if (*one) fds[count++] = one->get();
  }

  UniqueFd memory;
  std::size_t bytes = message.size();
  if (bytes > MESO_INLINE_BYTES) {
    MesoLaunch header;
    std::memcpy(&header, message.data(), sizeof header);
    header.flags |= MESO_IN_MEMFD;
    std::memcpy(message.data(), &header, sizeof header);
    memory.reset(::memfd_create("mesoscore-launch", MFD_CLOEXEC));
    if (!memory || !write_all(memory.get(), message.data(), bytes)) return errno;
    fds[count++] = memory.get();
    bytes = sizeof header;
  }

  iovec vector{message.data(), bytes};
  msghdr packet{};
  packet.msg_iov = &vector;
  packet.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {};
  if (count > 0) {
    packet.msg_control = control;
    packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&packet);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(header), fds, count * sizeof(int));
  }
  while (::sendmsg(channel, &packet, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace mesoscore::supervision
