#include "runtime/config_checks.hpp"

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::runtime {

Status check_target(const TransportSet& transports, std::string_view endpoint, std::string_view what) {
  if (endpoint.empty()) {
    return fail(Errc::invalid_argument,
                cat("the endpoint of the ", what, " is empty: give one, e.g. tcp://host:5050"));
  }
  const auto parsed = Endpoint::parse(endpoint);
  if (!parsed) return fail_in(what, parsed.error());
  const auto transport = transports.find(parsed->scheme);
  if (!transport) return fail_in(what, transport.error());
  if (parsed->scheme == "tcp" && parsed->port == 0) {
    return fail(Errc::invalid_argument,
                cat(what, ": ", endpoint, " has port 0: to connect, name the real port"));
  }
  return {};
}

Status check_positive(Duration value, std::string_view name) {
  if (value > Duration::zero()) return {};
  return fail(Errc::invalid_argument, cat(name, " is ", in_seconds(value), ": give more than zero"));
}

Status check_not_negative(Duration value, std::string_view name) {
  if (value >= Duration::zero()) return {};
  return fail(Errc::invalid_argument, cat(name, " is ", in_seconds(value), ": give zero or more"));
}

Status check_backoff(Duration first, Duration max, std::string_view name) {
  MESOSCORE_TRY(check_positive(first, name));
  if (max >= first) return {};
  return fail(Errc::invalid_argument,
              cat(name, "_max is ", in_seconds(max), ", less than ", name, " with ", in_seconds(first)));
}

Status check_connection(const ConnectionOptions& options) {
  MESOSCORE_TRY(check_positive(options.handshake_timeout, "handshake_timeout"));
  MESOSCORE_TRY(check_not_negative(options.dead_peer_timeout, "dead_peer_timeout"));
  const ConnectionLimits& limits = options.limits;
  const auto zero = [](std::string_view name) {
    return fail(Errc::invalid_argument, cat("the limit ", name, " is 0: give more than zero"));
  };
  if (limits.max_frame_bytes == 0) return zero("max_frame_bytes");
  if (limits.max_queued_bytes == 0) return zero("max_queued_bytes");
  if (limits.max_queued_messages == 0) return zero("max_queued_messages");
  if (limits.max_connections == 0) return zero("max_connections");
  if (limits.read_chunk_bytes == 0) return zero("read_chunk_bytes");
  return {};
}

Error already_started(std::string_view what) {
  return Error(Errc::already_exists,
               cat("the ", what, " has been started already, or has ended: make a new one"));
}

}  // namespace mesoscore::runtime
