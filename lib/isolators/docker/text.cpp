#include "isolators/docker/text.hpp"

#include <charconv>

namespace mesoscore::docker {

std::string url_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

ImageName split_image(std::string_view image) {
  if (const auto at = image.find('@'); at != std::string_view::npos) {
    return {std::string(image.substr(0, at)), std::string(image.substr(at + 1))};
  }
  const auto colon = image.rfind(':');
  const auto slash = image.rfind('/');
  const bool has_tag = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  if (!has_tag) return {std::string(image), "latest"};
  return {std::string(image.substr(0, colon)), std::string(image.substr(colon + 1))};
}

ApiVersion parse_version(std::string_view text) {
  ApiVersion version;
  const char* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return {};
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc() || minor.ptr != end) return {};
  return version;
}

std::string to_string(ApiVersion version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

int wait_status_of(int exit_code) noexcept {
  constexpr int kSignals = 64;
  if (exit_code > 128 && exit_code <= 128 + kSignals) return exit_code - 128;
  return (exit_code & 0xff) << 8;
}

}  // namespace mesoscore::docker
