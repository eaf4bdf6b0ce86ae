// How a line of print.hpp is put together.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/print.hpp"

namespace mesoscore::test {

// `Name key=value key="free text" flag`
class Line {
 public:
  Line(std::string_view name, Names& names) : text_(name), names_(&names) {}

  Line& word(std::string_view word) {
    if (word.empty()) return *this;
    if (!text_.empty()) text_ += ' ';
    text_ += word;
    return *this;
  }
  Line& flag(std::string_view name, bool on) { return on ? word(name) : *this; }
  Line& id(std::string_view key, std::string_view id) { return id.empty() ? *this : pair(key, id); }
  Line& quote(std::string_view key, std::string_view free_text) {
    return free_text.empty() ? *this : pair(key, "\"" + escaped(free_text) + "\"");
  }
  Line& number(std::string_view key, long long number) { return pair(key, std::to_string(number)); }
  Line& time(std::string_view key, Duration duration) { return pair(key, print(duration)); }
  Line& time(std::string_view key, const std::optional<Duration>& duration) {
    return duration ? time(key, *duration) : *this;
  }
  Line& kill_policy(const std::optional<KillPolicy>& policy) {
    return policy ? time("grace", policy->grace_period) : *this;
  }
  Line& uuid(const std::optional<Uuid>& uuid) { return uuid ? pair("uuid", names_->of(*uuid)) : *this; }
  Line& resources(const Resources& resources) { return word(resources.str()); }
  // key=[a,b]; nothing when empty
  template <class List, class Text>
  Line& list(std::string_view key, const List& list, Text&& text) {
    std::string all;
    for (const auto& item : list) {
      if (!all.empty()) all += ", ";
      all += text(item);
    }
    return all.empty() ? *this : pair(key, "[" + all + "]");
  }
  template <class List>
  Line& ids(std::string_view key, const List& ids) {
    return list(key, ids, [](const auto& id) { return id.str(); });
  }

  Names& names() noexcept { return *names_; }
  std::string str() const { return text_; }

 private:
  Line& pair(std::string_view key, std::string_view value) {
    return word(key.empty() ? std::string(value) : std::string(key) + "=" + std::string(value));
  }
  static std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    return out;
  }

  std::string text_;
  Names* names_;
};

}  // namespace mesoscore::test
