/* samla.h as a C11 program sees it, over libsamla.so itself. Exit status 0: all is as the header says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/include/samla/samla.h"

static int failures = 0;

static void expect(int holds, const char *what) {
  if (holds) return;
  ++failures;
  fprintf(stderr, "not so: %s\n", what);
}

static void expect_refused(const char *options, const char *code) {
  char *error = NULL;
  samla_client *client = samla_open(options, &error);
  expect(client == NULL && error != NULL && strstr(error, code) != NULL, options == NULL ? "NULL" : options);
  samla_free(error);
  samla_close(client);
}

static void expect_reply(samla_client *client, const char *request, const char *part) {
  char *reply = samla_request(client, request);
  expect(reply != NULL && strstr(reply, part) != NULL, part);
  if (reply != NULL && strstr(reply, part) == NULL) fprintf(stderr, "  but: %s\n", reply);
  samla_free(reply);
}

int main(void) {
  char *error = (char *)"untouched";
  samla_client *client = NULL;

  expect(strcmp(samla_version(), "0.1.0") == 0, "samla_version");
  samla_free(NULL);
  samla_close(NULL);

  expect_refused(NULL, "invalid_argument");
  expect_refused("", "invalid_argument");
  expect_refused("[]", "invalid_argument");
  expect_refused("{\"profile\":1}", "'profile' must be a text");
  expect_refused("{\"profil\":\"/x\"}", "there is no option 'profil'");
  expect_refused("{\"profile\":\"/a\\u0000b\"}", "NUL");
  expect_refused("{\"profile\":\"\xff\"}", "invalid_argument");
  expect(samla_open("{", NULL) == NULL, "no place for the error");

  client = samla_open("{}", &error);
  expect(client != NULL && error == NULL, "a client without a profile");
  expect_reply(client, "{\"request\":\"version\"}", "\"ok\":true");
  expect_reply(client, "{\"request\":\"requests\"}", "note.add");
  expect_reply(client, "{\"request\":\"note.list\"}", "no profile was named");
  expect_reply(client, "\xff", "\"ok\":false");
  expect_reply(client, NULL, "invalid_argument");
  expect_reply(NULL, "{}", "invalid_argument");
  expect(samla_next_event(client, 0) == NULL, "no event");
  expect(samla_next_event(NULL, 0) == NULL, "no client, no event");
  samla_close(client);

  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
