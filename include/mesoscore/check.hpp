// Checks of a task that runs: HealthCheck and CheckInfo of Mesos v1. The agent probes, on the task's machine
// and in the task's own namespaces where it has any.
//
//     task.health_checks.push_back({.probe = HttpProbe{.port = 8080, .path = "/healthy"},
//                                   .grace_period = std::chrono::minutes(1)});
//     task.checks.push_back({.probe = TcpProbe{.port = 8080}, .name = "ready"});   // reports, never kills
//
// A command runs inside of the task's container, as its user and with its environment; `user` and `uris` must
// be empty. TCP and HTTP start no process. A task may have several of both kinds (Mesos has one of each);
// `name` tells them apart, and is in the messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mesoscore/command.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

// GET scheme://127.0.0.1:port/path; healthy: 200 to 399. Redirects to the same host and port are followed,
// another one is itself the result. Certificates are not verified.
struct HttpProbe {
  std::uint32_t port = 0;
  std::string path{};           // begins with "/" if it is not empty
  std::string scheme = "http";  // or "https"
  bool ipv6 = false;            // [::1] instead of 127.0.0.1
  friend bool operator==(const HttpProbe&, const HttpProbe&) = default;
};
// Healthy: the connection is accepted.
struct TcpProbe {
  std::uint32_t port = 0;
  bool ipv6 = false;
  friend bool operator==(const TcpProbe&, const TcpProbe&) = default;
};
// A command is healthy when it exits with 0.
using Probe = std::variant<CommandInfo, HttpProbe, TcpProbe>;

enum class CheckType : std::uint8_t { unknown = 0, command = 1, http = 2, tcp = 3 };  // as in Mesos v1
CheckType type_of(const Probe& probe) noexcept;
std::string_view to_string(CheckType type) noexcept;  // "HTTP"

// Kills the task when it is unhealthy: it ends KILLED with `healthy` false. A failure is a probe that fails,
// takes longer than `timeout` or cannot be made. The scheduler hears (TASK_RUNNING with `healthy`,
// REASON_TASK_HEALTH_CHECK_STATUS_UPDATED, and a message that names the check) of each failure that counts,
// of the first success, and of the first success after a failure. `healthy` is true when all of the task's
// health checks that have a result are. Nothing is probed any more once the task is being killed.
struct HealthCheck {
  Probe probe{};
  Duration delay = std::chrono::seconds(15);     // from TASK_RUNNING to the first probe
  Duration interval = std::chrono::seconds(10);  // from the end of a probe to the next
  Duration timeout = std::chrono::seconds(20);   // of one probe; zero: none
  // Failures do not count for so long after TASK_RUNNING (`delay` included), and only until the first
  // success.
  Duration grace_period = std::chrono::seconds(10);
  std::uint32_t consecutive_failures = 3;  // so many in a row: the task is killed by its kill policy
  std::string name{};
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

// Reports, and has no other effect. The scheduler hears (TASK_RUNNING with `check_status`,
// REASON_TASK_CHECK_STATUS_UPDATED) when the result is another than before.
struct CheckInfo {
  Probe probe{};
  Duration delay = std::chrono::seconds(15);
  Duration interval = std::chrono::seconds(10);
  Duration timeout = std::chrono::seconds(20);
  std::string name{};
  friend bool operator==(const CheckInfo&, const CheckInfo&) = default;
};

// The last result of a CheckInfo (CheckStatusInfo). All three are absent as long as there is none, after a
// timeout, and when the probe could not be made.
struct CheckStatus {
  CheckType type = CheckType::unknown;
  std::optional<int> exit_code{};              // command
  std::optional<std::uint32_t> status_code{};  // http
  std::optional<bool> succeeded{};             // tcp
  std::string name{};                          // of the check
  friend bool operator==(const CheckStatus&, const CheckStatus&) = default;
};

}  // namespace mesoscore
