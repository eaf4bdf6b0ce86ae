// All of these walk both operands once, side by side.
#include <algorithm>
#include <limits>

#include "core/messages.hpp"
#include "mesoscore/resources.hpp"

namespace mesoscore {
namespace {

std::string text_of(const Range& range) {
  return "[" + std::to_string(range.begin) + "-" + std::to_string(range.end) + "]";
}

// Appends an interval that begins at or after the last one; joins the two when nothing lies between them.
void append(std::vector<Range>& out, const Range& next) {
  if (!out.empty()) {
    Range& last = out.back();
    // Not `last.end + 1`, which overflows at the largest integer.
    if (next.begin <= last.end || next.begin - last.end == 1) {
      last.end = std::max(last.end, next.end);
      return;
    }
  }
  out.push_back(next);
}

std::vector<Range> merged(std::span<const Range> a, std::span<const Range> b) {
  std::vector<Range> out;
  out.reserve(a.size() + b.size());
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const bool from_a = j == b.size() || (i < a.size() && a[i].begin <= b[j].begin);
    append(out, from_a ? a[i++] : b[j++]);
  }
  return out;
}

std::vector<Range> without(std::span<const Range> a, std::span<const Range> b) {
  std::vector<Range> out;
  out.reserve(a.size() + b.size());
  std::size_t j = 0;
  for (Range rest : a) {
    while (j < b.size() && b[j].end < rest.begin) ++j;
    bool consumed = false;
    for (std::size_t k = j; !consumed && k < b.size() && b[k].begin <= rest.end; ++k) {
      if (b[k].begin > rest.begin) out.push_back({rest.begin, b[k].begin - 1});
      consumed = b[k].end >= rest.end;
      if (!consumed) rest.begin = b[k].end + 1;
      j = k;
    }
    if (!consumed) out.push_back(rest);
  }
  return out;
}

}  // namespace

Result<Ranges> Ranges::make(std::vector<Range> intervals) {
  for (const Range& range : intervals) {
    if (range.begin <= range.end) continue;
    return fail(Errc::invalid_argument, "range " + text_of(range) + " ends before it begins: write " +
                                            text_of({range.end, range.begin}));
  }
  std::sort(intervals.begin(), intervals.end());
  Ranges out;
  out.intervals_.reserve(intervals.size());
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    if (i > 0 && intervals[i].begin <= intervals[i - 1].end) {
      return fail(Errc::invalid_argument, "ranges " + text_of(intervals[i - 1]) + " and " +
                                              text_of(intervals[i]) + " overlap: name each number once");
    }
    append(out.intervals_, intervals[i]);
  }
  return out;
}

std::uint64_t Ranges::count() const noexcept {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t total = 0;
  for (const Range& range : intervals_) {
    const std::uint64_t less_one = range.end - range.begin;
    if (less_one >= kMost - total) return kMost;
    total += less_one + 1;
  }
  return total;
}

bool Ranges::contains(const Ranges& other) const noexcept {
  auto mine = intervals_.begin();
  for (const Range& wanted : other.intervals_) {
    while (mine != intervals_.end() && mine->end < wanted.begin) ++mine;
    if (mine == intervals_.end() || mine->begin > wanted.begin || mine->end < wanted.end) return false;
  }
  return true;
}

Ranges& Ranges::operator+=(const Ranges& other) {
  if (other.empty()) return *this;
  intervals_ = empty() ? other.intervals_ : merged(intervals_, other.intervals_);
  return *this;
}

Ranges& Ranges::operator-=(const Ranges& other) {
  if (!empty() && !other.empty()) intervals_ = without(intervals_, other.intervals_);
  return *this;
}

}  // namespace mesoscore
