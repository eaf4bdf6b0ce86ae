// components: core
//
// Resources as JSON: any bytes. Whatever is accepted is written so that it can be read again and is the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mesoscore/attributes.hpp"
#include "mesoscore/resources.hpp"

using namespace mesoscore;

namespace {

void expect(bool condition) {
  if (!condition) std::abort();
}

void check_attributes(std::string_view json) {
  const Result<Attributes> attributes = parse_attributes_json(json);
  if (!attributes) return;
  const Result<Attributes> again = parse_attributes_json(to_json(*attributes));
  expect(again && *again == *attributes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  check_attributes(json);
  const Result<Resources> bag = Resources::parse_json(json);
  if (!bag) {
    expect(!bag.error().message.empty());
    return 0;
  }
  const std::string once = bag->to_json();
  const Result<Resources> again = Resources::parse_json(once);
  expect(again && *again == *bag);
  expect(again->to_json() == once);
  return 0;
}
