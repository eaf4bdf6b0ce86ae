// Files of control groups: small texts that the kernel makes up when they are read. All names are relative to
// the descriptor of a directory. Nothing here allocates but what returns a string.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isolators/process/unique_fd.hpp"

namespace mesoscore::control_groups {

using supervision::UniqueFd;

inline constexpr std::size_t kFileBytes =
    8192;  // the longest file that is read, memory.stat, has half of that

std::string error_text(int number);  // of errno: "Permission denied"

UniqueFd open_directory(int dir, const char* name) noexcept;  // errno tells why not
// 0 or errno.
int write_file(int dir, const char* name, std::string_view text) noexcept;
// Nothing if it cannot be read. The text is in `buffer`.
std::optional<std::string_view> read_file(int dir, const char* name, std::span<char> buffer) noexcept;
std::optional<std::string_view> read_again(int file, std::span<char> buffer) noexcept;  // from its beginning
std::string read_all(int dir, const char* name);  // "" if it cannot be read
// Their names, in order; those that begin with a dot are left out.
std::vector<std::string> entries_in(int dir);
std::vector<std::string> directories_in(int dir);
std::vector<pid_t> processes_in(int dir, const char* procs_file);

// ---- what is in them

// The parts between line ends, without the empty ones.
std::vector<std::string_view> lines_of(std::string_view text);
std::optional<std::uint64_t> number(std::string_view text) noexcept;  // spaces around it are no matter
// Of the line "key <number>".
std::optional<std::uint64_t> value_of(std::string_view text, std::string_view key) noexcept;
// A number, or nothing for "max" and for what version 1 says instead of it.
std::optional<std::uint64_t> limit_in(std::string_view text) noexcept;
// Microseconds in which some of the tasks had to wait, of a pressure file.
std::optional<std::uint64_t> some_pressure(std::string_view text) noexcept;

struct Transfer {
  std::uint64_t read = 0, written = 0;
};
// Sums over all disks: of io.stat by the names of its fields, of the files of version 1 by their words.
Transfer sum_of_fields(std::string_view io_stat, std::string_view read_field,
                       std::string_view write_field) noexcept;
Transfer sum_of_words(std::string_view blkio) noexcept;

}  // namespace mesoscore::control_groups
