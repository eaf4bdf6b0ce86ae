#include "mesoscore/result.hpp"

namespace mesoscore {
namespace {

const char* text_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid argument";
    case Errc::not_found:
      return "not found";
    case Errc::already_exists:
      return "already exists";
    case Errc::not_connected:
      return "not connected";
    case Errc::connection_refused:
      return "connection refused";
    case Errc::connection_closed:
      return "connection closed";
    case Errc::version_mismatch:
      return "protocol version mismatch";
    case Errc::protocol_error:
      return "protocol error";
    case Errc::limit_exceeded:
      return "limit exceeded";
    case Errc::unsupported_transport:
      return "unsupported transport";
    case Errc::permission_denied:
      return "permission denied";
    case Errc::launch_failed:
      return "launch failed";
    case Errc::stopped:
      return "stopped";
    case Errc::io_error:
      return "input/output error";
    case Errc::operation_failed:
      return "operation failed";
    case Errc::data_corrupt:
      return "data corrupt";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "mesoscore"; }
  std::string message(int code) const override { return text_of(static_cast<Errc>(code)); }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;  // stateless; its address is the identity of the category
  return category;
}

std::error_code make_error_code(Errc code) noexcept { return {static_cast<int>(code), error_category()}; }

}  // namespace mesoscore
