#include "mesoscore/small_vector.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mesoscore/rng.hpp"
#include "support/catch.hpp"

using Strings = mesoscore::SmallVector<std::string, 3>;

namespace {

// Long enough to be on the heap of std::string, so that the sanitizer sees lost and double-freed elements.
std::string item(std::size_t i) { return "element number " + std::to_string(i) + " of the vector"; }

Strings of_size(std::size_t size) {
  Strings out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(item(i));
  return out;
}

bool is_of_size(const Strings& items, std::size_t size) {
  if (items.size() != size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (items[i] != item(i)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("elements are inline up to the capacity and then on the heap") {
  Strings items;
  CHECK(items.empty());
  const auto* inline_place = items.data();
  for (std::size_t size = 1; size <= 10; ++size) {
    items.push_back(item(size - 1));
    CHECK(is_of_size(items, size));
    CHECK((items.data() == inline_place) == (size <= 3));
    CHECK(items.front() == item(0));
    CHECK(items.back() == item(size - 1));
  }
  items.pop_back();
  CHECK(is_of_size(items, 9));
  items.clear();
  CHECK(items.empty());
}

TEST_CASE("copies and moves work between every pair of sizes") {
  for (std::size_t from : {0u, 2u, 3u, 4u, 9u}) {
    for (std::size_t to : {0u, 2u, 3u, 4u, 9u}) {
      CAPTURE(from, to);
      const Strings source = of_size(from);
      Strings copied = of_size(to);
      copied = source;
      CHECK(is_of_size(copied, from));
      CHECK(copied == source);

      Strings gone = source;
      Strings moved = of_size(to);
      moved = std::move(gone);
      CHECK(is_of_size(moved, from));
      CHECK(gone.empty());  // NOLINT: empty is what moved-from means here
      gone.push_back(item(0));
      CHECK(is_of_size(gone, 1));

      Strings again = source;
      const Strings constructed(std::move(again));
      CHECK(is_of_size(constructed, from));
    }
  }
}

TEST_CASE("a heap buffer changes hands when its vector is moved") {
  Strings source = of_size(8);
  const auto* place = source.data();
  const Strings target = std::move(source);
  CHECK(target.data() == place);
}

TEST_CASE("assigning a vector to itself changes nothing") {
  for (std::size_t size : {0u, 2u, 9u}) {
    Strings items = of_size(size);
    Strings& same = items;
    items = same;
    CHECK(is_of_size(items, size));
    items = std::move(same);
    CHECK(is_of_size(items, size));
  }
}

TEST_CASE("an element of the vector itself may be added to it") {
  Strings items = of_size(3);
  items.push_back(items[0]);  // grows
  items.push_back(items[1]);  // does not
  CHECK(items[3] == item(0));
  CHECK(items[4] == item(1));
  items.insert(items.begin(), items[2]);
  CHECK(items[0] == item(2));
  CHECK(items[1] == item(0));
}

TEST_CASE("elements that can only be moved are fine") {
  mesoscore::SmallVector<std::unique_ptr<int>, 2> items;
  for (int i = 0; i < 5; ++i) items.push_back(std::make_unique<int>(i));
  items.erase(items.begin() + 1);
  auto moved = std::move(items);
  REQUIRE(moved.size() == 4);
  CHECK(*moved[1] == 2);
}

TEST_CASE("vectors are equal when their elements are") {
  CHECK(of_size(2) == of_size(2));
  CHECK_FALSE(of_size(2) == of_size(3));
  CHECK_FALSE(of_size(5) == of_size(4));
  Strings other = of_size(3);
  other[1] = "x";
  CHECK_FALSE(other == of_size(3));
}

namespace {

// May be moved as bytes; owns heap memory, except for one text, for which it owns nothing.
class Boxed {
 public:
  Boxed(const std::string& text) {  // NOLINT: implicit, as for std::string
    if (text != item(0)) text_ = std::make_unique<std::string>(text);
  }
  Boxed(const Boxed& other) : text_(other.text_ ? std::make_unique<std::string>(*other.text_) : nullptr) {}
  Boxed(Boxed&&) = default;
  Boxed& operator=(const Boxed& other) { return *this = Boxed(other); }
  Boxed& operator=(Boxed&&) = default;
  bool owns_nothing() const noexcept { return text_ == nullptr; }
  friend bool operator==(const Boxed& a, const Boxed& b) {
    return a.text_ && b.text_ ? *a.text_ == *b.text_ : a.text_ == b.text_;
  }

 private:
  std::unique_ptr<std::string> text_;
};

}  // namespace

template <>
inline constexpr bool mesoscore::is_relocatable<Boxed> = true;

namespace {

template <class T>
void erase_some(mesoscore::SmallVector<T, 3>& items, std::vector<T>& model, mesoscore::Rng& rng) {
  const T gone(item(rng.below(4)));
  items.erase_if([&](const T& each) { return each == gone; });
  std::erase(model, gone);
}

// One random operation on both.
template <class T>
void operate(mesoscore::SmallVector<T, 3>& items, std::vector<T>& model, mesoscore::Rng& rng) {
  const std::size_t at = rng.below(model.size() + 1);
  const auto place = static_cast<std::ptrdiff_t>(at);
  const T value(item(rng.below(4)));
  switch (rng.below(8)) {
    case 0:
      items.push_back(value), model.push_back(value);
      break;
    case 1:
      items.insert(items.begin() + at, value), model.insert(model.begin() + place, value);
      break;
    case 2:
      if (at == model.size()) break;
      items.erase(items.begin() + at), model.erase(model.begin() + place);
      break;
    case 3: {
      const std::vector<T> more(rng.below(4), value);
      items.append(more.begin(), more.end());
      model.insert(model.end(), more.begin(), more.end());
      break;
    }
    case 4:
      items.reserve(rng.below(12));
      break;
    case 5:
      erase_some(items, model, rng);
      break;
    case 6: {
      mesoscore::SmallVector<T, 3> taken = std::move(items);
      items = std::move(taken);
      break;
    }
    default:
      items = mesoscore::SmallVector<T, 3>(std::as_const(items));
      break;
  }
}

}  // namespace

TEMPLATE_TEST_CASE("any sequence of operations does what std::vector does", "", std::string, Boxed) {
  mesoscore::Rng rng(7);
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    mesoscore::SmallVector<TestType, 3> items;
    std::vector<TestType> model;
    for (int step = 0; step < 40; ++step) {
      operate(items, model, rng);
      REQUIRE(std::vector<TestType>(items.begin(), items.end()) == model);
    }
  }
}
