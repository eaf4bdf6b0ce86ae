// How the library reports what went wrong: Result<T> = tl::expected<T, Error>.
//
// An Error is a code of our category plus a message that names the offending value and says what would be
// right. Nothing in the library throws as control flow.
#pragma once

#include <string>
#include <system_error>
#include <utility>

#include <tl/expected.hpp>

namespace mesoscore {

enum class Errc {
  invalid_argument = 1,   // the caller's value is not of the right form
  not_found,              // an id that nobody has
  already_exists,         // an id that somebody else has
  not_connected,          // the peer is not there (yet, or any more)
  connection_refused,     // nobody listens at the endpoint
  connection_closed,      // the peer closed, or the connection broke
  version_mismatch,       // the peer speaks another protocol version
  protocol_error,         // the peer sent what the protocol does not allow
  limit_exceeded,         // a bound of limits.hpp was reached
  unsupported_transport,  // the scheme of the endpoint was not composed into this program
  permission_denied,      // the operating system said no
  launch_failed,          // a task or executor could not be started
  stopped,                // the component was stopped
  io_error,               // any other failure of the operating system
  operation_failed,       // an agent could not carry out an operation on its resources
  data_corrupt,           // what was kept durably cannot be read
};

}  // namespace mesoscore

template <>
struct std::is_error_code_enum<mesoscore::Errc> : std::true_type {};

namespace mesoscore {

const std::error_category& error_category() noexcept;
std::error_code make_error_code(Errc code) noexcept;

struct Error {
  std::error_code code;
  std::string message;  // one line, without the code's own text

  Error(Errc errc, std::string text) : code(make_error_code(errc)), message(std::move(text)) {}
  Error(std::error_code ec, std::string text) : code(ec), message(std::move(text)) {}
  friend bool operator==(const Error& error, Errc errc) noexcept {
    return error.code == make_error_code(errc);
  }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// `return fail(Errc::invalid_argument, "...")` from a function that returns a Result.
inline tl::unexpected<Error> fail(Errc code, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)));
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace mesoscore
