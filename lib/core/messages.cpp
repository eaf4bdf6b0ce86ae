#include "core/messages.hpp"

namespace mesoscore {
namespace {

constexpr std::size_t kLongestQuote = 80;

void append_escaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte != 0x7f) {
    out += c;
    return;
  }
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

}  // namespace

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (char c : text.substr(0, kLongestQuote)) append_escaped(out, c);
  if (text.size() > kLongestQuote) out += "...";
  out += '\'';
  return out;
}

std::string in_seconds(Duration duration) {
  constexpr Duration::rep kNanos = 1'000'000'000;
  const Duration::rep whole = duration.count() / kNanos;
  Duration::rep rest = duration.count() % kNanos;
  std::string out = whole == 0 && rest < 0 ? "-0" : std::to_string(whole);
  if (rest != 0) {
    std::string digits = std::to_string(rest < 0 ? -rest : rest);
    digits.insert(0, 9 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    out += '.' + digits;
  }
  return out + " s";
}

tl::unexpected<Error> fail_in(std::string_view where, Error error) {
  error.message.insert(0, ": ").insert(0, where);
  return fail(std::move(error));
}

}  // namespace mesoscore
