#include "fetchers/curl/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>

#include "fetchers/curl/source.hpp"

namespace mesoscore::fetchers {
namespace {

constexpr std::size_t kBlock = 64u << 10;

// The name as it stands there; in UTF-8 if the archive says so. Empty: it cannot be read.
template <class Plain, class Utf8>
std::string_view text_of(Plain plain, Utf8 utf8, archive_entry* entry) {
  if (const char* text = plain(entry)) return text;
  const char* text = utf8(entry);
  return text ? std::string_view(text) : std::string_view();
}

// How many directories up a link begins. Behind that there are only names, so that wherever these lead, by
// links that are there or come later, no link leads further up than it says.
Result<std::size_t> ups_of(std::string_view link) {
  if (link.starts_with('/')) return fail(Errc::invalid_argument, "is absolute");
  std::size_t ups = 0;
  bool named = false;
  while (!link.empty()) {
    const std::string_view part = link.substr(0, link.find('/'));
    link.remove_prefix(std::min(part.size() + 1, link.size()));
    if (part.empty() || part == ".") continue;
    if (part == ".." && named) return fail(Errc::invalid_argument, "has a part '..' behind a name");
    if (part == "..") ++ups;
    named = part != "..";
  }
  return ups;
}

Status check_kind(archive_entry* entry) {
  if (archive_entry_hardlink(entry)) return {};
  const auto type = archive_entry_filetype(entry);
  const bool known = type == AE_IFREG || type == AE_IFDIR || type == AE_IFLNK;
  if (!known) return fail(Errc::permission_denied, "is a device, a pipe or a socket");
  if (type != AE_IFREG || (archive_entry_perm(entry) & (S_ISUID | S_ISGID)) == 0) return {};
  return fail(Errc::permission_denied, "has a setuid or setgid bit");
}

}  // namespace

void Unpack::Close::operator()(archive* reader) const noexcept { archive_read_free(reader); }

Unpack::Unpack(Beneath& to, std::string target, bool single, UnpackLimits limits)
    : to_(to), target_(std::move(target)), single_(single), limits_(limits), reader_(archive_read_new()) {}
Unpack::~Unpack() = default;

Result<std::unique_ptr<Unpack>> Unpack::make(int from, Beneath& to, std::string target, bool single,
                                             UnpackLimits limits) {
  std::unique_ptr<Unpack> out(new Unpack(to, std::move(target), single, limits));
  MESOSCORE_TRY(out->open(from));
  return out;
}

// Only what libarchive does itself: for other filters it would start programs.
Status Unpack::open(int from) {
  archive* reader = reader_.get();
  archive_read_support_filter_gzip(reader);
  archive_read_support_filter_bzip2(reader);
  archive_read_support_filter_xz(reader);
  archive_read_support_filter_zstd(reader);
  if (single_) {
    archive_read_support_format_raw(reader);
    archive_read_support_format_empty(reader);
  } else {
    archive_read_support_format_tar(reader);
    archive_read_support_format_zip(reader);
  }
  return archive_read_open_fd(reader, from, kBlock) == ARCHIVE_OK ? Status() : broken("cannot be read");
}

tl::unexpected<Error> Unpack::broken(std::string_view what) const {
  const char* why = archive_error_string(reader_.get());
  const std::string where = member_.empty() ? "the archive" : cat("member ", in_quotes(member_));
  return fail(Errc::data_corrupt, cat(where, " ", what, ": ", why ? why : "it is damaged"));
}

std::string Unpack::full(const std::string& name) const {
  return target_.empty() ? name : cat(target_, "/", name);
}

Result<bool> Unpack::step() {
  if (!file_) return next_member();
  MESOSCORE_TRY_IN(cat("member ", in_quotes(member_)), copy_block());
  return false;
}

Result<bool> Unpack::next_member() {
  member_.clear();
  archive_entry* entry = nullptr;
  const int found = archive_read_next_header(reader_.get(), &entry);
  if (found == ARCHIVE_EOF) return true;
  if (found == ARCHIVE_RETRY) return false;
  if (found != ARCHIVE_OK && found != ARCHIVE_WARN) return broken("is damaged");
  member_ =
      single_ ? target_ : std::string(text_of(archive_entry_pathname, archive_entry_pathname_utf8, entry));
  const std::string where = cat("member ", in_quotes(member_));
  if (member_.empty())
    return fail(Errc::data_corrupt, "a member of the archive has no name that can be read");
  if (++files_ > limits_.max_files) {
    return fail(Errc::limit_exceeded,
                cat(where, " is one more than the ", limits_.max_files, " that are allowed"));
  }
  const Result<std::string> name = tidy_path(member_);
  if (!name) return fail_in("member", name.error());
  MESOSCORE_TRY_IN(where, begin(entry, *name));
  return false;
}

Status Unpack::begin(archive_entry* entry, const std::string& name) {
  MESOSCORE_TRY(check_kind(entry));
  const bool is_directory = archive_entry_filetype(entry) == AE_IFDIR;
  if (name.empty()) {
    if (is_directory) return {};  // "./", the directory itself
    return fail(Errc::invalid_argument, "names no file");
  }
  if (archive_entry_hardlink(entry))
    return make_hardlink(name, text_of(archive_entry_hardlink, archive_entry_hardlink_utf8, entry));
  if (archive_entry_filetype(entry) == AE_IFLNK)
    return make_symlink(name, text_of(archive_entry_symlink, archive_entry_symlink_utf8, entry));
  if (is_directory) return to_.make_directory(full(name), (archive_entry_perm(entry) & 0777) | 0700);
  return begin_file(entry, name);
}

Status Unpack::begin_file(archive_entry* entry, const std::string& name) {
  const bool has_size = archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) > 0;
  size_ = has_size ? static_cast<std::uint64_t>(archive_entry_size(entry)) : 0;
  end_ = 0;
  MESOSCORE_TRY(check_bytes(size_));
  Result<Fd> file =
      to_.create_file(single_ ? name : full(name), single_ ? 0644 : archive_entry_perm(entry) & 0777);
  if (!file) return fail(file.error());
  file_ = *std::move(file);
  return {};
}

