#include "exit_code.hpp"

#include <charconv>
#include <optional>
#include <string_view>

namespace {

std::optional<int> number_after(std::string_view text, std::string_view phrase) {
  const auto found = text.find(phrase);
  if (found == std::string_view::npos) return std::nullopt;
  text.remove_prefix(found + phrase.size());
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

int exit_code_of(const mesoscore::TaskStatus& status) {
  if (status.state != mesoscore::TaskState::failed) return 1;
  if (const auto code = number_after(status.message, "exit code ")) return *code;
  if (const auto signal = number_after(status.message, "killed by signal ")) return 128 + *signal;
  return 1;
}
