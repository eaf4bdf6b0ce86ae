// components: core
//
// Resources as people write them: any text. Whatever is accepted is shown by str() so that it can be read
// again and means the same. (JSON, which parse() takes as well, can say more than the text: resource_json.)
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mesoscore/resources.hpp"

using namespace mesoscore;

namespace {

void expect(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)Quantities::parse(text);
  const Result<Resources> bag = Resources::parse(text);
  if (!bag) {
    expect(!bag.error().message.empty());
    return 0;
  }
  if (text.find('[') != text.npos && text.find_first_not_of(" \t\r\n") == text.find('[')) return 0;  // JSON
  const Result<Resources> again = Resources::parse(bag->str());
  expect(again && *again == *bag);
  expect(again->str() == bag->str());
  return 0;
}
