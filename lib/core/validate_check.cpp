#include "core/validate_check.hpp"

#include "core/messages.hpp"
#include "core/paths.hpp"
#include "core/text_cat.hpp"
#include "core/validate_command.hpp"

namespace mesoscore {
namespace {

Status check_time(Duration duration, std::string_view what) {
  if (duration >= Duration::zero()) return {};
  return fail(Errc::invalid_argument, cat(what, " is ", in_seconds(duration), ": give zero or more"));
}

Status check_port(std::uint32_t port) {
  if (port >= 1 && port <= 65535) return {};
  return fail(Errc::invalid_argument, cat("port is ", port, ": give one from 1 to 65535"));
}

// A request line is made of it.
Status check_http_path(const std::string& path) {
  if (path.empty()) return {};
  if (path.front() != '/') {
    return fail(Errc::invalid_argument, cat("path ", in_quotes(path), " does not begin with '/': add it"));
  }
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7f) continue;
    return fail(Errc::invalid_argument,
                cat("path ", in_quotes(path), " contains a space or a control character: write it as %20"));
  }
  return {};
}

Status check_probe(const CommandInfo& command) {
  MESOSCORE_TRY(validate_command(command));
  if (!command.user.empty()) {
    return fail(Errc::invalid_argument, cat("command.user is ", in_quotes(command.user),
                                            ": leave it out, checks run as the user of their task"));
  }
  if (command.uris.empty()) return {};
  return fail(Errc::invalid_argument, cat("the command has the uri ", in_quotes(command.uris.front().value),
                                          ": give it to the command of the task"));
}
Status check_probe(const HttpProbe& http) {
  MESOSCORE_TRY(check_port(http.port));
  MESOSCORE_TRY(check_http_path(http.path));
  if (http.scheme == "http" || http.scheme == "https") return {};
  return fail(Errc::invalid_argument, cat("scheme ", in_quotes(http.scheme), " is neither http nor https"));
}
Status check_probe(const TcpProbe& tcp) { return check_port(tcp.port); }

template <class Check>
Status check_common(const Check& check) {
  MESOSCORE_TRY(std::visit([](const auto& probe) { return check_probe(probe); }, check.probe));
  MESOSCORE_TRY(check_time(check.delay, "delay"));
  MESOSCORE_TRY(check_time(check.interval, "interval"));
  return check_time(check.timeout, "timeout");
}

}  // namespace

Status validate_check(const HealthCheck& check) {
  MESOSCORE_TRY(check_common(check));
  return check_time(check.grace_period, "grace_period");
}

Status validate_check(const CheckInfo& check) { return check_common(check); }

}  // namespace mesoscore
