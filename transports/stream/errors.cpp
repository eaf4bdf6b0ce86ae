#include "stream/errors.hpp"

#include <cerrno>
#include <string>

#include <asio/error.hpp>

namespace mesoscore::stream {
namespace {

Errc code_of(const std::error_code& error) {
  if (error == asio::error::eof) return Errc::connection_closed;
  const std::error_category& category = error.category();
  const bool errno_value = category == std::system_category() || category == std::generic_category() ||
                           category == asio::error::get_system_category();  // asio has one of its own
  if (!errno_value) return Errc::io_error;
  switch (error.value()) {
    case ECONNREFUSED:
    case ENOENT:
      return Errc::connection_refused;
    case ECONNRESET:
    case EPIPE:
    case ETIMEDOUT:  // TCP_USER_TIMEOUT or keep-alive: the peer is gone
    case ENOTCONN:
      return Errc::connection_closed;
    case EACCES:
    case EPERM:
      return Errc::permission_denied;
    case EADDRINUSE:
      return Errc::already_exists;
    default:
      return Errc::io_error;
  }
}

}  // namespace

Error system_error(std::string_view where, std::error_code error) {
  return Error(code_of(error), std::string(where).append(": ").append(error.message()));
}

}  // namespace mesoscore::stream
