#include "agent/exit_text.hpp"

#include <sys/wait.h>

#include <csignal>
#include <string_view>

namespace mesoscore::agent_detail {
namespace {

std::string_view signal_name(int signal) noexcept {
  switch (signal) {
    case SIGHUP:
      return "SIGHUP";
    case SIGINT:
      return "SIGINT";
    case SIGQUIT:
      return "SIGQUIT";
    case SIGILL:
      return "SIGILL";
    case SIGTRAP:
      return "SIGTRAP";
    case SIGABRT:
      return "SIGABRT";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGKILL:
      return "SIGKILL";
    case SIGUSR1:
      return "SIGUSR1";
    case SIGSEGV:
      return "SIGSEGV";
    case SIGUSR2:
      return "SIGUSR2";
    case SIGPIPE:
      return "SIGPIPE";
    case SIGALRM:
      return "SIGALRM";
    case SIGTERM:
      return "SIGTERM";
    case SIGXCPU:
      return "SIGXCPU";
    case SIGXFSZ:
      return "SIGXFSZ";
    case SIGSYS:
      return "SIGSYS";
    default:
      return {};
  }
}

}  // namespace

std::string exit_text(int wait_status) {
  if (WIFEXITED(wait_status)) return "exited with status " + std::to_string(WEXITSTATUS(wait_status));
  if (!WIFSIGNALED(wait_status)) return "ended with wait status " + std::to_string(wait_status);
  std::string text = "killed by signal " + std::to_string(WTERMSIG(wait_status));
  if (const std::string_view name = signal_name(WTERMSIG(wait_status)); !name.empty()) {
    text.append(" (").append(name).append(")");
  }
  return text;
}

}  // namespace mesoscore::agent_detail
