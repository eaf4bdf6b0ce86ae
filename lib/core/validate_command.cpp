#include "core/validate_command.hpp"

#include <string_view>

#include "core/messages.hpp"

namespace mesoscore {
namespace {

// The operating system ends strings at NUL: what follows it would silently be lost.
Status check_no_nul(std::string_view text, const std::string& what) {
  if (text.find('\0') == std::string_view::npos) return {};
  return fail(Errc::invalid_argument, what + " " + in_quotes(text) + " contains a NUL byte: leave it out");
}

Status check_variable(const EnvironmentVariable& variable) {
  if (variable.name.empty()) {
    return fail(Errc::invalid_argument, "an environment variable with the value " +
                                            in_quotes(variable.value) + " has no name: name it");
  }
  if (variable.name.find('=') != std::string::npos) {
    return fail(Errc::invalid_argument,
                "environment variable " + in_quotes(variable.name) + " has '=' in its name: leave it out");
  }
  MESOSCORE_TRY(check_no_nul(variable.name, "the name of environment variable"));
  return check_no_nul(variable.value, "environment variable " + variable.name + " with the value");
}

}  // namespace

Status validate_command(const CommandInfo& command) {
  if (command.value.empty()) {
    return fail(Errc::invalid_argument, command.shell
                                            ? "command.value is empty: give the shell command to run"
                                            : "command.value is empty: give the program to run");
  }
  MESOSCORE_TRY(check_no_nul(command.value, "command.value"));
  MESOSCORE_TRY(check_no_nul(command.user, "command.user"));
  for (const std::string& argument : command.arguments) {
    MESOSCORE_TRY(check_no_nul(argument, "command argument"));
  }
  for (const EnvironmentVariable& variable : command.environment) MESOSCORE_TRY(check_variable(variable));
  return {};
}

}  // namespace mesoscore
