// Reads the words in braces of the text form, as format_text.cpp writes them.
#include "core/messages.hpp"
#include "resources/text_values.hpp"

namespace mesoscore {
namespace {

struct TextMember {
  std::string_view key;
  std::string DiskInfo::*member;
};
constexpr TextMember kDiskTexts[] = {
    {"root", &DiskInfo::source_root},       {"id", &DiskInfo::source_id},
    {"profile", &DiskInfo::source_profile}, {"vendor", &DiskInfo::source_vendor},
    {"volume", &DiskInfo::persistence_id},  {"at", &DiskInfo::volume_container_path},
};
struct SourceWord {
  std::string_view word;
  DiskInfo::SourceType type;
};
constexpr SourceWord kSources[] = {
    {"PATH", DiskInfo::SourceType::path},
    {"MOUNT", DiskInfo::SourceType::mount},
    {"BLOCK", DiskInfo::SourceType::block},
    {"RAW", DiskInfo::SourceType::raw},
};

tl::unexpected<Error> refused(std::string_view word, const std::string& why) {
  return fail(Errc::invalid_argument, in_quotes(word) + " in braces " + why);
}

// "k:v,l:w"
Labels read_labels(std::string_view text) {
  Labels labels;
  while (!text.empty()) {
    const std::size_t end = text.find(',');
    const std::string_view label = text.substr(0, end);
    const std::size_t colon = label.find(':');
    labels.push_back({std::string(label.substr(0, colon)),
                      std::string(colon == std::string_view::npos ? "" : label.substr(colon + 1))});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return labels;
}

class TraitsReader {
 public:
  explicit TraitsReader(ResourceTraits& traits) noexcept : traits_(traits) {}

  Status read(std::string_view word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) return flag(word);
    const std::string_view key = word.substr(0, equals), value = word.substr(equals + 1);
    if (value.empty()) return refused(word, "has no value after '='");
    if (key == "static") return reservation(Reservation::Type::static_, value);
    if (key == "dynamic") return reservation(Reservation::Type::dynamic, value);
    if (key == "principal" || key == "labels") return of_reservation(word, key, value);
    if (key == "provider") return set(word, traits_.provider_id, value);
    if (key == "metadata") {
      disk().source_metadata = read_labels(value);
      return {};
    }
    for (const auto& [name, member] : kDiskTexts) {
      if (key == name) return set(word, disk().*member, value);
    }
    return unknown(word);
  }

 private:
  Status flag(std::string_view word) {
    if (word == "revocable") return set(traits_.revocable);
    if (word == "shared") return set(traits_.shared);
    if (word == "read-only") {
      disk().volume_mode = DiskInfo::Mode::ro;
      return {};
    }
    for (const auto& [name, type] : kSources) {
      if (word != name) continue;
      if (disk().source != DiskInfo::SourceType::none) return refused(word, "is a second kind of disk");
      disk().source = type;
      return {};
    }
    return unknown(word);
  }
  Status reservation(Reservation::Type type, std::string_view role) {
    traits_.reservations.push_back({type, role, {}, {}});
    return {};
  }
  Status of_reservation(std::string_view word, std::string_view key, std::string_view value) {
    if (traits_.reservations.empty())
      return refused(word, "follows no reservation: write dynamic=role first");
    Reservation& last = traits_.reservations.back();
    if (key == "principal") return set(word, last.principal, value);
    last.labels = read_labels(value);
    return {};
  }
  static Status set(std::string_view word, std::string& member, std::string_view value) {
    if (!member.empty()) return refused(word, "says it a second time");
    member = value;
    return {};
  }
  static Status set(bool& member) {
    member = true;
    return {};
  }
  static Status unknown(std::string_view word) {
    return refused(word, "is unknown: expected words like dynamic=role, volume=id, at=path or shared");
  }
  DiskInfo& disk() {
    if (!traits_.disk) traits_.disk = std::make_unique<DiskInfo>();
    return *traits_.disk;
  }

  ResourceTraits& traits_;
};

}  // namespace

Status read_traits(std::string_view words, ResourceTraits& traits) {
  TraitsReader reader(traits);
  for (words = trimmed(words); !words.empty(); words = trimmed(words)) {
    const std::string_view word = words.substr(0, words.find_first_of(" \t\r\n\f\v"));
    MESOSCORE_TRY(reader.read(word));
    words.remove_prefix(word.size());
  }
  return {};
}

}  // namespace mesoscore
