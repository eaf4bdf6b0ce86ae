// Archives for tests, made by libarchive's other half: also those that no honest program makes.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace mesoscore::test {

struct Member {
  std::string name{};
  std::string content{};
  unsigned type = AE_IFREG;
  unsigned mode = 0644;
  std::string link{};      // of AE_IFLNK
  std::string hardlink{};  // not empty: it is one
  long long hole = 0;      // more zeros at the end, which take no place
};

namespace detail {

inline void write_member(archive* out, const Member& member) {
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, member.name.c_str());
  archive_entry_set_filetype(entry, member.type);
  archive_entry_set_perm(entry, static_cast<mode_t>(member.mode));
  if (member.type == AE_IFLNK) archive_entry_set_symlink(entry, member.link.c_str());
  if (!member.hardlink.empty()) archive_entry_set_hardlink(entry, member.hardlink.c_str());
  if (member.type == AE_IFREG && member.hardlink.empty()) {
    const auto size = static_cast<long long>(member.content.size());
    archive_entry_set_size(entry, size + member.hole);
    if (member.hole > 0) archive_entry_sparse_add_entry(entry, 0, size);
  }
  if (archive_write_header(out, entry) != ARCHIVE_OK) throw std::runtime_error(archive_error_string(out));
  archive_entry_free(entry);
  archive_write_data(out, member.content.data(), member.content.size());
}

inline ssize_t append(archive*, void* to, const void* bytes, std::size_t size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
  return static_cast<ssize_t>(size);
}

inline std::string packed(const std::vector<Member>& members, void (*choose)(archive*)) {
  std::string bytes;
  archive* out = archive_write_new();
  choose(out);
  archive_write_open(out, &bytes, nullptr, append, nullptr);
  for (const Member& member : members) write_member(out, member);
  archive_write_close(out);
  archive_write_free(out);
  return bytes;
}

}  // namespace detail

inline std::string tar(const std::vector<Member>& members) {
  return detail::packed(members, [](archive* out) { archive_write_set_format_pax(out); });
}
inline std::string tar_gz(const std::vector<Member>& members) {
  return detail::packed(members, [](archive* out) {
    archive_write_add_filter_gzip(out);
    archive_write_set_format_pax(out);
  });
}
inline std::string zip(const std::vector<Member>& members) {
  return detail::packed(members, [](archive* out) { archive_write_set_format_zip(out); });
}
inline std::string gzip(const std::string& content) {
  return detail::packed({{.name = "data", .content = content}}, [](archive* out) {
    archive_write_add_filter_gzip(out);
    archive_write_set_format_raw(out);
  });
}

}  // namespace mesoscore::test
