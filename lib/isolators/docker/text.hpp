// Small texts of the Engine API.
#pragma once

#include <string>
#include <string_view>

namespace mesoscore::docker {

// For a path or a query of a URL.
std::string url_encoded(std::string_view text);

struct ImageName {
  std::string repository{};  // "registry:5000/team/app"
  std::string tag{};         // "1.2", "latest" if there was none; or a digest, "sha256:..."
};
ImageName split_image(std::string_view image);

// "1.41" is later than "1.9"; what is no version is the earliest.
struct ApiVersion {
  int major = 0, minor = 0;
  friend auto operator<=>(const ApiVersion&, const ApiVersion&) = default;
};
ApiVersion parse_version(std::string_view text);
std::string to_string(ApiVersion version);

// An exit code of the engine as from waitpid(2): 128 + n is taken for signal n, as shells do.
int wait_status_of(int exit_code) noexcept;

}  // namespace mesoscore::docker
