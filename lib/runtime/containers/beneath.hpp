// Opening what strangers have named, without leaving a directory: openat2(2).
#pragma once

#include <cstdint>
#include <string>

#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::runtime {

// Values of `resolve`, as the kernel counts them.
inline constexpr std::uint64_t kNoMounts = 0x01;      // RESOLVE_NO_XDEV: no mount point is crossed
inline constexpr std::uint64_t kNoMagicLinks = 0x02;  // RESOLVE_NO_MAGICLINKS: not those of /proc
inline constexpr std::uint64_t kNoSymlinks = 0x04;    // RESOLVE_NO_SYMLINKS: none at all
inline constexpr std::uint64_t kBeneath = 0x08;       // RESOLVE_BENEATH: EXDEV for what leads out

// `path` relative to `directory`. Empty after an error, which is in errno: ENOSYS before Linux 5.6.
UniqueFd open_beneath(int directory, const std::string& path, int flags, std::uint64_t resolve);

// The same file, opened again: first with O_PATH, which touches neither devices nor pipes, then really.
UniqueFd reopen(int fd, int flags);

}  // namespace mesoscore::runtime
