// All of these walk both operands once, side by side.
#include "mesoscore/ranges.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "core/messages.hpp"

namespace mesoscore {
namespace {

using Array = detail::SharedArray<Range>;

// What is left of an operand.
struct Part {
  const Range* at;
  const Range* end;

  bool empty() const noexcept { return at == end; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(end - at); }
};

std::string text_of(const Range& range) {
  return "[" + std::to_string(range.begin) + "-" + std::to_string(range.end) + "]";
}

// Nothing lies between `a` and `b`, which begins at or after it.
bool touch(const Range& a, const Range& b) noexcept {
  return b.begin <= a.end || b.begin - a.end == 1;  // not `a.end + 1`, which overflows at the largest integer
}

// Writes the union to `out` and returns its end. `out` may be the memory in front of a.at, if there is room
// for all of b before a.at.
Range* merge(Part a, Part b, Range* out) noexcept {
  const auto next = [&] {
    const bool from_a = b.empty() || (!a.empty() && a.at->begin <= b.at->begin);
    return from_a ? *a.at++ : *b.at++;
  };
  Range last = next();
  while (!a.empty() || !b.empty()) {
    const Range more = next();
    if (touch(last, more)) {
      last.end = std::max(last.end, more.end);
    } else {
      *out++ = last;
      last = more;
    }
  }
  *out++ = last;
  return out;
}

// Writes what is in `a` and not in `b` to `out`, on the same terms.
Range* cut(Part a, Part b, Range* out) noexcept {
  while (!a.empty()) {
    Range rest = *a.at++;
    while (!b.empty() && b.at->end < rest.begin) ++b.at;
    bool consumed = false;
    while (!b.empty() && b.at->begin <= rest.end) {
      if (b.at->begin > rest.begin) *out++ = {rest.begin, b.at->begin - 1};
      consumed = b.at->end >= rest.end;
      if (consumed) break;  // it may reach into the next interval of `a` too
      rest.begin = b.at++->end + 1;
    }
    if (!consumed) *out++ = rest;
  }
  return out;
}

// Replaces what is from `kept` on by what `combine` makes of that and `b`: in place if nobody else looks at
// it and it has room, else in a new block.
template <class Combine>
void rewrite(Array& array, std::size_t kept, Part b, Combine combine) {
  const std::size_t size = array.size();
  const std::size_t most = size + b.size();
  if (array.unique() && array.capacity() >= most) {
    Range* begin = array.writable();
    std::copy_backward(begin + kept, begin + size, begin + most);
    const Range* end = combine({begin + kept + b.size(), begin + most}, b, begin + kept);
    array.set_size(static_cast<std::size_t>(end - begin));
    return;
  }
  Array fresh(most);
  Range* begin = fresh.writable();
  Range* out = std::copy(array.begin(), array.begin() + kept, begin);
  const Range* end = combine({array.begin() + kept, array.end()}, b, out);
  fresh.set_size(static_cast<std::size_t>(end - begin));
  array = end == begin ? Array() : std::move(fresh);
}

// Steps over what of `b` is in `a`; `a` then is at the first interval that the rest of `b` can meet.
void skip_contained(Part& a, Part& b) noexcept {
  for (; !b.empty(); ++b.at) {
    while (!a.empty() && a.at->end < b.at->begin) ++a.at;
    if (a.empty() || a.at->begin > b.at->begin || a.at->end < b.at->end) return;
  }
}

// Steps over what is disjoint.
void skip_disjoint(Part& a, Part& b) noexcept {
  while (!a.empty() && !b.empty()) {
    if (a.at->end < b.at->begin) {
      ++a.at;
    } else if (b.at->end < a.at->begin) {
      ++b.at;
    } else {
      return;
    }
  }
}

}  // namespace

Result<Ranges> Ranges::make(std::vector<Range> intervals) {
  for (const Range& range : intervals) {
    if (range.begin <= range.end) continue;
    return fail(Errc::invalid_argument, "range " + text_of(range) + " ends before it begins: write " +
                                            text_of({range.end, range.begin}));
  }
  std::sort(intervals.begin(), intervals.end());
  for (std::size_t i = 1; i < intervals.size(); ++i) {
    if (intervals[i].begin > intervals[i - 1].end) continue;
    return fail(Errc::invalid_argument, "ranges " + text_of(intervals[i - 1]) + " and " +
                                            text_of(intervals[i]) + " overlap: name each number once");
  }
  Ranges out;
  if (intervals.empty()) return out;
  const Part all{intervals.data(), intervals.data() + intervals.size()};
  const Range* end = merge(all, {}, intervals.data());
  const auto count = static_cast<std::size_t>(end - intervals.data());
  out.intervals_ = Array(count);
  std::copy_n(intervals.data(), count, out.intervals_.writable());
  out.intervals_.set_size(count);
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
  if (intervals_.same(other.intervals_)) return true;
  Part a{intervals_.begin(), intervals_.end()};
  Part b{other.intervals_.begin(), other.intervals_.end()};
  skip_contained(a, b);
  return b.empty();
}

Ranges& Ranges::operator+=(const Ranges& other) {
  if (empty()) {
    intervals_ = other.intervals_;
    return *this;
  }
  Part a{intervals_.begin(), intervals_.end()};
  Part b{other.intervals_.begin(), other.intervals_.end()};
  if (!intervals_.same(other.intervals_)) skip_contained(a, b);
  if (intervals_.same(other.intervals_) || b.empty()) return *this;
  // The interval before may touch what comes.
  if (a.at != intervals_.begin()) --a.at;
  rewrite(intervals_, static_cast<std::size_t>(a.at - intervals_.begin()), b, merge);
  return *this;
}

Ranges& Ranges::operator-=(const Ranges& other) {
  if (intervals_.same(other.intervals_)) {
    intervals_ = Array();
    return *this;
  }
  Part a{intervals_.begin(), intervals_.end()};
  Part b{other.intervals_.begin(), other.intervals_.end()};
  skip_disjoint(a, b);
  if (a.empty() || b.empty()) return *this;
  rewrite(intervals_, static_cast<std::size_t>(a.at - intervals_.begin()), b, cut);
  return *this;
}

bool operator==(const Ranges& a, const Ranges& b) noexcept {
  return a.intervals_.same(b.intervals_) ||
         std::equal(a.intervals_.begin(), a.intervals_.end(), b.intervals_.begin(), b.intervals_.end());
}

}  // namespace mesoscore
