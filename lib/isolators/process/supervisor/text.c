#include "text.h"

// The compiler calls these two by itself.
void* memcpy(void* to, const void* from, size_t bytes) {
  char* target = to;
  const char* source = from;
  while (bytes-- > 0) *target++ = *source++;
  return to;
}

void* memset(void* to, int value, size_t bytes) {
  char* target = to;
  while (bytes-- > 0) *target++ = (char)value;
  return to;
}

size_t text_length(const char* text) {
  size_t length = 0;
  while (text[length] != 0) ++length;
  return length;
}

void text_add(struct Text* text, const char* part) {
  while (*part != 0 && text->length + 1 < sizeof text->bytes) text->bytes[text->length++] = *part++;
}

void text_add_number(struct Text* text, int64_t number) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? (uint64_t)-number : (uint64_t)number;
  digits[--at] = 0;
  do {
    digits[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (number < 0) digits[--at] = '-';
  text_add(text, digits + at);
}

const char* text_end(struct Text* text) {
  text->bytes[text->length] = 0;
  return text->bytes;
}

uint64_t text_number(const char** at) {
  uint64_t number = 0;
  while (**at >= '0' && **at <= '9') number = number * 10 + (uint64_t)(*(*at)++ - '0');
  return number;
}
