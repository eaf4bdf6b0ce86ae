// A child process that says on its standard output when it is ready, and that ends when its standard input
// ends: so it never outlives this process, however this process ends.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include "mesoscore/result.hpp"

class Child {
 public:
  // Runs this same program with other arguments.
  static mesoscore::Result<std::unique_ptr<Child>> spawn(asio::io_context& io,
                                                         std::vector<std::string> arguments);
  ~Child();  // kills it if it still runs

  // The next line that it prints, which must begin with `word`; the result is what follows the word.
  asio::awaitable<mesoscore::Result<std::string>> expect(std::string word);
  // Asks it to end, and kills it if it has not ended within five seconds.
  asio::awaitable<void> stop();

 private:
  Child(asio::io_context& io, pid_t pid, int to_it, int from_it);
  bool ended();  // reaps it

  pid_t pid_;  // -1 when it is reaped
  asio::posix::stream_descriptor to_it_, from_it_;
  std::string received_;
};
