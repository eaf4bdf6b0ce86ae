#include "random_bags.hpp"

namespace mesoscore::test {
namespace {

Reservation reservation(Reservation::Type type, const char* role) {
  Reservation out;
  out.type = type;
  out.role = role;
  return out;
}

}  // namespace

Ranges BagMaker::ranges(Side side) {
  std::vector<Range> intervals;
  for (std::uint64_t block = 0; block < 8; ++block) {
    const bool wanted = side == Side::any || (block % 2 == 0) == (side == Side::left);
    if (!wanted || coin()) continue;
    // Blocks touch, so that intervals of the two sides coalesce.
    const std::uint64_t begin = rng_.below(6);
    intervals.push_back({block * 6 + begin, block * 6 + begin + rng_.below(6 - begin)});
  }
  return *Ranges::make(std::move(intervals));
}

std::vector<std::string> BagMaker::set(Side side) {
  std::vector<std::string> items;
  for (int i = 0; i < 6; ++i) {
    const bool wanted = side == Side::any || (i % 2 == 0) == (side == Side::left);
    if (wanted && coin()) items.push_back("item-" + std::to_string(i));
  }
  return items;
}

ResourceTraits BagMaker::traits(BagOptions options) {
  using Type = Reservation::Type;
  ResourceTraits out;
  const std::uint64_t choice = rng_.below(options.traits ? 6 : 3);
  if (choice == 1) out.reservations = {reservation(Type::static_, "ads")};
  if (choice == 2) out.reservations = {reservation(Type::static_, "eng/web")};
  if (choice == 3) out.reservations = {reservation(Type::dynamic, "eng")};
  if (choice == 4) {
    out.reservations = {reservation(coin() ? Type::static_ : Type::dynamic, "eng"),
                        reservation(Type::dynamic, "eng/web")};
  }
  if (choice == 5) {
    out.reservations = {reservation(Type::dynamic, "ads")};
    out.reservations[0].principal = coin() ? "ops" : "";
    if (coin()) out.reservations[0].labels = {{"team", coin() ? "a" : "b"}, {"empty", ""}};
  }
  if (!options.traits) return out;
  out.revocable = rng_.below(5) == 0;
  if (rng_.below(6) == 0) out.provider_id = coin() ? "p1" : "p2";
  return out;
}

Resource BagMaker::disk(BagOptions options) {
  using Source = DiskInfo::SourceType;
  ResourceTraits out = traits(options);
  out.disk = std::make_unique<DiskInfo>();
  DiskInfo& disk = *out.disk;
  disk.source = static_cast<Source>(rng_.below(5));
  if (disk.source == Source::path || disk.source == Source::mount)
    disk.source_root = coin() ? "/mnt/a" : "/mnt/b";
  if (disk.source == Source::raw && coin()) disk.source_id = "raw-1";
  if (disk.source == Source::block) {
    disk.source_profile = "fast";
    disk.source_vendor = "acme";
    disk.source_metadata = {{"lun", "1"}};
  }
  if (!out.reservations.empty() && coin()) {
    out.revocable = false;
    disk.persistence_id = coin() ? "v1" : "v2";
    disk.persistence_principal = coin() ? "ops" : "";
    disk.volume_container_path = coin() ? "data" : "other";
    disk.volume_mode = coin() ? DiskInfo::Mode::rw : DiskInfo::Mode::ro;
    out.shared = options.shared && coin();
  }
  return Resource("disk", Scalar{coin() ? 64'000 : 128'000}).with_traits(std::move(out));
}

Resource BagMaker::value(BagOptions options) {
  switch (rng_.below(6)) {
    case 0:
      return Resource("cpus", Scalar{static_cast<std::int64_t>(rng_.below(5000))});
    case 1:
      return Resource("mem", Scalar{static_cast<std::int64_t>(rng_.below(1ull << 43))});
    case 2:
      return Resource("gpus", Scalar{static_cast<std::int64_t>(rng_.below(4)) * 1000});
    case 3:
      return Resource("ports", ranges(options.side));
    case 4:
      return Resource("addresses-of-the-network", ranges(options.side));
    default:
      return Resource("bugs", set(options.side));
  }
}

Resource BagMaker::item(BagOptions options) {
  if (options.traits && rng_.below(4) == 0) return disk(options);
  return value(options).with_traits(traits(options));
}

Resources BagMaker::bag(BagOptions options) {
  Resources out;
  for (std::uint64_t left = rng_.below(8); left > 0; --left) {
    const Resource next = item(options);
    out.add(next);
    if (rng_.below(4) == 0) out.add(next);  // copies of shared volumes, and atoms that are equal
  }
  return out;
}

}  // namespace mesoscore::test
