#include "agent/check_text.hpp"

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::agent_detail {
namespace {

std::string_view host(bool ipv6) { return ipv6 ? "[::1]" : "127.0.0.1"; }

std::string target(const CommandInfo& command) {
  constexpr std::size_t kLongest = 80;
  return cat("command ",
             in_quotes(command.value.size() <= kLongest ? command.value
                                                        : command.value.substr(0, kLongest) + "..."));
}
std::string target(const HttpProbe& http) {
  return cat("GET ", http.scheme, "://", host(http.ipv6), ":", http.port, http.path);
}
std::string target(const TcpProbe& tcp) { return cat("TCP ", host(tcp.ipv6), ":", tcp.port); }

}  // namespace

std::string name_of(const Checker& checker) {
  const std::string at = std::visit([](const auto& probe) { return target(probe); }, checker.probe);
  const std::string_view kind = checker.health ? "health check" : "check";
  if (checker.name.empty()) return cat(kind, " (", at, ")");
  return cat(kind, " ", in_quotes(checker.name), " (", at, ")");
}

std::string finding(const ProbeResult* result, const std::string& message) {
  if (!message.empty()) return message;
  if (result == nullptr) return "the probe could not be made";
  const CheckStatus& found = result->status;
  if (found.status_code) return cat("status ", *found.status_code);
  if (found.exit_code) return cat("exited with status ", *found.exit_code);
  return result->success ? "connected" : "connection refused";
}

}  // namespace mesoscore::agent_detail