Status Unpack::make_symlink(const std::string& name, std::string_view link) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::permission_denied, cat("is a link to ", in_quotes(link), ", which ", why));
  };
  const Result<std::size_t> ups = ups_of(link);
  if (!ups) return refuse(ups.error().message);
  const Result<bool> within = to_.has_above(full(name), *ups);
  if (!within) return fail(within.error());
  if (!*within) return refuse("leads out");
  return to_.make_symlink(full(name), std::string(link));
}

Status Unpack::make_hardlink(const std::string& name, std::string_view existing) {
  const Result<std::string> there = tidy_path(existing);
  if (!there) return fail_in("is a link, whose target", there.error());
  return to_.make_hardlink(full(name), full(*there));
}

Status Unpack::check_bytes(std::uint64_t size) const {
  if (size <= limits_.max_bytes && bytes_ <= limits_.max_bytes - size) return {};
  return fail(Errc::limit_exceeded,
              cat("makes the archive larger than the ", limits_.max_bytes, " bytes that are allowed"));
}

Status Unpack::copy_block() {
  const void* data = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int got = archive_read_data_block(reader_.get(), &data, &size, &offset);
  if (got == ARCHIVE_EOF) return end_file();
  if (got == ARCHIVE_RETRY) return {};
  if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
    const char* why = archive_error_string(reader_.get());
    return fail(Errc::data_corrupt, cat("is damaged: ", why ? why : "it is cut short"));
  }
  const auto begin = static_cast<std::uint64_t>(std::max<la_int64_t>(offset, 0));
  MESOSCORE_TRY(check_bytes(std::max(begin, end_)));
  MESOSCORE_TRY(check_bytes(begin + size));
  if (begin != end_ && ::lseek(file_.get(), static_cast<off_t>(begin), SEEK_SET) < 0)
    return failed("cannot seek in", member_);
  end_ = std::max(end_, begin + size);
  return write_all(file_.get(), {static_cast<const char*>(data), size}, member_);
}

// A hole at the end is in the size only.
Status Unpack::end_file() {
  if (size_ > end_ && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0)
    return failed("cannot resize", member_);
  bytes_ += std::max(size_, end_);
  file_ = Fd();
  return {};
}

}  // namespace mesoscore::fetchers
