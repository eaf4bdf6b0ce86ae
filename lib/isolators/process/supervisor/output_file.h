// The files of stdout and stderr. They lie where a task may have put what it likes, and are opened with more rights
// than it has: its links are not followed, its pipes are not waited for.
#pragma once

#include "launch.h"

// A descriptor, closed by an execve(), or a negative errno. With the rights of the caller.
int output_file_open(const struct Launch* launch, const char* path);
// Moves the file to "<path>.1", and so on, and opens a new one.
int output_file_rotate(const struct Launch* launch, const char* path);

// The same as the user of the launch.
int output_file_open_as_user(const struct Launch* launch, const char* path);
int output_file_rotate_as_user(const struct Launch* launch, const char* path);
