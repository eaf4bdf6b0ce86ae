#pragma once

// The life of a supervisor, in a process of its own: takes launches from the channel, one after the other, until it is
// told to retire or the launcher is gone.
//
// For each it starts the process, waits for its end, leaves nothing behind, records and reports.
__attribute__((noreturn)) void supervise(const char* boot_id);
