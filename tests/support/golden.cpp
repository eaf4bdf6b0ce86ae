#include "support/golden.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/catch.hpp"

namespace mesoscore::test {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The line number and both sides of the first difference.
std::string first_difference(const std::string& expected, const std::string& actual) {
  std::istringstream left(expected), right(actual);
  std::string a, b;
  for (int number = 1;; ++number) {
    const bool more_a = static_cast<bool>(std::getline(left, a));
    const bool more_b = static_cast<bool>(std::getline(right, b));
    if (!more_a && !more_b) return "no difference";
    if (more_a != more_b || a != b) {
      return "line " + std::to_string(number) + "\n  expected: " + (more_a ? a : "(the end)") +
             "\n  but got:  " + (more_b ? b : "(the end)");
    }
  }
}

// One word from `at` on; quotes may stand anywhere in it and are taken off.
std::string take_word(std::string_view line, std::size_t& at) {
  std::string word;
  bool quoted = false;
  for (; at < line.size() && (quoted || line[at] != ' '); ++at) {
    if (line[at] == '"') {
      quoted = !quoted;
    } else {
      word += line[at];
    }
  }
  return word;
}

}  // namespace

Command::Command(std::string_view line) : line_(line) {
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    const bool text = line[at] == '"';
    const std::string word = take_word(line, at);
    const std::size_t equals = text ? std::string::npos : word.find('=');
    if (equals == std::string::npos) {
      words_.push_back(word);
    } else {
      named_[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
}

bool Command::is(std::string_view words) {
  const Command wanted(words);
  if (words_.size() - at_ < wanted.words_.size()) return false;
  if (!std::equal(wanted.words_.begin(), wanted.words_.end(),
                  words_.begin() + static_cast<std::ptrdiff_t>(at_))) {
    return false;
  }
  at_ += wanted.words_.size();
  return true;
}

std::string Command::next(std::string_view what) {
  if (at_ == words_.size()) throw std::runtime_error("'" + line_ + "' lacks " + std::string(what));
  return words_[at_++];
}

std::string Command::next_or(std::string_view otherwise) {
  return at_ == words_.size() ? std::string(otherwise) : words_[at_++];
}

bool Command::has(std::string_view flag) {
  const auto from = words_.begin() + static_cast<std::ptrdiff_t>(at_);
  const auto found = std::find(from, words_.end(), flag);
  if (found == words_.end()) return false;
  words_.erase(found);
  return true;
}

std::string Command::get(std::string_view key, std::string_view otherwise) {
  const auto found = named_.find(key);
  if (found == named_.end()) return std::string(otherwise);
  std::string value = std::move(found->second);
  named_.erase(found);
  return value;
}

std::chrono::nanoseconds parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error == std::errc() && unit == "ms") return std::chrono::milliseconds(number);
  if (error == std::errc() && unit == "s") return std::chrono::seconds(number);
  if (error == std::errc() && unit == "m") return std::chrono::minutes(number);
  throw std::runtime_error("'" + std::string(text) + "' is not a duration: 10s, 250ms or 1m");
}

void run_golden(const std::string& path, const std::function<std::vector<std::string>(Command&)>& carry_out) {
  const std::string expected = read(path);
  std::istringstream lines(expected);
  std::string actual, line;
  bool output = false;
  while (std::getline(lines, line)) {
    const bool command = line.rfind("> ", 0) == 0;
    const bool comment = line.empty() || line[0] == '#';
    if (output && !command && !comment) continue;  // what came of the command before, as it was expected
    output = command;
    actual += line + "\n";
    if (!command) continue;
    Command parsed(std::string_view(line).substr(2));
    for (const std::string& result : carry_out(parsed)) actual += result + "\n";
    if (!parsed.done()) throw std::runtime_error("'" + line + "' has words that mean nothing here");
  }
  if (std::getenv("MESOSCORE_REWRITE_GOLDEN") != nullptr) {
    std::ofstream(path) << actual;
    return;
  }
  INFO(path << ": " << first_difference(expected, actual));
  CHECK(actual == expected);
}

std::vector<std::string> golden_scripts(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace mesoscore::test
