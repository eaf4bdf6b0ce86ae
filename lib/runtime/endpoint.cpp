#include "mesoscore/endpoint.hpp"

#include <algorithm>
#include <charconv>

namespace mesoscore {
namespace {

constexpr std::string_view kForms =
    "expected inproc://name, tcp://host:port, tcp://[ipv6]:port or unix:///absolute/path";

tl::unexpected<Error> bad(std::string_view text, std::string_view why) {
  std::string message = "endpoint \"";
  message.append(text).append("\" ").append(why);
  return fail(Errc::invalid_argument, std::move(message));
}

bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool valid_scheme(std::string_view scheme) {
  return !scheme.empty() && std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

bool valid_host(std::string_view host) {
  return !host.empty() && host.find_first_of(" /[]@") == std::string_view::npos;
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && stop == end && !text.empty();
}

Result<Endpoint> parse_tcp(std::string_view text, std::string_view rest) {
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.ends_with(']')) {
    return bad(text, "has no port: expected tcp://host:port");
  }
  std::string_view host = rest.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool has_colon = host.find(':') != std::string_view::npos;
  if (has_colon && !bracketed) return bad(text, "needs brackets around an IPv6 address: tcp://[::1]:5050");
  if (bracketed && !has_colon) return bad(text, "has brackets around something else than an IPv6 address");
  if (!valid_host(host)) return bad(text, "has no valid host: expected tcp://host:port");
  Endpoint endpoint{"tcp", std::string(host), 0};
  if (!parse_port(rest.substr(colon + 1), endpoint.port)) {
    return bad(text, "has no valid port: expected a number from 0 to 65535");
  }
  return endpoint;
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos) return bad(text, std::string("has no scheme: ").append(kForms));
  const std::string_view scheme = text.substr(0, separator);
  const std::string_view rest = text.substr(separator + 3);
  if (!valid_scheme(scheme)) return bad(text, std::string("has no valid scheme: ").append(kForms));
  if (!printable(rest)) return bad(text, "has control characters");
  if (scheme == "tcp") return parse_tcp(text, rest);
  if (scheme == "unix" && !rest.starts_with('/')) {
    return bad(text, "has no absolute path: expected unix:///absolute/path");
  }
  if (rest.empty()) return bad(text, std::string("says nothing after the scheme: ").append(kForms));
  return Endpoint{std::string(scheme), std::string(rest), 0};
}

std::string Endpoint::str() const {
  std::string out = scheme + "://";
  if (scheme != "tcp") return out + host;
  const bool ipv6 = host.find(':') != std::string::npos;
  out += ipv6 ? "[" + host + "]" : host;
  return out + ":" + std::to_string(port);
}

}  // namespace mesoscore
