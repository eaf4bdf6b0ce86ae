#include "core/validate_command.hpp"

#include <algorithm>
#include <string_view>

#include "core/messages.hpp"
#include "core/paths.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {
namespace {

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

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

Status check_uri(const CommandUri& uri) {
  if (uri.value.empty()) return fail(Errc::invalid_argument, "a uri is empty: say where the file is");
  MESOSCORE_TRY(check_no_nul(uri.value, "uri"));
  if (!uri.output_file.empty())
    MESOSCORE_TRY_IN(cat("uri ", in_quotes(uri.value)), check_relative_path(uri.output_file, "output_file"));
  const std::string& digest = uri.sha256;
  if (digest.empty() || (digest.size() == 64 && std::all_of(digest.begin(), digest.end(), is_hex))) return {};
  return fail(Errc::invalid_argument, cat("uri ", in_quotes(uri.value), ": sha256 ", in_quotes(digest),
                                          " is not of 64 hexadecimal digits: give what sha256sum prints"));
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
  for (const CommandUri& uri : command.uris) MESOSCORE_TRY(check_uri(uri));
  return {};
}

}  // namespace mesoscore
