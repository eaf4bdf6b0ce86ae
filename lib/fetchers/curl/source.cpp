#include "fetchers/curl/source.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::fetchers {
namespace {

constexpr std::size_t kLongestPath = 2048, kDeepest = 128;

constexpr std::array<std::string_view, 11> kArchives = {
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".zip"};
constexpr std::array<std::string_view, 4> kCompressed = {".gz", ".bz2", ".xz", ".zst"};

bool ends_with_any(std::string_view text, auto suffixes) {
  const auto is_end = [&](std::string_view suffix) {
    return text.size() > suffix.size() && text.ends_with(suffix);
  };
  return std::any_of(suffixes.begin(), suffixes.end(), is_end);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Result<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0) {
      return fail(Errc::invalid_argument, cat("'%' in ", in_quotes(text),
                                              " is not followed by two hexadecimal "
                                              "digits of a character: write %25"));
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool starts_with_scheme(std::string_view text, std::string_view scheme) {
  if (text.size() < scheme.size()) return false;
  return std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

// The path of "http://host/path?query#fragment", still encoded.
std::string_view path_of_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t slash = url.find('/', url.find("://") + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

Result<std::string> local_path(std::string_view uri) {
  constexpr std::string_view kFile = "file://";
  if (uri.starts_with('/')) return std::string(uri);
  if (!starts_with_scheme(uri, kFile)) {
    return fail(Errc::invalid_argument, "it is neither http://, https:// nor file:///, and no absolute path");
  }
  uri.remove_prefix(kFile.size());
  constexpr std::string_view kHere = "localhost";
  if (uri.starts_with(kHere)) uri.remove_prefix(kHere.size());
  if (!uri.starts_with('/')) {
    return fail(Errc::invalid_argument, "it names another host: file:// is for files of the agent's machine");
  }
  return decode(uri);
}

Result<std::string> file_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const bool fits = !name.empty() && name != "." && name != "..";
  if (fits) return std::string(name);
  return fail(Errc::invalid_argument, "it ends without the name of a file: give output_file");
}

Form form_of(const CommandUri& uri, std::string_view name) {
  if (!uri.extract || uri.executable) return Form::file;
  if (ends_with_any(name, kArchives)) return Form::archive;
  return ends_with_any(name, kCompressed) ? Form::compressed : Form::file;
}

}  // namespace

std::string Source::directory() const {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? std::string() : name.substr(0, slash);
}

Result<std::string> tidy_path(std::string_view path) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::invalid_argument, cat(in_quotes(path), " ", why));
  };
  if (path.starts_with('/')) return refuse("is absolute");
  if (path.size() > kLongestPath) return refuse("is too long");
  if (path.find('\0') != std::string_view::npos) return refuse("contains a NUL byte");
  std::string out;
  std::size_t parts = 0;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    at = end + 1;
    if (part == "..") return refuse("has a part '..'");
    if (part.empty() || part == ".") continue;
    if (++parts > kDeepest) return refuse("is nested too deeply");
    out.append(out.empty() ? "" : "/").append(part);
  }
  return out;
}

Result<Source> parse(const CommandUri& uri) {
  Source out;
  const std::string_view text = uri.value;
  if (text.find('\0') != std::string_view::npos)
    return fail(Errc::invalid_argument, "it contains a NUL byte");
  out.remote = starts_with_scheme(text, "http://") || starts_with_scheme(text, "https://");
  Result<std::string> path =
      out.remote ? decode(file_name(path_of_url(text)).value_or("")) : local_path(text);
  if (!path) return fail(path.error());
  if (!out.remote) out.path = *path;
  Result<std::string> name = uri.output_file.empty() ? file_name(*path) : tidy_path(uri.output_file);
  if (!name) return fail(name.error());
  if (name->empty())
    return fail(Errc::invalid_argument, cat("output_file ", in_quotes(uri.output_file), " names no file"));
  out.name = *std::move(name);
  out.form = form_of(uri, out.name);
  if (out.form == Form::compressed) out.name.erase(out.name.rfind('.'));
  return out;
}

}  // namespace mesoscore::fetchers
