// Texts without a C library.
#pragma once

#include <stddef.h>
#include <stdint.h>

void* memcpy(void* to, const void* from, size_t bytes);
void* memset(void* to, int value, size_t bytes);
size_t text_length(const char* text);

// A text of bounded length that is being written; what does not fit is dropped.
struct Text {
  char bytes[256];
  size_t length;
};
void text_add(struct Text* text, const char* part);
void text_add_number(struct Text* text, int64_t number);
const char* text_end(struct Text* text);  // adds the NUL; the whole text

// The number at *at, which is moved behind it; 0 if there is none.
uint64_t text_number(const char** at);
