// What a task does, as text that travels in its data.
#include <charconv>

#include "core/text_cat.hpp"
#include "mesoscore/simulator/program.hpp"

namespace mesoscore::simulator {
namespace {

template <class T>
void read(std::string_view text, std::string_view name, T& value) {
  const std::size_t at = text.find(name);
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + name.size(), text.data() + text.size(), value);
}

}  // namespace

std::string to_data(const Script& script) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(script.runs).count();
  return cat("runs=", ms, "ms exit=", script.exit_code, script.deaf ? " deaf" : "");
}

Script script_of(const std::string& data) {
  std::int64_t ms = 10'000;
  Script script;
  read(data, "runs=", ms);
  read(data, "exit=", script.exit_code);
  script.runs = std::chrono::milliseconds(ms);
  script.deaf = data.find("deaf") != std::string::npos;
  return script;
}

}  // namespace mesoscore::simulator
