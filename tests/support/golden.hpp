// Golden scripts: text files that read as documentation and are tests.
//
//     # What this is about.
//     > kill t1 grace=1s
//     container KillContainer c1 grace=1s
//
// A line with `> ` is a command; the lines below it, up to an empty line, a comment or the next command, are
// what came of it. Run with MESOSCORE_REWRITE_GOLDEN=1 the scripts are written anew with what comes of them
// now; read the difference before you keep it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mesoscore::test {

// A command in words: `kill t1 grace=1s "free text"`.
class Command {
 public:
  explicit Command(std::string_view line);

  bool is(std::string_view words);                  // begins with these words; takes them
  std::string next(std::string_view what);          // the next word, which must be there
  std::string next_or(std::string_view otherwise);  // the next word, or this
  bool has(std::string_view flag);                  // takes a word that may stand anywhere
  std::string get(std::string_view key, std::string_view otherwise = {});  // of a word key=value
  bool done() const { return at_ == words_.size() && named_.empty(); }
  const std::string& line() const { return line_; }

 private:
  std::string line_;
  std::vector<std::string> words_;
  std::map<std::string, std::string, std::less<>> named_;
  std::size_t at_ = 0;
};

std::chrono::nanoseconds parse_duration(std::string_view text);  // "10s", "250ms", "1m"

// Runs a script; the handler carries out one command and gives the lines that come of it. Fails the test that
// is running when they are not those of the file.
void run_golden(const std::string& path, const std::function<std::vector<std::string>(Command&)>& carry_out);

// The scripts of a folder, sorted.
std::vector<std::string> golden_scripts(const std::string& folder);

}  // namespace mesoscore::test
