// The contract of a storage: where the records of one agent or of one master survive a crash.
//
//     auto kept = storage->open();                 // once: everything that is there
//     if (!kept) return fail(kept.error());        // says what is wrong with which file; nothing has changed
//     Status done = storage->commit(changes);      // durable when it returns, all or nothing
//
// One storage belongs to one agent or one master at a time. Servers call commit() with all that has come up
// while the commit before was on its way (group commit), on the executor that their configuration names for
// it. Every plug-in passes tests/conformance/storage. A storage of your own wraps another one by holding it:
// storages/faulty.hpp is an example.
//
// Threading: one call at a time, from any thread. Both calls may block for as long as the disk takes. A
// server that has ended does not use its storage any more: another one may be given it then, and begins with
// open().
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "mesoscore/record.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore {

class Storage {
 public:
  virtual ~Storage() = default;
  // For people: "sqlite", "memory".
  virtual std::string_view name() const noexcept = 0;

  // Opens it, or makes an empty one, and reads all records, in no particular order. Before commit(), and
  // again by each new owner. Errors, which leave everything as it was: data_corrupt (not a storage, or a
  // record that cannot be read), version_mismatch (made by a newer version), already_exists (another process
  // has it open), io_error and permission_denied (the operating system's reason).
  virtual Result<std::vector<Record>> open() = 0;

  // Makes the changes durable in their order, after those of all earlier calls, all or nothing. On error
  // (io_error, also for a full disk; permission_denied) the next call repeats the same changes, and nothing
  // that waits for them is said before it succeeds: so they may have been made all the same, and making them
  // twice must be the same as once. What it throws counts as io_error.
  virtual Status commit(std::span<const Change> changes) = 0;
};

}  // namespace mesoscore
