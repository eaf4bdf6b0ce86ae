// What every storage must do, for ours and for yours. Give it a way to make places:
//
//     TEST_CASE("my storage") {
//       storage_test::conformance([] {
//         auto dir = std::make_shared<Folder>();                 // a new and empty place
//         return [dir] { return my_storage(dir->path()); };      // a storage of what is kept there
//       });
//     }
//
// A place is asked for a storage again when the one before is gone, as after a restart. Storages that live in
// memory give the same one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mesoscore/storage.hpp"

namespace storage_test {

using Place = std::function<std::shared_ptr<mesoscore::Storage>()>;
using Places = std::function<Place()>;

void conformance(const Places& fresh);

// ---- for tests of one storage

using Contents = std::map<mesoscore::RecordKey, std::string>;  // the records as lib/wire writes them

Contents contents(const std::vector<mesoscore::Record>& records);  // no key may be there twice
Contents kept_in(mesoscore::Storage& storage);                     // opens it
// A record of the kind that there is most of; `data` makes it as large as one likes.
mesoscore::Record task(const std::string& id, std::string data = {});

}  // namespace storage_test
