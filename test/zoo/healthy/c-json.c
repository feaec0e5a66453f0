// expect: healthy
// load: bytes 2
// A parser of its own goes through a large document for seconds, on the thread that should serve: it does move on.
#include "../zoo.h"
static size_t skip_space(const char *text, size_t i) {
  while (text[i] == ' ' || text[i] == '\n') i++;
  return i;
}
static size_t parse_string(const char *text, size_t i) {
  for (i++; text[i] != '"'; i += text[i] == '\\' ? 2 : 1) {
  }
  return i + 1;
}
static size_t parse_value(const char *text, size_t i, long *values);
static size_t parse_list(const char *text, size_t i, long *values) {
  char end = text[i] == '[' ? ']' : '}';
  i = skip_space(text, i + 1);
  while (text[i] != end) {
    if (end == '}') i = skip_space(text, skip_space(text, parse_string(text, i)) + 1);
    i = skip_space(text, parse_value(text, i, values));
    if (text[i] == ',') i = skip_space(text, i + 1);
  }
  return i + 1;
}
static size_t parse_value(const char *text, size_t i, long *values) {
  ++*values;
  if (text[i] == '[' || text[i] == '{') return parse_list(text, i, values);
  if (text[i] == '"') return parse_string(text, i);
  while (!strchr(",]} ", text[i])) i++;
  return i;
}
int main(void) {
  char *document = malloc(8 << 20), buffer[4096];
  size_t size = sprintf(document, "[");
  for (int i = 0; i < 100000; i++)
    size += sprintf(document + size, "%s{\"id\": %d, \"name\": \"number %d\", \"tags\": [1, 2, \"x\"]}", i ? ", " : "", i, i);
  strcpy(document + size, "]");
  int listener = listen_here(0);
  for (;;) {
    int conn = accept(listener, 0, 0);
    long values = 0;
    if (read(conn, buffer, sizeof buffer) > 0)
      for (int i = 0; i < 1000; i++) parse_value(document, 0, &values);
    if (write(conn, &values, sizeof values) < 0) values = 0;
    close(conn);
  }
}
