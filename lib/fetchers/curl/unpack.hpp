// Unpacks an archive below a directory. Members that would lie elsewhere, links that lead out, devices,
// setuid bits, and more bytes or files than allowed are errors that name the member; nothing outside is
// touched.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fetchers/curl/beneath.hpp"
#include "fetchers/curl/work.hpp"

struct archive;
struct archive_entry;

namespace mesoscore::fetchers {

struct UnpackLimits {
  std::uint64_t max_bytes = 0;
  std::uint64_t max_files = 0;
};

class Unpack : public Work {
 public:
  // `from`: the archive, at its beginning. `single`: it is one compressed file, which becomes `target`;
  // otherwise `target` is the directory for the members, empty for that of `to` itself. `from` and `to`
  // outlive it.
  static Result<std::unique_ptr<Unpack>> make(int from, Beneath& to, std::string target, bool single,
                                              UnpackLimits limits);
  ~Unpack() override;
  Result<bool> step() override;

 private:
  Unpack(Beneath& to, std::string target, bool single, UnpackLimits limits);
  Status open(int from);
  Result<bool> next_member();
  Status begin(archive_entry* entry, const std::string& name);
  Status begin_file(archive_entry* entry, const std::string& name);
  Status make_symlink(const std::string& name, std::string_view link);
  Status make_hardlink(const std::string& name, std::string_view existing);
  Status copy_block();
  Status end_file();
  Status check_bytes(std::uint64_t size) const;
  std::string full(const std::string& name) const;
  tl::unexpected<Error> broken(std::string_view what) const;

  struct Close {
    void operator()(archive* reader) const noexcept;
  };
  Beneath& to_;
  std::string target_;
  bool single_;
  UnpackLimits limits_;
  std::unique_ptr<archive, Close> reader_;
  std::string member_;                   // that is being unpacked, as errors name it
  Fd file_;                              // of it; none between two members
  std::uint64_t size_ = 0;               // that it shall have, at least
  std::uint64_t end_ = 0;                // of what is written of it
  std::uint64_t bytes_ = 0, files_ = 0;  // of all before it
};

}  // namespace mesoscore::fetchers
