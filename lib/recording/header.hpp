// The first frame of a recording: what the machine was made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/recording.hpp"

namespace mesoscore::recording {

struct Header {
  RecordedMachine machine = RecordedMachine::master;
  std::string version{};  // of the library
  std::uint64_t seed = 0;
  TimePoint now{};
  std::string options{};  // as wire/options_codec.hpp writes them
  std::string policy{};   // its name; masters only
  bool preempts = false;
  std::vector<Record> records{};
};

std::uint64_t seed_of(Rng rng) noexcept;

void put(const Header& header, std::span<const Record> records, std::string& out);  // a frame
// data_corrupt, without the name of the file.
Result<Header> read_header(std::string_view body);

}  // namespace mesoscore::recording
